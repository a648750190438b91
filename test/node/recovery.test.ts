import { describe, expect, it, vi } from "vitest";
import { Node } from "../../src/node/node.ts";
import { bootstrapIdentity } from "../../src/raft/identity.ts";
import { toIndex } from "../../src/raft/types.ts";
import type { Answer, Request } from "../../src/transport/protocol.ts";
import { FakeHost } from "./fake-host.ts";
import { append, create, Leader, options } from "./leader.ts";

vi.spyOn(console, "error").mockImplementation(() => undefined);
const regions = ["weur", "enam", "apac"];

/** Node 3 of three, which has heard no leader for long enough to know that there is none. */
function bereft(): { readonly host: FakeHost; readonly node: Node } {
  const host = new FakeHost();
  const node = new Node(host, options);
  node.prepare(bootstrapIdentity("main", 3, regions));
  node.start();
  host.pass(options.electionTimeoutMs);
  return { host, node };
}

function ask(node: Node, request: Request): readonly Answer[] {
  const answers: Answer[] = [];
  node.request(request, 5_000, false, (answer) => answers.push(answer));
  return answers;
}

describe("a node that is told that all others are lost", () => {
  it("answers once that is on its disk, and serves", () => {
    const { host, node } = bereft();
    const answers = ask(node, { kind: "recover", lost: [1, 2] });
    expect(answers).toEqual([]);
    host.flush();
    const configuration = { voters: [3], recoveries: 1, forced: { lost: [1, 2], timestamp: host.now() } };
    expect(answers).toMatchObject([{ kind: "members", configurationIndex: 1, configuration }]);
    ask(node, create);
    const appended = ask(node, append());
    host.flush();
    expect(appended).toMatchObject([{ outcome: { kind: "appended", start: 0 } }]);
    expect(host.sent).toEqual([]);
  });

  it("is news to a caller that knows a configuration of a higher index, also after a restart", () => {
    const { host, node } = bereft();
    const known = { recoveries: 0, index: toIndex(99) };
    expect(node.membersAfter(known)).toBeNull();
    ask(node, { kind: "recover", lost: [1, 2] });
    host.flush();
    const told = { members: [{ id: 3, region: "apac" }], configurationIndex: 1, recoveries: 1 };
    expect(node.membersAfter(known)).toEqual(told);
    const again = new Node(host, options);
    expect(again.membersAfter(known)).toEqual(told);
    expect(again.membersAfter({ recoveries: 1, index: toIndex(1) })).toBeNull();
  });

  it("refuses while it has a leader, or when others are named than those that it knows", () => {
    const { node } = bereft();
    const inForce = { configuration: { voters: [1, 2, 3] }, configurationIndex: 0 };
    expect(ask(node, { kind: "recover", lost: [1] })).toMatchObject([
      { kind: "recover-refused", reason: "other-members", ...inForce },
    ]);
    expect(new Leader([1, 2, 3]).run({ kind: "recover", lost: [2, 3] })).toMatchObject({
      ...{ kind: "recover-refused", reason: "has-leader", ...inForce },
    });
  });
});

it("a node that those given up had set up is not taken for a new one of that number", () => {
  const { configuration, ...identity } = bootstrapIdentity("main", 4, regions);
  const host = new FakeHost();
  const node = new Node(host, options);
  expect(node.prepare({ ...identity, configuration })).toBe(true);
  expect(node.prepare({ ...identity, configuration: { ...configuration, voters: [2, 3] } })).toBe(true);
  const recovered = { ...configuration, voters: [3], recoveries: 1 };
  expect(node.prepare({ ...identity, configuration: recovered })).toBe(false);
});

import { describe, expect, test } from "vitest";
import { initialConfiguration } from "../../src/raft/configuration.ts";
import { bootstrapIdentity } from "../../src/raft/identity.ts";
import type { NodeAddress } from "../../src/transport/object.ts";
import type { Status } from "../../src/transport/status.ts";
import { decodeStatus } from "../../src/transport/status-codec.ts";
import { FakeNodes } from "../api/fake-nodes.ts";
import { Harness } from "../api/harness.ts";

const regions = ["wnam", "enam", "weur"];
const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const address = (id: number) => ({ cluster: "main", id, region: regions[id - 1] ?? "" });

/** As a node of the version before says it: it knew no changes of members, and no voters but those of the bootstrap. */
const oldStatus = (id: number) => ({
  identity: { cluster: "main", id, configuration: { voters: [1, 2, 3] }, regions },
  ...{ phase: "started", role: id === 1 ? "leader" : "follower", currentTerm: 4, leader: 1 },
  ...{ commitIndex: 7, lastIndex: 8, corruptEntries: 0 },
  peers: id === 1 ? [{ id: 2, region: "enam", matchIndex: 8, lag: 0, silentMs: 12 }] : [],
});

describe("the status of a node", () => {
  test("is none of one that belongs to no cluster", () => {
    expect(decodeStatus(bytesOf(null))).toBeNull();
  });

  test("is what was sent, of one of this version", async () => {
    const nodes = new FakeNodes();
    await nodes.prepare(address(1), bootstrapIdentity("main", 1, regions));
    await nodes.start(address(1));
    const status = await nodes.status(address(1));
    expect(status?.peers).toHaveLength(3);
    expect(decodeStatus(bytesOf(status))).toEqual(status);
  });

  test("is completed, of one of the version before: the bootstrap's members, and nothing counted", () => {
    expect(decodeStatus(bytesOf(oldStatus(1)))).toEqual({
      ...oldStatus(1),
      identity: bootstrapIdentity("main", 1, regions),
      ...{ configuration: initialConfiguration(regions), configurationIndex: 0 },
      ...{ lastTerm: 0, snapshotIndex: 0, asleep: false, followsWriters: false, handedOver: null },
      load: { requests: 0, readers: 0, queuedBytes: 0, uncommittedBytes: 0 },
      counters: { alarms: 0, calls: 0, rows: 0 },
      peers: [
        {
          ...{ id: 2, region: "enam", matchIndex: 8, lag: 0, silentMs: 12 },
          ...{ part: "voter", caughtUp: true, mode: null, appendShare: 0 },
        },
      ],
    });
  });

  test("is completed, of one that knew changes of members and no recoveries", () => {
    const { recoveries: _recoveries, forced: _forced, ...known } = initialConfiguration(regions);
    const sent = { ...oldStatus(2), configuration: { ...known, voters: [2, 3] }, configurationIndex: 9 };
    expect(decodeStatus(bytesOf(sent))).toMatchObject({
      configuration: { voters: [2, 3], recoveries: 0, forced: null },
      configurationIndex: 9,
    });
  });
});

/** Some of whose nodes are of the version before. */
class MixedNodes extends FakeNodes {
  override async status(at: NodeAddress): Promise<Status | null> {
    const status = await super.status(at);
    return status === null || at.id === 3 ? status : decodeStatus(bytesOf(oldStatus(at.id)));
  }
}

describe("while versions mix,", () => {
  const api = Object.assign(new Harness(), { nodes: new MixedNodes() });
  const path = "/v1/clusters/main";

  test("a cluster that runs is bootstrapped no second time", async () => {
    expect(await api.send("PUT", path)).toMatchObject({ status: 201 });
    expect(await api.send("PUT", path)).toMatchObject({ status: 200 });
  });

  test("the status names all members and the leader", async () => {
    const { status, json } = await api.send("GET", path);
    expect([status, json.leader, json.configuration.voters]).toEqual([200, 1, [1, 2, 3]]);
    expect(json.members.map(({ state }: { state: string }) => state)).toEqual(Array(3).fill("started"));
  });

  test("leadership is handed over", async () => {
    const init = { body: '{"node":3}', headers: { "Content-Type": "application/json" } };
    expect(await api.send("POST", `${path}/leader`, init)).toMatchObject({
      status: 200,
      json: { leader: 3 },
    });
  });
});

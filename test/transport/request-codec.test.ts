import { describe, expect, test } from "vitest";
import { CodecError } from "../../src/log/codec-error.ts";
import { createCommand } from "../../src/log/commands.ts";
import { pack } from "../../src/log/packed.ts";
import { toIndex } from "../../src/raft/types.ts";
import type { Answer, Request } from "../../src/transport/protocol.ts";
import { decodeCall, decodeReply, encodeCall, encodeReply } from "../../src/transport/request-codec.ts";

const request = { kind: "read-index" } as const;
const answer: Answer = { kind: "read-index", index: toIndex(7) };
const oldCall = { request, timeoutMs: 100, forwarded: true };
const call = { ...oldCall, knownRecoveries: 1 };
const oldMembers = { members: [{ id: 4, region: "oc" }], configurationIndex: toIndex(9) };
const members = { ...oldMembers, recoveries: 1 };

describe("a call and its reply", () => {
  test.each([toIndex(9), null])("decode to the encoded ones: known %j", (knownIndex) => {
    expect(decodeCall(encodeCall({ ...call, knownIndex }))).toEqual({ ...call, knownIndex });
  });

  test.each([[members], [null]])("decode to the encoded ones: members %j", (told) => {
    expect(decodeReply(request, encodeReply({ answer, members: told }))).toEqual({ answer, members: told });
  });

  test("of previous versions have no members, or no recoveries", () => {
    expect(decodeCall(pack([oldCall]))).toEqual({ ...oldCall, knownIndex: null, knownRecoveries: 0 });
    expect(decodeReply(request, pack([answer]))).toEqual({ answer, members: null });
    const told = decodeReply(request, pack([answer, oldMembers]));
    expect(told).toEqual({ answer, members: { ...oldMembers, recoveries: 0 } });
  });

  test("of the previous version, without states of logs, are completed with defaults", () => {
    const old = { kind: "description", name: "a", earliest: 3, tail: 5, createdAt: 7, timestamp: 8 };
    const query = { kind: "describe", name: "a" } as const;
    const asked = { kind: "query", query, consistency: "local", minIndex: toIndex(0) } as const;
    const { answer: completed } = decodeReply(asked, pack([{ kind: "result", result: old, index: 9 }]));
    expect(completed).toMatchObject({
      result: { ...old, bytes: 0, state: { earliest: 3, closed: false, contentType: null, fork: null } },
    });
    const create = { kind: "command", command: { kind: "create", name: "a" } };
    expect(decodeCall(pack([{ ...oldCall, request: create }])).request).toEqual({
      kind: "command",
      command: createCommand("a"),
    });
  });

  test.each([
    { kind: "later" },
    { kind: "command", command: { kind: "later", name: "a" } },
    { kind: "commands", commands: [createCommand("a"), { kind: "later", name: "a" }] },
    { kind: "query", query: { kind: "later" }, consistency: "local", minIndex: 0 },
  ])("of a later version with an unknown request are refused: %j", (later) => {
    expect(() => decodeCall(pack([{ ...oldCall, request: later }]))).toThrow(CodecError);
  });

  test.each([[[]], [[null]], [["answer"]], [[{}]], [[answer, {}]], [[answer, 4]]])(
    "of fields %j are refused",
    (fields) => {
      expect(() => decodeReply(request, pack(fields))).toThrow(CodecError);
    },
  );

  const command = { kind: "command", command: createCommand("a") } as const;
  const query = { kind: "names", prefix: "", after: null, limit: 1 } as const;
  const names = { kind: "query", query, consistency: "local", minIndex: toIndex(0) } as const;
  const failure = { kind: "failure", reason: "busy", leader: null } as const;
  const deleted = { kind: "outcome", outcome: { kind: "deleted" } } as const;
  const refused = { kind: "outcome", outcome: { kind: "refused", refusal: { reason: "log-gone" } } } as const;

  test.each<[Request, Answer]>([
    [command, answer],
    [command, deleted],
    [
      { kind: "commands", commands: [command.command] },
      { kind: "outcomes", answers: [deleted] },
    ],
    [
      { kind: "commands", commands: [command.command] },
      { kind: "outcomes", answers: [] },
    ],
    [names, { kind: "result", result: { kind: "log-not-found" }, index: toIndex(1) }],
    [{ kind: "transfer", to: 2 }, answer],
  ])("with an answer to another request are refused: %j, %j", (asked, other) => {
    expect(() => decodeReply(asked, encodeReply({ answer: other, members: null }))).toThrow(CodecError);
  });

  test.each<[Request, Answer]>([
    [command, failure],
    [command, refused],
    [
      { kind: "commands", commands: [command.command] },
      { kind: "outcomes", answers: [refused] },
    ],
    [
      { kind: "commands", commands: [command.command] },
      { kind: "outcomes", answers: [failure] },
    ],
  ])("with a failure or a refusal answer any command: %j, %j", (asked, given) => {
    expect(decodeReply(asked, encodeReply({ answer: given, members: null })).answer).toEqual(given);
  });
});

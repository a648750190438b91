import { describe, expect, test } from "vitest";
import { CodecError } from "../../src/log/codec-error.ts";
import { createCommand } from "../../src/log/commands.ts";
import { pack } from "../../src/log/packed.ts";
import { toIndex } from "../../src/raft/types.ts";
import type { Answer, Request } from "../../src/transport/protocol.ts";
import { decodeCall, decodeReply, encodeCall, encodeReply } from "../../src/transport/request-codec.ts";

const request: Request = { kind: "read-index" };
const answer: Answer = { kind: "read-index", index: toIndex(7) };
const oldCall = { request, timeoutMs: 100, forwarded: true };
const call = { ...oldCall, knownRecoveries: 1 };
const oldMembers = { members: [{ id: 4, region: "oc" }], configurationIndex: toIndex(9) };
const members = { ...oldMembers, recoveries: 1 };

describe("a call and its reply", () => {
  test.each([toIndex(9), null])("come back as they were given: known %j", (knownIndex) => {
    expect(decodeCall(encodeCall({ ...call, knownIndex }))).toEqual({ ...call, knownIndex });
  });

  test.each([[members], [null]])("come back as they were given: members %j", (told) => {
    expect(decodeReply(encodeReply({ answer, members: told }))).toEqual({ answer, members: told });
  });

  test("of the versions before say nothing of members, or nothing of recoveries", () => {
    expect(decodeCall(pack([oldCall]))).toEqual({ ...oldCall, knownIndex: null, knownRecoveries: 0 });
    expect(decodeReply(pack([answer]))).toEqual({ answer, members: null });
    const told = decodeReply(pack([answer, oldMembers]));
    expect(told).toEqual({ answer, members: { ...oldMembers, recoveries: 0 } });
  });

  test("of the version before, which knew no states of logs, is completed with what that version had", () => {
    const old = { kind: "description", name: "a", earliest: 3, tail: 5, createdAt: 7, timestamp: 8 };
    const { answer: completed } = decodeReply(pack([{ kind: "result", result: old, index: 9 }]));
    expect(completed).toMatchObject({
      result: { ...old, bytes: 0, state: { earliest: 3, closed: false, contentType: null, fork: null } },
    });
    const create = { kind: "command", command: { kind: "create", name: "a" } };
    expect(decodeCall(pack([{ ...oldCall, request: create }])).request).toEqual({
      kind: "command",
      command: createCommand("a"),
    });
  });

  test.each([[[]], [[null]], [["answer"]], [[{}]], [[answer, {}]], [[answer, 4]]])("are not %j", (fields) => {
    expect(() => decodeReply(pack(fields))).toThrow(CodecError);
  });
});

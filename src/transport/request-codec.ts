import { CodecError } from "../log/codec-error.ts";
import { pack, unpack } from "../log/packed.ts";
import type { Answer, Request } from "./protocol.ts";

/** A request with what its carrier has to know. */
export interface Call {
  readonly request: Request;
  /** It is answered within this time, ms. */
  readonly timeoutMs: number;
  /** It comes from a peer, and is not handed on again. */
  readonly forwarded: boolean;
}

/** Requests and answers travel as maps, so that a version may add a member and the one before ignores it. */
export const encodeCall = (call: Call): Uint8Array => pack([call]);

/** What `encodeCall` was given. Throws `CodecError`. */
export const decodeCall = (body: Uint8Array): Call => only<Call>(body, "request");

export const encodeAnswer = (answer: Answer): Uint8Array => pack([answer]);

/** What `encodeAnswer` was given. Throws `CodecError`. */
export const decodeAnswer = (body: Uint8Array): Answer => only<Answer>(body, "kind");

/** Both ends are this program, at most one version apart: what has the right outline is believed. */
function only<T>(body: Uint8Array, member: keyof T): T {
  const [value] = unpack(body);
  if (typeof value !== "object" || value === null || !(member in value)) {
    throw new CodecError(`a message without ${String(member)}`);
  }
  return value as T;
}

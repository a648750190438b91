import { expect } from "vitest";
import { everything } from "../../src/http/auth.ts";
import { createCommand } from "../../src/log/commands.ts";
import type { Command } from "../../src/log/types.ts";
import { FanOut } from "../../src/node/fan-out.ts";
import { Budget } from "../../src/sessions/budget.ts";
import { serverMessage } from "../../src/sessions/output.ts";
import { Session, type SessionNode, type Wire } from "../../src/sessions/session.ts";
import type { SessionState } from "../../src/sessions/state.ts";
import { type AnswerOf, answerTo } from "../../src/transport/answer-of.ts";
import type { Answer, Request } from "../../src/transport/protocol.ts";
import { Leader } from "../node/leader.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was said
type Said = any;

/** The client's end of a session's socket. */
export class FakeWire implements Wire {
  /** Messages, parsed where they are text. */
  readonly said: Said[] = [];
  /** Messages that are text, as they were sent. */
  readonly texts: string[] = [];
  closed: { readonly code: number; readonly reason: string } | null = null;
  saved: SessionState | null = null;

  /** What is said as a message has to be one of the documented ones, member for member. */
  send(message: string | Uint8Array): void {
    const said = typeof message === "string" ? JSON.parse(message) : new TextDecoder().decode(message);
    if (typeof message === "string") this.texts.push(message);
    if (typeof message === "string") expect(said).toEqual(serverMessage.parse(said));
    this.said.push(said);
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
  }

  save(state: SessionState): void {
    this.saved = structuredClone(state);
  }
}

/** A node that leads alone, and sessions at it. */
export class Place implements SessionNode {
  readonly leader = new Leader([1]);
  readonly tails = new FanOut(() => this.leader.node.replica, this.leader.host, {
    pageRecords: 10,
    pageBytes: 10_000,
    roundBytes: 100_000,
    sendsPerSecond: 1_000,
    stallMs: 5_000,
  });
  readonly room = new Budget(16_777_216);
  /** What was asked of the node. */
  readonly asked: Request[] = [];
  /** Answers a request in the node's place; null leaves it to the node. */
  instead: (request: Request) => Promise<Answer> | null = () => null;

  constructor() {
    this.leader.host.flush();
    this.run(createCommand("a"));
  }

  readonly ask = async <R extends Request>(request: R): Promise<AnswerOf<R>> => {
    this.asked.push(request);
    return answerTo(request, await (this.instead(request) ?? this.#askLeader(request)));
  };

  #askLeader(request: Request): Promise<Answer> {
    return new Promise((resolve) => {
      this.leader.node.request(request, 5_000, true, resolve);
      this.leader.host.flush();
    });
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.leader.host.after(ms, resolve);
    });
  }

  now(): number {
    return this.leader.host.now();
  }

  guard(run: () => void): void {
    run();
    this.tails.settled();
  }

  run(command: Command): void {
    this.guard(() => this.leader.run({ kind: "command", command }));
  }

  /** Time passes: rounds that are due take place. */
  pass(ms = 1_000): void {
    this.leader.host.pass(ms);
  }

  open(parts: Partial<SessionState> = {}): { session: Session; wire: FakeWire } {
    const wire = new FakeWire();
    const state = { face: "session", cluster: "main", grant: everything, tails: [], ...parts } as const;
    const session = new Session(wire, this, state);
    this.guard(() => session.begin());
    return { session, wire };
  }
}

/** Lets all promises that can be settled be settled. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

import type { Host } from "../../src/node/host.ts";
import type { Message } from "../../src/raft/messages.ts";
import type { NodeId } from "../../src/raft/types.ts";
import { SqliteStorage } from "../../src/storage/sqlite.ts";
import type { Answer, Request } from "../../src/transport/protocol.ts";
import { UnsyncedDatabase } from "../storage/unsynced-database.ts";

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** A world that a test moves by hand. */
export class FakeHost implements Host {
  readonly database = new UnsyncedDatabase();
  readonly storage = new SqliteStorage(this.database);
  readonly trace = null;
  readonly sent: Message[] = [];
  readonly forwarded: Request[] = [];
  /** What the deliverer was told. A test decides whether it was heard. */
  readonly told: { readonly names: readonly string[] | null; readonly heard: (isHeard: boolean) => void }[] =
    [];
  /** What waits for the disk. */
  readonly syncs: (() => void)[] = [];
  /** When the alarm rings, ms; null when it is not set. */
  alarmAt: number | null = null;
  #now = 1_000_000;
  #timers: Timer[] = [];

  now(): number {
    return this.#now;
  }

  random(): number {
    return 0;
  }

  send(_to: NodeId, messages: readonly Message[]): void {
    this.sent.push(...messages);
  }

  forward(_to: NodeId, request: Request, _timeoutMs: number, answer: (answer: Answer | null) => void): void {
    this.forwarded.push(request);
    answer(null);
  }

  tell(names: readonly string[] | null, heard: (isHeard: boolean) => void): void {
    this.told.push({ names, heard });
  }

  sync(done: () => void): void {
    this.syncs.push(done);
  }

  wakeAt(at: number): void {
    this.alarmAt = Math.min(at, this.alarmAt ?? at);
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Timers that have not run. */
  get pending(): number {
    return this.#timers.length;
  }

  /** The wall clock is set back; timers don't notice. */
  setBack(ms: number): void {
    this.#now -= ms;
    this.#timers = this.#timers.map(({ at, run }) => ({ at: at - ms, run }));
  }

  /** The disk has done all that it was asked for. */
  flush(): void {
    for (let done = this.syncs.shift(); done !== undefined; done = this.syncs.shift()) done();
  }

  /** The object has lost its memory: what waited in it is gone. */
  forget(): void {
    this.#timers = [];
    this.syncs.length = 0;
  }

  /** Lets time pass; timers run, the alarm does not. */
  pass(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { run } of due) run();
  }
}

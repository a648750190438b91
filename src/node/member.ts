import type { Message } from "../raft/messages.ts";
import { Raft } from "../raft/raft.ts";
import type { Ready } from "../raft/ready.ts";
import { type Index, type NodeId, type Options, toIndex } from "../raft/types.ts";
import type { Boot } from "../storage/contract.ts";
import type { Answer, Request } from "../transport/protocol.ts";
import { Clock } from "./clock.ts";
import type { Host } from "./host.ts";
import { Outbox, type Reply } from "./outbox.ts";
import { RecentEntries } from "./recent-entries.ts";
import { Requests } from "./requests.ts";
import { Waiting } from "./waiting.ts";

/** Feeds consensus with one thing that came in. */
type Input = (outbox: Outbox) => void;

/**
 * The drive loop of a member of a cluster: it feeds consensus, writes what consensus wants written, then
 * sends what it wants sent and answers those who wait. All that arrives while a write is under way is one
 * group: one transaction, and one round of messages.
 */
export class Member {
  readonly raft: Raft;
  readonly #host: Host;
  readonly #clock: Clock;
  readonly #waiting = new Waiting();
  readonly #requests: Requests;
  readonly #log: RecentEntries;
  #inputs: Input[] = [];
  #writing = false;
  /** The commit index that those who wait for a log to change know of. */
  #toldCommit: Index = toIndex(0);

  constructor(host: Host, options: Options, { identity, hardState, lastIndex, lastTerm }: Boot) {
    this.#host = host;
    this.#clock = new Clock(() => host.now());
    const { id, configuration } = identity;
    const random = (): number => host.random();
    this.#log = new RecentEntries(host.storage);
    const init = { id, options, configuration, log: this.#log, random, hardState, lastIndex, lastTerm };
    this.raft = new Raft(init, this.#clock.now());
    this.#requests = new Requests(host, this.raft, this.#waiting);
  }

  /** Milliseconds on the clock of `raft`. */
  now(): number {
    return this.#clock.now();
  }

  receive(messages: readonly Message[], give: (messages: readonly Message[]) => void): void {
    const reply: Reply = { to: messages[0]?.from ?? null, messages: [], give };
    this.#enter((outbox) => {
      outbox.addReply(reply);
      for (const message of messages) {
        this.raft.step(message, this.now());
        this.#take(this.raft.ready(), outbox, reply);
      }
    });
  }

  unreachable(peer: NodeId): void {
    this.#enter(() => this.raft.unreachable(peer));
  }

  request(request: Request, timeoutMs: number, forwarded: boolean, answer: (answer: Answer) => void): void {
    const { serve } = this.#requests.open(request, timeoutMs, forwarded, answer);
    this.#enter((outbox) => {
      serve();
      this.#take(this.raft.ready(), outbox, null);
    });
  }

  alarm(): void {
    this.#enter((outbox) => {
      this.raft.tick(this.now());
      this.#take(this.raft.ready(), outbox, null);
    });
  }

  /** Makes sure that the alarm rings when consensus next needs it. */
  armAlarm(): void {
    const at = this.raft.wakeAt();
    if (at !== null) this.#host.wakeAt(this.#clock.toWall(at));
  }

  #enter(input: Input): void {
    this.#inputs.push(input);
    this.#drain();
  }

  /** Runs all inputs at hand as one group, unless a write is under way: then they wait for it together. */
  #drain(): void {
    if (this.#writing || this.#inputs.length === 0) return;
    const inputs = this.#inputs;
    this.#inputs = [];
    const outbox = new Outbox();
    // A lone input's writes are atomic one by one, and a crash between them is as good as one after them.
    if (inputs.length === 1) this.#run(inputs, outbox);
    else this.#host.storage.transaction(() => this.#run(inputs, outbox));
    if (this.#writing) this.#awaitDisk();
    this.#release(outbox);
    this.armAlarm();
  }

  #run(inputs: readonly Input[], outbox: Outbox): void {
    for (const input of inputs) input(outbox);
    this.raft.replicate(this.now());
    this.#take(this.raft.ready(), outbox, null);
  }

  /** Writes at once, so that the next input is decided on rows that hold this one; the rest waits its turn. */
  #take({ persist, afterPersist }: Ready, outbox: Outbox, reply: Reply | null): void {
    if (persist !== null) {
      this.#host.storage.write(persist);
      this.#log.written(persist);
      this.#writing = true;
    }
    outbox.add(afterPersist, reply);
  }

  /**
   * A candidate's vote for itself and a leader's own copy count when they are durable, and others' requests
   * gather meanwhile. A follower has nobody to tell: its answers wait at the host's gate.
   */
  #awaitDisk(): void {
    const { role } = this.raft.state;
    if (role.name !== "candidate" && role.name !== "leader") {
      this.#writing = false;
      return;
    }
    const mark = this.raft.mark();
    this.#host.sync(() => {
      this.#writing = false;
      this.#inputs.unshift((outbox) => {
        this.raft.durable(mark, this.now());
        this.#take(this.raft.ready(), outbox, null);
      });
      this.#drain();
    });
  }

  #release(outbox: Outbox): void {
    outbox.release((to, messages) => this.#host.send(to, messages));
    for (const { context, index } of outbox.reads) this.#waiting.confirmRead(context, index);
    if (this.raft.state.role.name !== "leader") this.#waiting.loseReads();
    const { commitIndex } = this.raft.state;
    this.#waiting.committed(commitIndex, (index, term) => this.raft.isOfTerm(index, term));
    const told = this.#toldCommit;
    this.#toldCommit = commitIndex;
    if (commitIndex > told && this.#waiting.hasTails) {
      this.#waiting.changed(this.#host.storage.touched(told, commitIndex));
    }
  }
}

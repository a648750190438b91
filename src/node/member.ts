import type { Message } from "../raft/messages.ts";
import { Raft } from "../raft/raft.ts";
import type { Ready } from "../raft/ready.ts";
import type { NodeId } from "../raft/types.ts";
import type { Boot } from "../storage/contract.ts";
import type { Answer, Request } from "../transport/protocol.ts";
import type { LoadStatus } from "../transport/status.ts";
import { Clock } from "./clock.ts";
import { Compaction } from "./compaction.ts";
import type { Host } from "./host.ts";
import { Load } from "./load.ts";
import { News } from "./news.ts";
import type { NodeOptions } from "./options.ts";
import { type MessageReply, Outbox } from "./outbox.ts";
import { Placement } from "./placement.ts";
import { rankIn } from "./rank.ts";
import { RecentEntries } from "./recent-entries.ts";
import { Replica } from "./replica.ts";
import type { MemberParts } from "./request-context.ts";
import { openRequest } from "./requests.ts";
import { Settlement } from "./settlement.ts";
import { Sweeper } from "./sweeper.ts";
import { Tally } from "./tally.ts";
import { Waiting } from "./waiting.ts";

/** How long a commit waits for the next entries that carry it, ms. */
const announceAfterMs = 20;

/** Feeds consensus with one input. */
type Input = (outbox: Outbox) => void;

/**
 * The drive loop of a member of a cluster: it feeds consensus, does the writes that consensus asks for, then sends its
 * messages and answers waiting requests. All that arrives while a write is under way is one group: one transaction, and
 * one round of messages.
 */
export class Member {
  readonly raft: Raft;
  readonly placement: Placement;
  readonly replica: Replica;
  readonly tally = new Tally();
  readonly #host: Host;
  readonly #clock: Clock;
  readonly #load: Load;
  readonly #waiting = new Waiting();
  readonly #parts: MemberParts;
  readonly #settlement: Settlement;
  readonly #log: RecentEntries;
  readonly #compaction: Compaction;
  readonly #sweeper: Sweeper;
  readonly #news: News;
  #inputs: Input[] = [];
  /** Whether the current group has written. */
  #wrote = false;
  /** Writes that are not durable yet. */
  #syncs = 0;
  #willAnnounce = false;

  constructor(host: Host, options: NodeOptions, boot: Boot) {
    this.#host = host;
    this.#load = new Load(options);
    this.#clock = new Clock(() => host.now());
    const { hardState, quiesceMark, lastIndex, lastTerm, snapshot } = boot;
    const { id, region, configuration, configurationIndex } = boot.identity;
    const ranked = { ...options, ...rankIn(options.leaderRegions, region) };
    const random = (): number => host.random();
    this.#log = new RecentEntries(host.storage);
    const base = { configuration, index: configurationIndex };
    const stored = { hardState, quiesceMark, lastIndex, lastTerm, snapshot };
    const { trace } = host;
    const init = { id, options: ranked, base, log: this.#log, random, trace, ...stored };
    this.raft = new Raft(init, this.#clock.now());
    this.placement = new Placement(this.raft, options, this.now());
    this.replica = new Replica(this.raft, host.storage);
    this.#compaction = new Compaction(this.raft, host.storage, options);
    this.#sweeper = new Sweeper(this.raft, host.storage);
    this.#news = new News(this.raft, host);
    const { raft, placement, tally } = this;
    this.#settlement = new Settlement(this.raft, host.storage, this.#waiting);
    const [waiting, news] = [this.#waiting, this.#news];
    this.#parts = { host, raft, placement, tally, waiting, news, now: () => this.now() };
  }

  /** Milliseconds on the clock of `raft`. */
  now(): number {
    return this.#clock.now();
  }

  /** The work under way: all zero in a node at rest. */
  get load(): LoadStatus {
    const { requests, readers, queuedBytes } = this.#load;
    const { role } = this.raft.state;
    const uncommittedBytes = role.name === "leader" ? role.proposals.bytes : 0;
    return { requests, readers: Math.max(readers, this.#waiting.unconfirmed), queuedBytes, uncommittedBytes };
  }

  receive(messages: readonly Message[], give: (messages: readonly Message[]) => void): void {
    const reply: MessageReply = { to: messages[0]?.from ?? null, messages: [], give };
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

  request(request: Request, timeoutMs: number, mayHandOn: boolean, answer: (answer: Answer) => void): void {
    // A removed node can't serve reads.
    const refusal = this.replica.isOut
      ? "not-leader"
      : this.#load.refusal(request, this.#waiting.unconfirmed);
    if (refusal !== null) {
      // If nothing else arrives, only this can notice that the alarm was lost.
      this.armAlarm();
      answer({ kind: "failure", reason: refusal, leader: this.raft.state.leader });
      return;
    }
    const admitted = this.#load.admit(request);
    const { serve } = openRequest(this.#parts, request, timeoutMs, mayHandOn, (given) => {
      admitted.answered();
      answer(given);
    });
    this.#enter((outbox) => {
      admitted.served(request.kind !== "query" && this.raft.state.role.name !== "leader");
      const write = (): void => this.#take(this.raft.ready(), outbox, null);
      serve(write);
      write();
    });
  }

  /** Does not wait for the disk: a leader must notice that it hears from no peer, and the alarm must be set again. */
  alarm(): void {
    this.tally.alarms += 1;
    this.#inputs.push((outbox) => {
      this.raft.tick(this.now());
      this.#take(this.raft.ready(), outbox, null);
      this.placement.review(this.now(), this.#host.now());
      this.#sweeper.review(this.now(), this.#host.now(), (data) => this.#proposeSwept(data, outbox));
    });
    this.#runGroup();
  }

  /** No request waits for it. */
  #proposeSwept(data: Uint8Array, outbox: Outbox): boolean {
    const isTaken = typeof this.raft.propose(data) !== "string";
    this.#take(this.raft.ready(), outbox, null);
    return isTaken;
  }

  /** Makes sure that the alarm rings when consensus, a sweep or a notification next needs it. */
  armAlarm(): void {
    for (const at of [this.raft.wakeAt(), this.#sweeper.reviewAt])
      if (at !== null) this.#host.wakeAt(this.#clock.toWall(at));
    const { reviewAt } = this.#news;
    if (reviewAt !== null) this.#host.wakeAt(reviewAt);
  }

  #enter(input: Input): void {
    this.#inputs.push(input);
    this.#drain();
  }

  /** Inputs that arrive while a write is under way wait for it together. */
  #drain(): void {
    if (this.#syncs === 0 && this.#inputs.length > 0) this.#runGroup();
  }

  /** Runs all inputs at hand as one group. */
  #runGroup(): void {
    const inputs = this.#inputs;
    this.#inputs = [];
    this.#wrote = false;
    // A newer instance of this object may have voted in a later term. Then this one must neither confirm reads nor
    // count.
    this.#host.storage.assertCurrent();
    const outbox = new Outbox();
    // Each write of a single input is atomic, and a crash between them is no worse than one after them.
    if (inputs.length === 1) this.#run(inputs, outbox);
    else this.#host.storage.transaction(() => this.#run(inputs, outbox));
    if (this.#wrote) this.#awaitDisk();
    this.#release(outbox);
    this.#news.review();
    this.#announceSoon();
    this.armAlarm();
  }

  #run(inputs: readonly Input[], outbox: Outbox): void {
    for (const input of inputs) input(outbox);
    this.raft.replicate(this.now());
    this.#take(this.raft.ready(), outbox, null);
    this.#compact(outbox);
  }

  /** Only after the messages are made, because they may need entries that are compacted now. */
  #compact(outbox: Outbox): void {
    if (this.raft.state.quiesce !== null) return;
    this.#compaction.advance();
    this.#take(this.raft.ready(), outbox, null);
    if (this.#compaction.removeDead()) this.#wrote = true;
  }

  /** Writes at once, so that the next input is decided on rows that include this one. Messages and answers wait. */
  #take({ persist, afterPersist }: Ready, outbox: Outbox, reply: MessageReply | null): void {
    if (persist !== null) {
      this.#host.storage.write(persist);
      this.#log.written(persist);
      this.tally.wrote(persist);
      this.#compaction.written(persist);
      this.#wrote = true;
    }
    outbox.add(afterPersist, reply);
  }

  /**
   * A candidate's vote for itself and a leader's own copy count when they are durable. New requests gather meanwhile. A
   * follower need not wait: the output gate holds back its answers.
   */
  #awaitDisk(): void {
    const { role } = this.raft.state;
    if (role.name !== "candidate" && role.name !== "leader") return;
    const mark = this.raft.mark();
    this.#syncs += 1;
    this.#host.sync(() => {
      this.#syncs -= 1;
      this.#inputs.unshift((outbox) => {
        this.raft.durable(mark, this.now());
        this.#take(this.raft.ready(), outbox, null);
      });
      this.#drain();
    });
  }

  /** Readers may wait at followers, so followers hear of a commit soon, even if no entry carries it to them. */
  #announceSoon(): void {
    if (this.#willAnnounce || !this.raft.hasNews) return;
    this.#willAnnounce = true;
    this.#host.after(announceAfterMs, () => {
      this.#willAnnounce = false;
      this.#enter(() => this.raft.announceCommit());
    });
  }

  #send(to: NodeId, messages: readonly Message[]): void {
    this.tally.calls += 1;
    this.#host.send(to, messages);
  }

  #release(outbox: Outbox): void {
    outbox.release((to, messages) => this.#send(to, messages));
    this.#settlement.settle(outbox.reads);
  }
}

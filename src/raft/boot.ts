import { noEffects } from "./effects.ts";
import { resumeQuiesced } from "./quiesce.ts";
import { adoptConfiguration, type PlacedConfiguration, resetElectionDeadline, type State } from "./state.ts";
import type { RaftTrace } from "./trace.ts";
import type {
  HardState,
  Index,
  LogReader,
  NodeId,
  Options,
  QuiesceMark,
  SnapshotMark,
  Term,
} from "./types.ts";

/** What a node reads from its disk when it starts, and its settings. */
export interface RaftInit {
  readonly id: NodeId;
  readonly options: Options;
  /** The configuration that precedes the log, and its index. */
  readonly base: PlacedConfiguration;
  readonly log: LogReader;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly hardState: HardState;
  readonly lastIndex: Index;
  readonly lastTerm: Term;
  readonly snapshot: SnapshotMark;
  /** The mark of a node that was asleep when it stopped. */
  readonly quiesceMark: QuiesceMark | null;
  readonly trace?: RaftTrace | null;
}

/** Starts as a follower, whatever it was before. Only a node that was asleep keeps its role. */
export function boot(init: RaftInit, now: number): State {
  const { quiesceMark, hardState, trace = null, ...given } = init;
  const state: State = {
    ...given,
    ...hardState,
    configuration: init.base.configuration,
    configurationIndex: init.base.index,
    commitIndex: init.snapshot.index,
    role: { name: "follower" },
    leader: null,
    leaderHeardAt: Number.NEGATIVE_INFINITY,
    listensSince: now,
    electionDeadline: 0,
    isRemoved: false,
    quiesce: null,
    effects: noEffects(),
    trace,
  };
  adoptConfiguration(state, init.lastIndex);
  resetElectionDeadline(state, now);
  if (quiesceMark !== null) resumeQuiesced(state, quiesceMark, now);
  return state;
}

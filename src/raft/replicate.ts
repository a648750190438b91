import { invariant } from "./invariant.ts";
import { lacksCommit, type Progress, probeFrom } from "./progress.ts";
import { quiesce } from "./quiesce.ts";
import { openRound, settleReads } from "./reads.ts";
import { sendSegment } from "./send-snapshot.ts";
import { type Leader, type State, termAt } from "./state.ts";
import { tellTarget } from "./transfer.ts";
import { type Entry, type NodeId, toIndex } from "./types.ts";

/** Entries in one message, at most: if a peer lacks a million entries, each round must not read them all. */
const entriesMax = 1_024;

/**
 * Releases the reads that are confirmed by now. Then sends each peer what it lacks, as far as its window allows, and a
 * heartbeat to all if one is due. A sleeping leader sends nothing.
 */
export function replicate(state: State, leader: Leader, now: number): void {
  quiesce(state, leader, now);
  if (state.quiesce !== null) return;
  const heartbeatDue = Array.from(leader.peers.values()).some(
    ({ sentAt }) => now - sentAt >= state.options.heartbeatMs,
  );
  settleReads(state, leader);
  openRound(leader.reads, heartbeatDue);
  for (const [peer, progress] of leader.peers) {
    stayBehindSnapshot(state, progress);
    if (progress.mode === "snapshot") sendSegment(state, peer, progress, entriesMax);
    const hasNews = leader.announcesCommit && lacksCommit(progress, state.commitIndex);
    const isDue = heartbeatDue || hasNews || progress.sentRound < leader.reads.round;
    const isQuestion = progress.mode === "probe" && !progress.paused;
    const entries = entriesFor(state, leader, progress);
    if (!isDue && !isQuestion && entries.length === 0) continue;
    send(state, leader, peer, progress, entries, now);
    progressAfter(progress, entries.length);
  }
  leader.announcesCommit = false;
  tellTarget(state, leader, heartbeatDue);
}

/**
 * One message a round, however much there is to send, because one call must arrive in time. A probe carries entries
 * only once, and only those of the leader's own term, where the logs probably match.
 */
function entriesFor(state: State, leader: Leader, progress: Progress): readonly Entry[] {
  const { mode, paused, nextIndex, inflight } = progress;
  if (mode === "snapshot") return [];
  const isHopeful = !paused && nextIndex >= leader.termStart;
  const hasRoom = inflight.length < state.options.inflightMax;
  return (mode === "probe" ? isHopeful : hasRoom) ? nextEntries(state, progress) : [];
}

/** Compacted entries can't be sent. First the peer is asked whether it needs a snapshot. */
function stayBehindSnapshot({ snapshot }: State, progress: Progress): void {
  const { mode, paused, nextIndex } = progress;
  if (mode === "snapshot" || nextIndex > snapshot.index) return;
  probeFrom(progress, toIndex(snapshot.index + 1), mode === "probe" && paused);
}

function progressAfter(progress: Progress, sentEntries: number): void {
  if (progress.mode === "probe") {
    progress.paused = true;
  } else if (sentEntries > 0) {
    progress.nextIndex = toIndex(progress.nextIndex + sentEntries);
    progress.inflight.push(toIndex(progress.nextIndex - 1));
  }
}

function nextEntries(state: State, { nextIndex }: Progress): readonly Entry[] {
  if (nextIndex > state.lastIndex) return [];
  const to = toIndex(Math.min(state.lastIndex, nextIndex + entriesMax - 1));
  const entries = state.log.entries(nextIndex, to, state.options.appendBytesMax);
  invariant(entries[0]?.index === nextIndex, `the log has no entry ${nextIndex}`);
  return entries;
}

function send(
  state: State,
  leader: Leader,
  to: NodeId,
  progress: Progress,
  entries: readonly Entry[],
  now: number,
): void {
  const prevIndex = progress.mode === "snapshot" ? state.snapshot.index : toIndex(progress.nextIndex - 1);
  const prevTerm = termAt(state, prevIndex);
  invariant(prevTerm !== null, `the log has no entry ${prevIndex}`);
  const { id: from, currentTerm: term, commitIndex, configurationIndex, configuration } = state;
  const { round } = leader.reads;
  state.effects.messages.push({
    type: "AppendEntries",
    from,
    to,
    term,
    configurationIndex,
    recoveries: configuration.recoveries,
    prevIndex,
    prevTerm,
    entries,
    commitIndex,
    round,
    quiesce: leader.quiesceRound !== null,
  });
  progress.sentAt = now;
  progress.sentRound = round;
  progress.sentCommit = toIndex(Math.min(commitIndex, prevIndex + entries.length));
}

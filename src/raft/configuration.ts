import { invariant } from "./invariant.ts";
import type { Index, NodeId } from "./types.ts";

/**
 * Who takes part, as an entry of the log says; in force on a node from the moment that it is in that node's
 * log, committed or not (paper §6). All node lists are free of doubles.
 */
export interface Configuration {
  /** Elect and commit. In a joint configuration, the new ones. */
  readonly voters: readonly NodeId[];
  /** The old voters of a joint configuration, a majority of whom is needed too; empty in any other. */
  readonly outgoing: readonly NodeId[];
  /** Are sent the log and count nowhere; all become voters together, once they have caught up (thesis §4.2.1). */
  readonly learners: readonly NodeId[];
  /** Voters that go when the learners become voters. */
  readonly leaving: readonly NodeId[];
  /** Where each member lives: a location hint, of no meaning to consensus. */
  readonly regions: Readonly<Record<NodeId, string>>;
  /** Greater than the number of any node that ever was a member: numbers are not used again. */
  readonly nextId: NodeId;
  /** How often the loss of a quorum has forced one, from the bootstrap to this one. */
  readonly recoveries: number;
  /** Set where the loss of a quorum forced this configuration: what is known of what was given up. */
  readonly forced: ForcedRecovery | null;
}

/** The record that a forced recovery leaves in the log. */
export interface ForcedRecovery {
  /** Members that were given up for lost. */
  readonly lost: readonly NodeId[];
  /** The wall clock of the node that did it, ms since the epoch. */
  readonly timestamp: number;
}

/** The configuration that a cluster begins with: nodes 1, 2 … in the given regions. */
export function initialConfiguration(regions: readonly string[]): Configuration {
  return {
    voters: regions.map((_, at) => at + 1),
    outgoing: [],
    learners: [],
    leaving: [],
    regions: Object.fromEntries(regions.map((region, at) => [at + 1, region])),
    nextId: regions.length + 1,
    recoveries: 0,
    forced: null,
  };
}

/** Which configuration of its cluster it is. */
export interface ConfigurationMark {
  readonly recoveries: number;
  readonly index: Index;
}

/** Which one is in force, as a node's state or its status says. */
export const markOf = ({
  configuration,
  configurationIndex: index,
}: {
  readonly configuration: Configuration;
  readonly configurationIndex: Index;
}): ConfigurationMark => ({ recoveries: configuration.recoveries, index });

/**
 * Positive where `a` is newer than `b`. A survivor's log may be shorter than that of those who were given up, so
 * an index says nothing across a forced recovery.
 */
export function compareMarks(a: ConfigurationMark, b: ConfigurationMark): number {
  return a.recoveries - b.recoveries || a.index - b.index;
}

/** Everybody who is sent the log. */
export function membersOf({ voters, outgoing, learners }: Configuration): readonly NodeId[] {
  return [...new Set([...voters, ...outgoing, ...learners])];
}

/** Who elects and commits, in either half of a joint configuration. */
export function votersOf({ voters, outgoing }: Configuration): readonly NodeId[] {
  return [...new Set([...voters, ...outgoing])];
}

/** Whether this node's messages count at all. */
export const isMember = (configuration: Configuration, id: NodeId): boolean =>
  membersOf(configuration).includes(id);

/** Whether this node's vote and its copy count, in either half of a joint configuration. */
export const isVoter = (configuration: Configuration, id: NodeId): boolean =>
  votersOf(configuration).includes(id);

/** `learner`: it is sent the log and counts nowhere yet; `outgoing`: it counts until the change is through. */
export type Part = "voter" | "learner" | "outgoing";

/** The part that a member has. */
export function partOf({ voters, outgoing }: Configuration, id: NodeId): Part {
  if (voters.includes(id)) return "voter";
  return outgoing.includes(id) ? "outgoing" : "learner";
}

export const isJoint = ({ outgoing }: Configuration): boolean => outgoing.length > 0;

/** The data of a configuration entry. */
export function encodeConfiguration(configuration: Configuration): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(configuration));
}

/** What `encodeConfiguration` was given: the entry's checksum vouches for it. */
export function decodeConfiguration(data: Uint8Array): Configuration {
  const stored: Partial<Configuration> = JSON.parse(new TextDecoder().decode(data));
  invariant(stored.voters !== undefined, "a configuration entry holds no configuration");
  return completed(stored, []);
}

/** A configuration of the version before, which knew voters only, and their regions by number. */
export function completed(stored: Partial<Configuration>, regions: readonly string[]): Configuration {
  const voters = stored.voters ?? [];
  return {
    ...initialConfiguration(regions),
    nextId: Math.max(0, ...voters) + 1,
    ...stored,
    voters,
  };
}

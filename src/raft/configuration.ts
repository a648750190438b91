import { invariant } from "./invariant.ts";
import type { Index, NodeId } from "./types.ts";

/**
 * The members of a cluster, as an entry of the log. It is in force on a node as soon as it is in that node's log,
 * committed or not (paper §6). No node is in a list twice.
 */
export interface Configuration {
  /** They elect and commit. In a joint configuration, the new voters. */
  readonly voters: readonly NodeId[];
  /** The old voters of a joint configuration: a majority of them is needed too. Empty in any other. */
  readonly outgoing: readonly NodeId[];
  /** They receive the log and do not count. All become voters together, once they have caught up (thesis §4.2.1). */
  readonly learners: readonly NodeId[];
  /** Voters that leave when the learners become voters. */
  readonly leaving: readonly NodeId[];
  /** The region of each member: a location hint that consensus does not use. */
  readonly regions: Readonly<Record<NodeId, string>>;
  /** Greater than the number of any node that ever was a member: numbers are not used again. */
  readonly nextId: NodeId;
  /** How many recoveries from a lost quorum were forced since the bootstrap. */
  readonly recoveries: number;
  /** Set if a lost quorum forced this configuration: what was given up. */
  readonly forced: ForcedRecovery | null;
}

/** The record that a forced recovery leaves in the log. */
export interface ForcedRecovery {
  /** Members that were given up. */
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

/** The configuration in force, in a node's state or in its status. */
export const markOf = ({
  configuration,
  configurationIndex: index,
}: {
  readonly configuration: Configuration;
  readonly configurationIndex: Index;
}): ConfigurationMark => ({ recoveries: configuration.recoveries, index });

/**
 * Positive if `a` is newer than `b`. A survivor's log may be shorter than the logs that were given up, so indexes can't
 * be compared across a forced recovery.
 */
export function compareMarks(a: ConfigurationMark, b: ConfigurationMark): number {
  return a.recoveries - b.recoveries || a.index - b.index;
}

/** All nodes that receive the log. */
export function membersOf({ voters, outgoing, learners }: Configuration): readonly NodeId[] {
  return [...new Set([...voters, ...outgoing, ...learners])];
}

/** All nodes that elect and commit, in either half of a joint configuration. */
export function votersOf({ voters, outgoing }: Configuration): readonly NodeId[] {
  return [...new Set([...voters, ...outgoing])];
}

/** Whether this node's messages count at all. */
export const isMember = (configuration: Configuration, id: NodeId): boolean =>
  membersOf(configuration).includes(id);

/** Whether this node's vote and its copy count, in either half of a joint configuration. */
export const isVoter = (configuration: Configuration, id: NodeId): boolean =>
  votersOf(configuration).includes(id);

/** `learner`: it receives the log and does not count yet. `outgoing`: it counts until the change is complete. */
export type Part = "voter" | "learner" | "outgoing";

/** The role of a member in the configuration. */
export function partOf({ voters, outgoing }: Configuration, id: NodeId): Part {
  if (voters.includes(id)) return "voter";
  return outgoing.includes(id) ? "outgoing" : "learner";
}

export const isJoint = ({ outgoing }: Configuration): boolean => outgoing.length > 0;

/** The data of a configuration entry. */
export function encodeConfiguration(configuration: Configuration): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(configuration));
}

/** Decodes what `encodeConfiguration` gave. The entry's checksum has been verified. */
export function decodeConfiguration(data: Uint8Array): Configuration {
  const stored: Partial<Configuration> = JSON.parse(new TextDecoder().decode(data));
  invariant(stored.voters !== undefined, "a configuration entry holds no configuration");
  return completed(stored, []);
}

/** A configuration of the previous version, which had only voters, and their regions by number. */
export function completed(stored: Partial<Configuration>, regions: readonly string[]): Configuration {
  const voters = stored.voters ?? [];
  return {
    ...initialConfiguration(regions),
    nextId: Math.max(0, ...voters) + 1,
    ...stored,
    voters,
  };
}

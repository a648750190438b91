import type { Index } from "./types.ts";

/** The leader's commands that are not committed yet, oldest first, so that their bytes can be bounded. */
export interface Proposals {
  readonly waiting: { readonly index: Index; readonly bytes: number }[];
  bytes: number;
}

export const noProposals = (): Proposals => ({ waiting: [], bytes: 0 });

export function addProposal(proposals: Proposals, index: Index, bytes: number): void {
  proposals.waiting.push({ index, bytes });
  proposals.bytes += bytes;
}

/** A single command always fits, however large. */
export function hasRoom(proposals: Proposals, bytes: number, bytesMax: number): boolean {
  return proposals.waiting.length === 0 || proposals.bytes + bytes <= bytesMax;
}

export function releaseCommitted(proposals: Proposals, commitIndex: Index): void {
  const firstLeft = proposals.waiting.findIndex(({ index }) => index > commitIndex);
  const released = proposals.waiting.splice(0, firstLeft === -1 ? proposals.waiting.length : firstLeft);
  for (const { bytes } of released) proposals.bytes -= bytes;
}

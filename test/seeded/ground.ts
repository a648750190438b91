import { setTimeout } from "node:timers/promises";
import type { Random } from "../simulation/world/random.ts";

/** Three places on earth, in the regions of nodes 1 to 3, as the platform tells them of a request. */
const places = [
  { latitude: "37.8", longitude: "-122.4" },
  { latitude: "39", longitude: "-77.5" },
  { latitude: "50.1", longitude: "4.4" },
];

/** What all actors of a run share. */
export interface Ground {
  /** The address of the cluster; a restart changes it. */
  readonly url: () => string;
  readonly log: string;
  /** What happened, in order, as lines for people. */
  readonly trace: string[];
}

/** A header that lets a request come from somewhere: the nearest node serves it. */
export const drawPlace = (random: Random): Record<string, string> => ({
  "MF-CF-Blob": JSON.stringify(random.pick(places)),
});

/** Between two attempts, so that a cluster without a leader is not asked all the time. */
export const pause = (): Promise<void> => setTimeout(50);

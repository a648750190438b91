import type { Oracle } from "../checks/oracle.ts";
import type { Plan } from "./plan.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Marks, Trace } from "./trace.ts";

/** What all parts of a run share. */
export interface World {
  readonly plan: Plan;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly marks: Marks;
  readonly oracle: Oracle;
  /** Set when the faults are over: from then on nothing fails. */
  healed: boolean;
  /** Until then no client asks for anything, ms. */
  quietUntil: number;
}

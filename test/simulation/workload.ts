import { Appender } from "./appender.ts";
import { Changer } from "./changer.ts";
import { Churner } from "./churner.ts";
import type { Client, Ground } from "./client.ts";
import { Mover } from "./mover.ts";
import { Producer } from "./producer.ts";
import { Reader } from "./reader.ts";

const churnPrefix = "churn-";

/** Logs that are deleted and made again have a name of their own kind. */
export const isDeletable = (name: string): boolean => name.startsWith(churnPrefix);

/** Starts all clients of a run. */
export function startClients(ground: Ground): void {
  const { appenders, producers, readers, churners, logs, movers, changers } = ground.world.plan.clients;
  const logOf = (i: number) => ground.histories.log(`log-${i % logs}`);
  const several = (count: number, make: (i: number) => Client): void => {
    for (let i = 0; i < count; i++) make(i).start();
  };
  several(appenders, (i) => new Appender(ground, logOf(i)));
  several(producers, (i) => new Producer(ground, logOf(i), `producer-${i}`));
  several(readers, (i) => new Reader(ground, logOf(i)));
  several(movers, () => new Mover(ground));
  several(changers, () => new Changer(ground));
  several(churners, (i) => new Churner(ground, ground.histories.log(`${churnPrefix}${i}`)));
}

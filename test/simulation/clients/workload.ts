import { Appender } from "./appender.ts";
import { Changer } from "./changer.ts";
import { Churner } from "./churner.ts";
import type { Client, Ground } from "./client.ts";
import { Expirer } from "./expirer.ts";
import { Forker } from "./forker.ts";
import { LeaseHolder } from "./lease-holder.ts";
import { logName } from "./log-names.ts";
import { Mover } from "./mover.ts";
import { Producer } from "./producer.ts";
import { Reader } from "./reader.ts";

/** Starts all clients of a run. */
export function startClients(ground: Ground): void {
  const { plan } = ground.world;
  const { appenders, producers, readers, churners, logs, movers, changers } = plan.clients;
  const logOf = (i: number) => ground.histories.log(`log-${i % logs}`);
  const several = (count: number, make: (i: number) => Client): void => {
    for (let i = 0; i < count; i++) make(i).start();
  };
  several(appenders, (i) => new Appender(ground, logOf(i)));
  several(producers, (i) => new Producer(ground, logOf(i), `producer-${i}`));
  several(readers, (i) => new Reader(ground, logOf(i)));
  several(movers, () => new Mover(ground));
  several(changers, () => new Changer(ground));
  several(churners, (i) => new Churner(ground, ground.histories.log(logName("churned", i))));
  several(plan.clients.forkers, () => new Forker(ground));
  several(plan.clients.leaseHolders, (i) => new LeaseHolder(ground, logOf(0), i));
  several(plan.clients.expirers, () => new Expirer(ground));
}

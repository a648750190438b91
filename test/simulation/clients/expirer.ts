import { createCommand } from "../../../src/log/commands.ts";
import type { Settings } from "../../../src/log/types.ts";
import type { LogHistory } from "./history.ts";
import { logName } from "./log-names.ts";
import { LogUser } from "./log-user.ts";

const namesMax = 2;

/** Uses logs from which records go only by time and by retention. */
export class Expirer extends LogUser {
  protected act(): void {
    const { histories, world } = this.ground;
    const { random } = world;
    const log = histories.log(logName("timed", random.below(namesMax)));
    const { name } = log;
    const deed = random.pick(["append", "append", "append", "renew", "read", "read"] as const);
    if (!log.isThere && random.chance(0.8)) this.#create(log);
    else if (deed === "append") this.append(log, { closes: random.chance(0.02) });
    else if (deed === "renew") this.command(log, { kind: deed, name, touch: random.chance(0.7) });
    else this.read(log);
  }

  #create(log: LogHistory): void {
    const { random } = this.ground.world;
    const sourceName = logName("timed", random.below(namesMax));
    const fork = random.chance(0.3) ? { sourceName, anchor: null, subOffset: 0, at: null } : null;
    this.command(log, createCommand(log.name, { settings: this.#drawSettings(), fork }));
  }

  #drawSettings(): Settings {
    const { machines, world } = this.ground;
    const { random, plan } = world;
    const { electionTimeoutMs } = plan.options;
    const maybe = (value: number): number | null => (random.chance(0.4) ? value : null);
    const lifeMs = electionTimeoutMs * random.between(2, 30);
    return {
      contentType: null,
      ttlSeconds: maybe(1),
      expiresAt: maybe(random.pick(machines).now() + lifeMs),
      retention: {
        ageMs: maybe(electionTimeoutMs * random.between(1, 20)),
        bytes: maybe(random.between(1, 300)),
        records: maybe(random.between(1, 10)),
      },
    };
  }
}

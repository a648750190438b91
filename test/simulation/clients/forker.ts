import { createCommand } from "../../../src/log/commands.ts";
import type { LogHistory } from "./history.ts";
import { logName } from "./log-names.ts";
import { LogUser } from "./log-user.ts";

/** Names of logs that are forks, or are forked. */
const namesMax = 3;

const deeds = [
  ...(["append", "append", "append", "append", "close"] as const),
  ...(["trim", "trim", "fence", "fence", "delete", "delete"] as const),
  ...(["read", "read", "read", "read"] as const),
];

/** Forks logs, and forks of them, at any record; uses, trims, closes and deletes the forks and their sources. */
export class Forker extends LogUser {
  protected act(): void {
    const { histories, world } = this.ground;
    const { random } = world;
    const names = Array.from({ length: namesMax }, (_, i) => logName("forked", i));
    const log = histories.log(random.pick(names));
    const sources = [...names, logName("timed", 0)].map((name) => histories.log(name));
    if (log.isThere || random.chance(0.2)) this.#use(log);
    else
      this.#make(
        log,
        sources.filter((source) => source.isThere),
      );
  }

  /** A fork, if there is a log to fork: mostly at a record in its middle, else at its tail. */
  #make(log: LogHistory, sources: readonly LogHistory[]): void {
    const { random } = this.ground.world;
    const source = sources.length > 0 ? random.pick(sources) : null;
    const anchor = source !== null && random.chance(0.7) ? random.between(0, source.knownTail) : null;
    const fork = source && { sourceName: source.name, anchor, subOffset: 0, at: null };
    this.command(log, createCommand(log.name, { fork }));
  }

  #use(log: LogHistory): void {
    const { random } = this.ground.world;
    const { name } = log;
    const deed = random.pick(deeds);
    if (deed === "append") this.append(log, { closes: random.chance(0.1) });
    else if (deed === "read") this.read(log);
    else if (deed === "close") this.command(log, { kind: deed, name, producer: null });
    else if (deed === "fence") this.command(log, { kind: deed, name, token: String(random.below(10)) });
    else if (deed === "trim")
      this.command(log, { kind: deed, name, before: random.between(0, log.knownTail) });
    else this.command(log, { kind: deed, name });
  }
}

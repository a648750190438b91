interface Lane {
  /** Over once all appends so far are answered. */
  all: Promise<unknown>;
  /** Appends that are, or are to be, under way alone. */
  alone: number;
}

/**
 * Keeps the appends of one session to one log in their order. A node that leads decides them in the order in which
 * it is asked; one that hands them on asks anew only when it has the answer, as calls may overtake each other.
 */
export class AppendOrder {
  readonly #lanes = new Map<string, Lane>();

  /** Calls `send` when its turn has come: at once where it may overlap with all before it. */
  enter<T>(log: string, mayOverlap: boolean, send: (isAlone: boolean) => Promise<T>): Promise<T> {
    const lane = this.#lanes.get(log) ?? { all: Promise.resolve(), alone: 0 };
    this.#lanes.set(log, lane);
    const sent = mayOverlap && lane.alone === 0 ? send(false) : this.#alone(lane, send);
    const all = Promise.allSettled([lane.all, sent]);
    lane.all = all;
    void all.then(() => {
      if (lane.all === all) this.#lanes.delete(log);
    });
    return sent;
  }

  async #alone<T>(lane: Lane, send: (isAlone: boolean) => Promise<T>): Promise<T> {
    lane.alone += 1;
    try {
      await lane.all;
      return await send(true);
    } finally {
      lane.alone -= 1;
    }
  }
}

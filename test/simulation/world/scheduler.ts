/** Something that will happen, unless it is cancelled. */
export class Timer {
  readonly at: number;
  readonly order: number;
  run: (() => void) | null;

  constructor(at: number, order: number, run: () => void) {
    this.at = at;
    this.order = order;
    this.run = run;
  }

  cancel(): void {
    this.run = null;
  }
}

const before = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Virtual time: a binary heap of timers. Ties run in the order in which they were made. */
export class Scheduler {
  /** Virtual milliseconds since the run began. */
  now = 0;
  /** How many timers have run. */
  events = 0;
  readonly #heap: Timer[] = [];
  #made = 0;

  after(ms: number, run: () => void): Timer {
    const timer = new Timer(this.now + ms, this.#made++, run);
    this.#push(timer);
    return timer;
  }

  /** Runs the next timer. False if there is none. */
  step(): boolean {
    let timer = this.#pop();
    while (timer !== undefined && timer.run === null) timer = this.#pop();
    if (timer === undefined || timer.run === null) return false;
    this.now = timer.at;
    this.events += 1;
    timer.run();
    return true;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(timer);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt] as Timer;
      if (!before(timer, parent)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = timer;
  }

  #pop(): Timer | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first !== last && last !== undefined) this.#sink(last);
    return first;
  }

  #sink(timer: Timer): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      if (childAt >= heap.length) break;
      const right = heap[childAt + 1];
      if (right !== undefined && before(right, heap[childAt] as Timer)) childAt += 1;
      const child = heap[childAt] as Timer;
      if (!before(child, timer)) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = timer;
  }
}

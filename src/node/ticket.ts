import type { Answer } from "../transport/protocol.ts";

/** One request under way: answered exactly once, in time or by its deadline. */
export class Ticket {
  /** The answer if the request's time runs out now. */
  ifLate: () => Answer;
  readonly #give: (answer: Answer) => void;
  readonly #atEnd: (() => void)[] = [];
  #answered = false;

  constructor(give: (answer: Answer) => void, ifLate: () => Answer) {
    this.#give = give;
    this.ifLate = ifLate;
  }

  get isAnswered(): boolean {
    return this.#answered;
  }

  /** Runs `cleanUp` when the request is answered, in any way, or at once if it is. */
  atEnd(cleanUp: () => void): void {
    if (this.#answered) cleanUp();
    else this.#atEnd.push(cleanUp);
  }

  answer(answer: Answer): void {
    if (this.#answered) return;
    this.#answered = true;
    for (const cleanUp of this.#atEnd) cleanUp();
    this.#give(answer);
  }
}

/** A bound on the work that several sessions have under way together. */
export class Budget {
  #left: number;

  constructor(max: number) {
    this.#left = max;
  }

  /** False if not so much is left. Then nothing is taken. */
  take(amount: number): boolean {
    if (amount > this.#left) return false;
    this.#left -= amount;
    return true;
  }

  giveBack(amount: number): void {
    this.#left += amount;
  }
}

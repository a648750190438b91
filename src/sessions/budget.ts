/** A bound on what many have under way together. */
export class Budget {
  #left: number;

  constructor(max: number) {
    this.#left = max;
  }

  /** False where so much is not left; then nothing is taken. */
  take(amount: number): boolean {
    if (amount > this.#left) return false;
    this.#left -= amount;
    return true;
  }

  giveBack(amount: number): void {
    this.#left += amount;
  }
}

const chunkNumbers = 1 << 20;

/** A queue of states, packed into arrays of numbers, because a level may hold tens of millions. */
export class Frontier {
  readonly #chunks: Int32Array[] = [];
  #used = chunkNumbers;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  put(place: number, numbers: readonly number[]): void {
    if (this.#used + numbers.length + 2 > chunkNumbers) {
      this.#chunks.push(new Int32Array(chunkNumbers));
      this.#used = 0;
    }
    const chunk = this.#chunks.at(-1) as Int32Array;
    chunk[this.#used] = numbers.length;
    chunk[this.#used + 1] = place;
    chunk.set(numbers, this.#used + 2);
    this.#used += numbers.length + 2;
    this.#size += 1;
  }

  /** Each state with its place. Frees the memory of each chunk that was read. */
  *drain(): Generator<{ readonly place: number; readonly numbers: Int32Array }> {
    for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift()) {
      // A length of 0 marks the end of a chunk's contents.
      for (let at = 0; at < chunkNumbers && chunk[at] !== 0; ) {
        const end = at + 2 + (chunk[at] as number);
        yield { place: chunk[at + 1] as number, numbers: chunk.subarray(at + 2, end) };
        at = end;
      }
    }
  }
}

/**
 * The states that were met. Each one is a fingerprint of 64 bits and the place of the state that led to it.
 * Two states with the same fingerprint would count as one. With n states the odds of that are below n² / 2⁶⁵:
 * one in a thousand for 100 million.
 */
export class Visited {
  #high = new Uint32Array(1 << 16);
  #low = new Uint32Array(1 << 16);
  #parents = new Uint32Array(1 << 16);
  /** Places, plus one, by fingerprint: open addressing, at most half full. */
  #table = new Uint32Array(1 << 17);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The place of a new state; null: it was met before. */
  add(numbers: readonly number[], parent: number): number | null {
    const { high, low } = fingerprint(numbers);
    let slot = this.#slotOf(high, low);
    if (this.#table[slot] !== 0) return null;
    if (this.#size === this.#high.length) {
      this.#grow();
      slot = this.#slotOf(high, low);
    }
    const place = this.#size++;
    this.#high[place] = high;
    this.#low[place] = low;
    this.#parents[place] = parent;
    this.#table[slot] = place + 1;
    return place;
  }

  /** Whether the state at `place` is this one. */
  isAt(place: number, numbers: readonly number[]): boolean {
    const { high, low } = fingerprint(numbers);
    return this.#high[place] === high && this.#low[place] === low;
  }

  /** The places from the first state to this one. A first state is its own parent. */
  pathTo(place: number): readonly number[] {
    const path = [place];
    for (let at = place; at !== this.#parents[at]; path.push(at)) at = this.#parents[at] as number;
    return path.reverse();
  }

  #slotOf(high: number, low: number): number {
    const mask = this.#table.length - 1;
    let slot = low & mask;
    for (;;) {
      const place = (this.#table[slot] as number) - 1;
      if (place === -1 || (this.#high[place] === high && this.#low[place] === low)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    this.#high = doubled(this.#high);
    this.#low = doubled(this.#low);
    this.#parents = doubled(this.#parents);
    this.#table = new Uint32Array(2 * this.#table.length);
    for (let place = 0; place < this.#size; place++) {
      this.#table[this.#slotOf(this.#high[place] as number, this.#low[place] as number)] = place + 1;
    }
  }
}

function doubled(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * array.length);
  larger.set(array);
  return larger;
}

/** Two hashes that share nothing but their input (the mixing steps are those of murmur3 and of xxHash32). */
function fingerprint(numbers: readonly number[]): { readonly high: number; readonly low: number } {
  let high = numbers.length;
  let low = ~numbers.length;
  for (const number of numbers) {
    high = Math.imul(high ^ Math.imul(number, 0xcc9e2d51), 0x1b873593);
    high = (high << 13) | (high >>> 19);
    low = Math.imul(low + Math.imul(number, 0x85ebca77), 0x9e3779b1);
    low = (low << 17) | (low >>> 15);
  }
  return { high: mixed(high), low: mixed(low) };
}

function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return (twice ^ (twice >>> 16)) >>> 0;
}

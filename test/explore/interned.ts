import type { Permutation } from "./permutations.ts";
import { type Naming, renumbered, textOf } from "./text.ts";

/** Assigns a small number to each distinct value, so that a state of the cluster is a handful of numbers. */
export class Interned<T> {
  readonly #permutations: readonly Permutation[];
  readonly #ids = new Map<string, number>();
  readonly #values: T[] = [];
  readonly #images: number[][] = [];

  constructor(permutations: readonly Permutation[]) {
    this.#permutations = permutations;
  }

  get size(): number {
    return this.#values.length;
  }

  idOf(value: T): number {
    const text = textOf(value);
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#values.push(value) - 1;
    this.#ids.set(text, id);
    this.#images.push([id]);
    return id;
  }

  value(id: number): T {
    return this.#values[id] as T;
  }

  /** The number of the same value after its nodes were renumbered by permutation number `permutation`. */
  permuted(id: number, permutation: number): number {
    const images = this.#images[id] as number[];
    const known = images[permutation];
    if (known !== undefined) return known;
    const numbers = this.#permutations[permutation] as Permutation;
    const image = this.idOf(renumbered(this.value(id), numbers));
    images[permutation] = image;
    return image;
  }
}

/** Numbers values in which only the node itself and the others are distinguished. */
export class Shapes {
  readonly #ids = new Map<string, number>();

  idOf(value: unknown, name: Naming): number {
    const text = textOf(value, name);
    const id = this.#ids.get(text) ?? this.#ids.size;
    this.#ids.set(text, id);
    return id;
  }
}

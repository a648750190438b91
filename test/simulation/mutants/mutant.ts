/** A known fault, as a change of one text of the core. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly original: string;
  readonly fault: string;
}

/** A known fault, as a change of one text of the core. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  /** Is there exactly once. */
  readonly original: string;
  readonly fault: string;
}

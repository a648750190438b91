import fc from "fast-check";

export type Face = "native" | "stream";

/** One request to one of the two APIs. */
export type Operation =
  | { readonly kind: "create"; readonly name: string }
  | {
      readonly kind: "create stream";
      readonly name: string;
      readonly type: string;
      readonly texts: readonly string[];
    }
  /** This many records before the source's tail. */
  | { readonly kind: "fork"; readonly name: string; readonly source: string; readonly back: number }
  | {
      readonly kind: "append";
      readonly name: string;
      readonly texts: readonly string[];
      readonly expectedSeq: "any" | "right" | "wrong";
      readonly closes: boolean;
    }
  | {
      readonly kind: "append to stream";
      readonly name: string;
      readonly type: string;
      readonly text: string;
      readonly writerSeq: string | null;
      readonly closes: boolean;
    }
  | {
      readonly kind: "produce";
      readonly face: Face;
      readonly name: string;
      readonly id: string;
      readonly seq: number;
      readonly text: string;
    }
  | { readonly kind: "trim"; readonly name: string; readonly before: number }
  | { readonly kind: "close" | "delete"; readonly face: Face; readonly name: string };

const name = fc.constantFrom("a", "b", "c");
const face = fc.constantFrom<Face>("native", "stream");
const type = fc.constantFrom("text/plain", "application/json");
const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).filter((it) => it.isWellFormed());
const rarely = fc.nat(9).map((it) => it === 0);

const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("create"), name }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(name, type, fc.array(text, { maxLength: 1 }))
      .map(([name, type, texts]) => ({ kind: "create stream", name, type, texts }) as const),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("fork"), name, source: name, back: fc.nat(4) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      ...{ kind: fc.constant("append"), name, closes: rarely },
      texts: fc.array(text, { minLength: 1, maxLength: 3 }),
      expectedSeq: fc.constantFrom("any", "right", "wrong"),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      ...{ kind: fc.constant("append to stream"), name, type, text, closes: rarely },
      writerSeq: fc.option(fc.constantFrom("1", "10", "2", "3"), { freq: 1 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      ...{ kind: fc.constant("produce"), face, name, text },
      ...{ id: fc.constantFrom("p", "q"), seq: fc.nat(2) },
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("trim"), name, before: fc.nat(12) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("close", "delete", "delete"), face, name }) },
);

export const anyOperations: fc.Arbitrary<readonly Operation[]> = fc.array(anyOperation, {
  minLength: 10,
  maxLength: 40,
});

import fc from "fast-check";

/** Line ends within a value, as in pretty-printed JSON. */
const blank = fc.stringMatching(/^[ \t\n\r]{0,2}$/);
const blankInLine = fc.stringMatching(/^[ \t]{0,2}$/);

const number = fc.stringMatching(/^-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,24})?([eE][+-]?[0-9]{1,4})?$/);
const escaped = fc.constantFrom("\\n", "\\/", "\\u0041", "\\ud83d\\ude00", '\\"', "\\\\", "\\u005C");
const plain = fc.string({ maxLength: 4, unit: "grapheme" }).map((text) => JSON.stringify(text).slice(1, -1));
const string = fc
  .array(fc.oneof(escaped, plain, fc.constantFrom("[", "}", ",", ":", "\u2028")), { maxLength: 5 })
  .map((parts) => `"${parts.join("")}"`);
/** Often repeated; `__proto__` is a name that every object has. */
const name = fc.oneof(fc.constantFrom('"a"', '"json"', '"__proto__"', '"\\u0061"'), string);

const list = (open: string, parts: readonly string[], close: string) => `${open}${parts.join(",")}${close}`;

function texts(blank: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const { value } = fc.letrec<{ value: string }>((tie) => {
    const spaced = fc.tuple(blank, tie("value"), blank).map((parts) => parts.join(""));
    const member = fc.tuple(blank, name, blank, spaced).map(([a, b, c, d]) => `${a}${b}${c}:${d}`);
    const size = { maxLength: 4 };
    return {
      value: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.oneof(number, string, fc.constantFrom("null", "true", "false", "1.0", "-0", "9007199254740993")),
        fc.array(spaced, size).map((parts) => list("[", parts, "]")),
        fc.array(member, size).map((parts) => list("{", parts, "}")),
        blank.map((inside) => `{${inside}}`),
        blank.map((inside) => `[${inside}]`),
      ),
    };
  });
  return value;
}

/** The text of a JSON value (RFC 8259), with no blanks around it. */
export const anyJsonText = texts(blank);
/** A JSON text without line ends. */
export const anyJsonLine = texts(blankInLine);

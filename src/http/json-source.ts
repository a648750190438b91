/**
 * Finds the values in a JSON text (RFC 8259), so that each can be kept as it was sent. Only for a text that
 * `JSON.parse` has accepted: nothing is checked again. Linear, and without recursion.
 */

/** The place of a value, from its first character to after its last, and its depth; 0: it is not a container. */
export interface Extent {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

const code = (sign: string): number => sign.charCodeAt(0);
const [quote, backslash, comma, colon] = [code('"'), code("\\"), code(","), code(":")];
const [openArray, closeArray, openObject, closeObject] = [code("["), code("]"), code("{"), code("}")];

/** Where the value of the whole text begins. */
export function rootStart(text: string): number {
  return skipBlanks(text, 0);
}

/** The elements of the array at `start`. */
export function elementsOf(text: string, start: number): readonly Extent[] {
  const elements: Extent[] = [];
  let at = skipBlanks(text, start + 1);
  while (text.charCodeAt(at) !== closeArray) {
    const element = valueAt(text, at);
    elements.push(element);
    at = next(text, element.end);
  }
  return elements;
}

/** The member `name` of the object at `start`: the last one, like `JSON.parse`. Null: there is none. */
export function memberOf(text: string, start: number, name: string): Extent | null {
  let found: Extent | null = null;
  let at = skipBlanks(text, start + 1);
  while (text.charCodeAt(at) !== closeObject) {
    const nameEnd = stringEnd(text, at);
    const value = valueAt(text, skipBlanks(text, skipBlanks(text, nameEnd) + 1));
    if (isName(text.slice(at, nameEnd), name)) found = value;
    at = next(text, value.end);
  }
  return found;
}

/** Whether a string's text stands for this name. Few names have an escape. */
function isName(text: string, name: string): boolean {
  return text.includes("\\") ? JSON.parse(text) === name : text.slice(1, -1) === name;
}

/** Whether a string in the text has half of a surrogate pair, which only `\u` can write, and UTF-8 can't. */
export function hasLoneSurrogate(text: string): boolean {
  if (!/\\u[dD][89a-fA-F]/.test(text)) return false;
  for (let at = text.indexOf('"'); at !== -1; ) {
    const end = stringEnd(text, at);
    if (!(JSON.parse(text.slice(at, end)) as string).isWellFormed()) return true;
    at = text.indexOf('"', end);
  }
  return false;
}

/** The value that begins at `start`. */
export function valueAt(text: string, start: number): Extent {
  const first = text.charCodeAt(start);
  if (first === quote) return { start, end: stringEnd(text, start), depth: 0 };
  if (first === openArray || first === openObject) return containerAt(text, start);
  let end = start;
  while (end < text.length && !isEndOfScalar(text.charCodeAt(end))) end += 1;
  return { start, end, depth: 0 };
}

function containerAt(text: string, start: number): Extent {
  let open = 1;
  let depth = 1;
  let at = start + 1;
  while (open > 0) {
    const sign = text.charCodeAt(at);
    if (sign === quote) {
      at = stringEnd(text, at);
      continue;
    }
    if (sign === openArray || sign === openObject) open += 1;
    else if (sign === closeArray || sign === closeObject) open -= 1;
    depth = Math.max(depth, open);
    at += 1;
  }
  return { start, end: at, depth };
}

/** The position after the quotation mark that ends the string at `start`. */
function stringEnd(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at + 1;
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text.charCodeAt(before) === backslash) before -= 1;
  return (at - before) % 2 === 0;
}

/** Where the next element or member begins, or the container ends. */
function next(text: string, end: number): number {
  const at = skipBlanks(text, end);
  return text.charCodeAt(at) === comma ? skipBlanks(text, at + 1) : at;
}

function skipBlanks(text: string, start: number): number {
  let at = start;
  while (isBlank(text.charCodeAt(at))) at += 1;
  return at;
}

/** RFC 8259 §2: space, tab, line feed, carriage return. */
function isBlank(sign: number): boolean {
  return sign === 32 || sign === 9 || sign === 10 || sign === 13;
}

function isEndOfScalar(sign: number): boolean {
  return isBlank(sign) || sign === comma || sign === closeArray || sign === closeObject || sign === colon;
}

/** Orders texts by their UTF-8 bytes, like storage. JavaScript compares UTF-16 units. */
export function compareUtf8(a: string, b: string): number {
  const left = utf8.encode(a);
  const right = utf8.encode(b);
  const at = left.findIndex((byte, i) => byte !== right[i]);
  if (at === -1) return left.length - right.length;
  return (left[at] ?? 0) - (right[at] ?? -1);
}

const utf8 = new TextEncoder();

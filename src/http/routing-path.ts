/** A path of the document in the router's syntax: `{name}` is one segment, `{path}` the rest. */
export function routingPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name) => (name === "path" ? ":path{.+}" : `:${name}`));
}

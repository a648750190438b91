/** A path of the document, as the router writes it: `{name}` is one segment of it, `{path}` all that follows. */
export function routingPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name) => (name === "path" ? ":path{.+}" : `:${name}`));
}

/** One server-sent event (HTML Standard §9.2.5), with the parts that the servers here use. */
export interface SentEvent {
  readonly id: string | null;
  readonly name: string;
  /** Its lines, joined. */
  readonly data: string;
}

/** The complete events of a text that arrives in pieces, without signs of life. */
export async function* sentEvents(pieces: AsyncIterable<string>): AsyncGenerator<SentEvent> {
  let rest = "";
  for await (const piece of pieces) {
    const events = (rest + piece).split("\n\n");
    rest = events.pop() ?? "";
    for (const text of events) {
      const event = eventOf(text);
      if (event !== null) yield event;
    }
  }
}

/** Null if there is no data. */
function eventOf(text: string): SentEvent | null {
  const fields = text.split("\n").map((line) => /^([^:]*):? ?(.*)$/s.exec(line)?.slice(1) ?? []);
  const valuesOf = (name: string) => fields.flatMap(([field, value = ""]) => (field === name ? [value] : []));
  const data = valuesOf("data");
  if (data.length === 0) return null;
  return {
    id: valuesOf("id").at(-1) ?? null,
    name: valuesOf("event").at(-1) ?? "message",
    data: data.join("\n"),
  };
}

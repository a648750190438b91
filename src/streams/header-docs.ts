/** A header of an answer. */
export const text = (description: string) => ({ description, schema: { type: "string" as const } });
const number = (description: string) => ({ description, schema: { type: "integer" as const } });
const truth = (description: string) => ({
  description,
  schema: { type: "string" as const, enum: ["true"] },
});

/** The headers of answers, which pages of other origins may read. */
export const headerDocs = {
  ETag: text("The tag of exactly these bytes, for `If-None-Match`."),
  Location: text("The URL of the new stream."),
  "Producer-Epoch": number("The producer's present epoch."),
  "Producer-Expected-Seq": number("The sequence number of the batch that is missing."),
  "Producer-Received-Seq": number("The sequence number that was sent instead."),
  "Producer-Seq": number("The highest sequence number of the producer in this epoch."),
  "Retry-After": number("When it makes sense to try again, s."),
  "Stream-Closed": truth("The stream ends here for ever."),
  "Stream-Cursor": number(
    "For `cursor` of the next request, so that no cache gives a reader the same answer twice.",
  ),
  "Stream-Expires-At": text("When the stream ends (RFC 3339)."),
  "Stream-Next-Offset": text("Where to continue reading: the end of the stream or of the page."),
  "Stream-SSE-Data-Encoding": text("`base64`, if the events carry bytes."),
  "Stream-TTL": number("How long the stream lives after it was last used, s."),
  "Stream-Up-To-Date": truth("There are no more messages now."),
};

/** The documentation of some of them, for an answer. */
export function headersTold(...names: readonly (keyof typeof headerDocs)[]) {
  return Object.fromEntries(names.map((name) => [name, headerDocs[name]]));
}

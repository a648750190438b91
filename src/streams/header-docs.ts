/** A header of an answer. */
export const text = (description: string) => ({ description, schema: { type: "string" as const } });
const number = (description: string) => ({ description, schema: { type: "integer" as const } });
const truth = (description: string) => ({
  description,
  schema: { type: "string" as const, enum: ["true"] },
});

/** The headers of answers: what they say, and what pages of other origins may see. */
export const headerDocs = {
  ETag: text("Of these very bytes, for `If-None-Match`."),
  Location: text("The URL of the stream that was made."),
  "Producer-Epoch": number("The epoch in force of the producer."),
  "Producer-Expected-Seq": number("The sequence number of the batch that is missing."),
  "Producer-Received-Seq": number("The sequence number that came instead."),
  "Producer-Seq": number("The highest sequence number of the producer in this epoch."),
  "Retry-After": number("When it makes sense to try again, s."),
  "Stream-Closed": truth("Nothing will ever come after this."),
  "Stream-Cursor": number("For `cursor` of the next request, so that caches serve nobody the same twice."),
  "Stream-Expires-At": text("When the stream ends (RFC 3339)."),
  "Stream-Next-Offset": text("Where to go on reading: the stream's end, or the page's."),
  "Stream-SSE-Data-Encoding": text("`base64`, where the events carry bytes that are no text."),
  "Stream-TTL": number("How long the stream lives after it was last used, s."),
  "Stream-Up-To-Date": truth("There is no more for now."),
};

/** Some of them, for an answer. */
export function headersTold(...names: readonly (keyof typeof headerDocs)[]) {
  return Object.fromEntries(names.map((name) => [name, headerDocs[name]]));
}

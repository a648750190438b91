import { Problem } from "../../http/problem.ts";
import { consumerKey } from "../../log/consumer.ts";
import type { Document } from "../../log/view.ts";
import { describeLog } from "../../routing/describe.ts";
import { ask, type Consistency, found } from "../../routing/query.ts";
import type { Visit } from "../../routing/visit.ts";
import type { DocumentsQuery } from "../../transport/protocol.ts";

/** Some of a log's consumers, in the order of their names. Throws the problems of `describeLog`. */
export async function consumerDocuments(
  visit: Visit,
  name: string,
  asked: Pick<DocumentsQuery, "prefix" | "after" | "limit">,
  options: Consistency,
): Promise<readonly Document[]> {
  const { index } = await describeLog(visit, name, options, false);
  // The first answer was as fresh as asked for, and this one is not older.
  const later = { consistency: "local", min_index: index } as const;
  const answer = await ask(visit, { kind: "documents", name, ...asked }, later);
  return found(answer, name).documents;
}

/** One of a log's consumers. Throws the problem `consumer-not-found`, and those of `describeLog`. */
export async function consumerDocument(
  visit: Visit,
  name: string,
  consumer: string,
  options: Consistency,
): Promise<Document> {
  const key = consumerKey(consumer);
  const [document] = await consumerDocuments(visit, name, { prefix: key, after: null, limit: 1 }, options);
  // Of all keys that begin with a name, the name itself is the first.
  if (document?.key === key) return document;
  throw consumerNotFound(name, consumer);
}

/** The problem for a consumer that does not exist. */
export function consumerNotFound(name: string, consumer: string): Problem {
  return new Problem("consumer-not-found", `The log ${name} has no consumer ${consumer}.`);
}

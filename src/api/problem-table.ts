/** One kind of problem, as it is documented at its `type`. */
export interface ProblemKind {
  readonly status:
    | 400
    | 401
    | 403
    | 404
    | 405
    | 406
    | 408
    | 409
    | 410
    | 412
    | 413
    | 415
    | 416
    | 422
    | 500
    | 503;
  readonly title: string;
  /** What it means, what happened to the request, and what to do. */
  readonly description: string;
  /** Seconds after which a retry makes sense. */
  readonly retryAfterS?: number;
}

/** Every problem that the API answers with, by the last segment of its `type`. The names are stable. */
export const problemTable = {
  "invalid-request": {
    status: 400,
    title: "The request is not valid",
    description:
      "A path segment, query parameter or header is malformed, unknown or contradicts another. `errors` says where. Nothing happened.",
  },
  "invalid-body": {
    status: 400,
    title: "The body is not valid",
    description:
      "The body is empty, cut off, not UTF-8, not JSON, or not of the documented shape. Where it is known, `errors` says what is wrong in which place, and `record` is the position in the batch of the record at fault. Nothing was written.",
  },
  unauthorized: {
    status: 401,
    title: "A valid bearer token is needed",
    description:
      "Send `Authorization: Bearer TOKEN`, with the admin token or a signed token (JWT, HS256) with the claims `actions` and `prefix`, not expired. Nothing happened.",
  },
  forbidden: {
    status: 403,
    title: "The token does not allow this",
    description: "The token's `actions`, `prefix` or `cluster` do not cover the request. Nothing happened.",
  },
  "stale-producer-epoch": {
    status: 403,
    title: "A newer incarnation of the producer has appended",
    description:
      "`Producer-Epoch` is lower than `epoch`, the newest that this producer id has used in the log. This writer was replaced and must stop. Nothing was written.",
  },
  "route-not-found": {
    status: 404,
    title: "There is no such route",
    description: "See /openapi.json for the routes. A slash in a log's name is written %2F.",
  },
  "log-not-found": {
    status: 404,
    title: "There is no such log",
    description: "Create it with PUT /v1/logs/{log}. Nothing was written.",
  },
  "cluster-not-found": {
    status: 404,
    title: "There is no such cluster",
    description: "Bootstrap it with PUT /v1/clusters/{cluster}. Nothing was written.",
  },
  "node-not-found": {
    status: 404,
    title: "There is no such node",
    description:
      "The cluster has no member of this number, or none that may do what was asked: `configuration` in the cluster's status lists those that it has. If you have just removed it, it is done. Nothing happened.",
  },
  "method-not-allowed": {
    status: 405,
    title: "The route does not take this method",
    description: "The header `Allow` lists those that it takes.",
  },
  "not-acceptable": {
    status: 406,
    title: "None of the accepted media types can be given",
    description: "`available` lists the media types that the route gives.",
  },
  "body-timeout": {
    status: 408,
    title: "The body did not arrive in time",
    description: "The whole body must arrive within 30 seconds. Nothing was written.",
  },
  "cluster-exists": {
    status: 409,
    title: "The cluster exists with other regions",
    description:
      "`regions` are those that it has. Members are changed with POST /v1/clusters/{cluster}/members, never by bootstrapping again. Nothing was written.",
  },
  "producer-sequence-gap": {
    status: 409,
    title: "Batches of the producer are missing",
    description:
      "A producer's batches are numbered from 0 within an epoch, without gaps: `expected_producer_seq` is the next, `received_producer_seq` what was sent. Nothing was written.",
  },
  "members-change-under-way": {
    status: 409,
    title: "Another change of the members is under way",
    description:
      "There is one at a time; `configuration` is how far it is. It goes on by itself: ask again when the cluster's status says `stable`. Learners that do not catch up may be removed, which ends their change. No member was changed.",
  },
  "recovery-has-leader": {
    status: 409,
    title: "The node has a leader",
    description:
      "It leads, or has heard a leader within an election timeout: then no quorum is lost, or it is too early to say so. A node that has just started or woken waits an election timeout, too, before it believes that its leader is gone. See the cluster's status; if nobody leads, ask again after an election timeout. Nothing happened.",
  },
  "recovery-members-differ": {
    status: 409,
    title: "Those given up are not the other members",
    description:
      "`lost` must name all other members of `configuration`, which is in force at the node, and nobody else: outgoing ones, learners, and members that are well, too. Look at each of them before you give it up. Nothing happened.",
  },
  "recovery-half-snapshot": {
    status: 409,
    title: "The node holds half of a snapshot",
    description:
      "Its leader was lost while it was being sent one, and what it has can't be read. Let another survivor go on. Nothing happened.",
  },
  trimmed: {
    status: 410,
    title: "The records are gone",
    description: "The log begins at `earliest`; records before it have been dropped for good.",
  },
  "sequence-mismatch": {
    status: 412,
    title: "The log's tail is not the expected one",
    description:
      "`expected_seq`, or the tail in `If-Match`, is not the log's next sequence number, which is `tail`. Nothing was written.",
  },
  "stale-configuration": {
    status: 412,
    title: "The configuration in force is not the expected one",
    description:
      "`expected_index` is not the index of `configuration`, which is in force: the members were changed since, maybe by the same request. No member was changed.",
  },
  "record-too-large": {
    status: 413,
    title: "A record is too large",
    description:
      "A record's data and the names and values of its headers have at most `bytes_max` bytes together. Nothing was written.",
  },
  "batch-too-large": {
    status: 413,
    title: "The batch is too large",
    description: "A batch's records have at most `bytes_max` bytes together. Split it. Nothing was written.",
  },
  "too-many-records": {
    status: 413,
    title: "The batch has too many records",
    description: "A batch has at most `records_max` records. Split it. Nothing was written.",
  },
  "body-too-large": {
    status: 413,
    title: "The body is too large",
    description: "The body has more than `bytes_max` bytes, and was not read further. Nothing was written.",
  },
  "unsupported-media-type": {
    status: 415,
    title: "The body's media type or encoding is not taken",
    description:
      "JSON must be UTF-8, bodies are not compressed, and what `application/vnd.timberline.records` holds can only be read. Nothing was written.",
  },
  "beyond-tail": {
    status: 416,
    title: "The log does not reach that far",
    description:
      "`from` is greater than `tail`, the next sequence number. Reading from the tail itself gives an empty page. With `consistency=local` the replica may lag: give a `min_index`.",
  },
  "cluster-size": {
    status: 422,
    title: "The cluster can't have this number of members",
    description:
      "After the change there must be at least one voter, and at most `members_max` members. No member was changed.",
  },
  internal: {
    status: 500,
    title: "The server is at fault",
    description: "A defect of the server, never of the request. A write may have happened.",
  },
  misconfigured: {
    status: 500,
    title: "The server's configuration is not valid",
    description: "`detail` says which variable is at fault, and why. Nothing happened.",
  },
  "auth-not-configured": {
    status: 503,
    title: "No secret is configured, so every request is refused",
    description:
      "Set one with `wrangler secret put ADMIN_TOKEN` (a bearer token that may do everything) or `wrangler secret put JWT_SECRET` (verifies signed tokens, HS256). Nothing happened.",
  },
  "no-leader": {
    status: 503,
    title: "No leader answered in time",
    description:
      "No node that leads answered within `timeout_ms`: maybe an election was under way, or no majority of the voters can be reached, or no node at all. The cluster's status shows who is there. A write did not happen. Try again.",
    retryAfterS: 1,
  },
  timeout: {
    status: 503,
    title: "The read could not be confirmed in time",
    description:
      "A linearizable read was not confirmed, or `min_index` was not reached, within `timeout_ms`. Try again.",
    retryAfterS: 1,
  },
  "transfer-failed": {
    status: 503,
    title: "The member did not come to lead",
    description:
      "It may be out of reach, fail each time, or be too far behind to catch up within an election timeout. The leader that was goes on, or another one that was elected meanwhile: the cluster's status says which. Look at how the member is there, and try again.",
    retryAfterS: 1,
  },
  "members-not-ready": {
    status: 503,
    title: "The leader can't change the members yet",
    description:
      "It has to commit an entry of its own term first, and could not within `timeout_ms`. No member was changed. Try again.",
    retryAfterS: 1,
  },
  "members-silent": {
    status: 503,
    title: "The voters that would be left could decide nothing",
    description:
      "No majority of them has answered the leader within an election timeout. Remove those that are lost, not those that serve, or add new ones in their place. No member was changed. Try again if they come back.",
    retryAfterS: 1,
  },
  unreadable: {
    status: 503,
    title: "No node has an undamaged copy within reach",
    description:
      "The copies of these records on the nodes that were asked are damaged: their checksums are wrong. Others may be whole. Try again, and look at the Worker's logs, which name the entries.",
    retryAfterS: 1,
  },
  busy: {
    status: 503,
    title: "Too much is waiting to be committed",
    description: "The leader takes no more before some of it is. Nothing was written. Try again.",
    retryAfterS: 1,
  },
  "too-many-requests": {
    status: 503,
    title: "Too many requests are under way",
    description:
      "A node that was asked has as many requests under way as it takes. Nothing was written. Try again.",
    retryAfterS: 1,
  },
  "too-many-readers": {
    status: 503,
    title: "Too many reads are waiting",
    description:
      "Every node has as many reads waiting, long polls and event streams included, as it takes. Try again.",
    retryAfterS: 1,
  },
  "outcome-unknown": {
    status: 503,
    title: "It is not known whether this happened",
    description:
      "The request may have taken effect, or may still. An append with `Producer-Id`, `Producer-Epoch` and `Producer-Seq` can be sent again safely: it is stored once. Without them, read the log before you send it again.",
  },
  "bootstrap-incomplete": {
    status: 503,
    title: "Not all nodes of the cluster could be set up",
    description:
      "Some nodes could not be reached. Sending the same request again is safe and goes on where this one stopped.",
    retryAfterS: 1,
  },
  "node-unreachable": {
    status: 503,
    title: "The node can't be reached",
    description: "It said in time neither yes nor no to being there. Nothing happened. Try again.",
    retryAfterS: 1,
  },
  "node-lost": {
    status: 503,
    title: "A node of the cluster has lost its storage",
    description:
      "`nodes` lost what they had promised, and could vote twice if they were set up again. They must be replaced by new members. Nothing was changed.",
  },
} as const satisfies Readonly<Record<string, ProblemKind>>;

export type ProblemName = keyof typeof problemTable;

/** Whether `name` is a documented problem. */
export function isProblemName(name: string): name is ProblemName {
  return Object.hasOwn(problemTable, name);
}

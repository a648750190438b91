/** The version of the messages, as `Sec-WebSocket-Protocol` (RFC 6455 §1.9). */
export const SESSION_PROTOCOL = "timberline.v1";

/** The limits of a session and of its messages. */
export const sessionLimits = {
  /** Unanswered requests. */
  requests: 64,
  /** Characters of their messages together. */
  characters: 8_388_608,
  /** Characters of one message. */
  messageCharacters: 2_097_152,
  tails: 32,
  /** Credit of a tail, bytes. */
  credit: 1_048_576,
} as const;

/** The credit that a tail begins with by default, bytes. */
export const TAIL_CREDIT = 65_536;

/** Codes of RFC 6455 §7.4.1, and from 4000 on our own. */
export const closeCodes = {
  /** The log is closed, and all of it was sent. */
  closed: 1000,
  unsupported: 1003,
  malformed: 1007,
  /** The token expired, or the client passed a limit. */
  policy: 1008,
  tooBig: 1009,
  unreadable: 1011,
  /** The node was removed from its cluster. */
  moved: 1012,
  dropped: 4000,
  trimmed: 4001,
  deleted: 4002,
} as const;

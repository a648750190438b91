/** Bytes of one record: its data, and the names and values of its headers. */
export const RECORD_BYTES_MAX = 1_048_576;

/** Bytes of one batch: the sum over its records. */
export const BATCH_BYTES_MAX = 1_048_576;

/** Records of one batch. */
export const BATCH_RECORDS_MAX = 1_000;

/** Headers of one record. */
export const HEADERS_MAX = 64;

/**
 * Bytes of one encoded entry. The platform's limit for a row is 2 MB, and it is not enforced locally. A batch at its
 * limits, with its framing, stays below this.
 */
export const ENTRY_BYTES_MAX = 1_900_000;

/** Characters of a log's name. */
export const LOG_NAME_LENGTH_MAX = 255;

/** Bytes of a producer's id. */
export const PRODUCER_ID_LENGTH_MAX = 255;

/** A time to live: a hundred years, s. */
export const TTL_SECONDS_MAX = 3_155_760_000;

/** The last ms of the year 9999, since the epoch: no later time has an RFC 3339 timestamp. */
export const EXPIRES_AT_MAX = 253_402_300_799_999;

/** Logs that hold records of a fork, not counting the fork itself. */
export const FORK_DEPTH_MAX = 64;

/** Characters of a consumer's name. */
export const CONSUMER_NAME_LENGTH_MAX = 255;

/** UTF-16 units of a fencing token, and of the holder of a lease. */
export const TOKEN_LENGTH_MAX = 255;

/** The longest time of a lease, ms. It can be prolonged. */
export const LEASE_MS_MAX = 86_400_000;

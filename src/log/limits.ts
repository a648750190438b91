/** Bytes of one record: its data, and the names and values of its headers. */
export const RECORD_BYTES_MAX = 1_048_576;

/** Bytes of one batch: the sum of its records'. */
export const BATCH_BYTES_MAX = 1_048_576;

/** Records of one batch. */
export const BATCH_RECORDS_MAX = 1_000;

/** Headers of one record. */
export const HEADERS_MAX = 64;

/**
 * Bytes of one encoded entry. The platform's limit for a row is 2 MB, and it is not enforced locally;
 * a batch at its limits, its framing included, stays below this.
 */
export const ENTRY_BYTES_MAX = 1_900_000;

/** Characters of a log's name. */
export const LOG_NAME_LENGTH_MAX = 255;

/** Bytes of a producer's id. */
export const PRODUCER_ID_LENGTH_MAX = 255;

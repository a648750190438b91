/** The sequence number in an offset of Durable Streams. */
export const seqOf = (offset: string): number => Number(/^(\d{16})_\d{16}$/.exec(offset)?.[1] ?? Number.NaN);

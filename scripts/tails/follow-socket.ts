import type { FollowOptions, Seen } from "./follow-events.ts";

/** Credit is returned in portions of this size, bytes: half of the initial credit of a tail. */
const GRANT_BYTES = 32_768;

interface Message {
  readonly kind: string;
  readonly records?: readonly Seen[];
  readonly bytes?: number;
}

/** Follows a log over a WebSocket until the socket is closed. Throws if it breaks. */
export function followSocket({ url, from, signal, onOpen, onRecord }: FollowOptions): Promise<void> {
  const address = new URL(`?from=${from}`, url);
  address.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(address, "timberline.v1");
  let taken = 0;
  socket.addEventListener("message", ({ data }) => {
    const { records = [], bytes = 0 } = JSON.parse(data as string) as Message;
    for (const record of records) onRecord(record);
    taken += bytes;
    if (taken < GRANT_BYTES) return;
    socket.send(JSON.stringify({ kind: "credit", tail: 0, bytes: taken }));
    taken = 0;
  });
  socket.addEventListener("open", onOpen);
  signal.addEventListener("abort", () => socket.close(), { once: true });
  return new Promise((resolve, reject) => {
    socket.addEventListener("close", () => resolve());
    socket.addEventListener("error", () => reject(new Error(`the socket to ${url.pathname} broke`)));
  });
}

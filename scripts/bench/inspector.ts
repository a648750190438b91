/** A connection to an inspector: the DevTools protocol over a WebSocket. */
export interface Inspector {
  /** Throws if the protocol answers with an error. */
  call<T>(method: string, params?: Readonly<Record<string, unknown>>): Promise<T>;
  close(): void;
}

interface Reply {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export async function connectInspector(url: URL): Promise<Inspector> {
  const socket = new WebSocket(url);
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  socket.addEventListener("message", ({ data }) => {
    const { id = 0, result, error } = JSON.parse(String(data)) as Reply;
    if (error === undefined) pending.get(id)?.resolve(result);
    else pending.get(id)?.reject(new Error(error.message));
    pending.delete(id);
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", () => reject(new Error(`No inspector at ${url}`)), { once: true });
  });
  let lastId = 0;
  return {
    call<T>(method: string, params: Readonly<Record<string, unknown>> = {}): Promise<T> {
      lastId += 1;
      const reply = Promise.withResolvers<unknown>();
      pending.set(lastId, reply);
      socket.send(JSON.stringify({ id: lastId, method, params }));
      return reply.promise as Promise<T>;
    },
    close: () => socket.close(),
  };
}

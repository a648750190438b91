import { vi } from "vitest";
import type { Grant } from "../../src/api/auth.ts";
import { encodeOpening, type SocketOpening } from "../../src/api/session-state.ts";
import type { TailPosition } from "../../src/node/subscriber.ts";
import { openSocket } from "../../src/transport/object.ts";
import type { TestCluster } from "./cluster.ts";

const patience = { timeout: 20_000, interval: 10 };

export const everything: Grant = {
  actions: ["read", "append", "admin"],
  prefix: "",
  cluster: null,
  expiresAt: null,
};

// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was said
type Said = any;

/** The client's end of a socket to a node. */
export class Client {
  readonly said: Said[] = [];
  closed: { readonly code: number; readonly reason: string } | null = null;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.accept();
    socket.addEventListener("message", ({ data }) => {
      this.said.push(JSON.parse(String(data)));
    });
    socket.addEventListener("close", ({ code, reason }) => {
      this.closed = { code, reason };
    });
  }

  static async open(cluster: TestCluster, id: number, parts: Partial<SocketOpening> = {}): Promise<Client> {
    const opening = { face: "session", cluster: cluster.name, grant: everything, protocol: null } as const;
    const text = encodeOpening({ ...opening, position: null, ...parts });
    const { status, webSocket } = await openSocket(cluster.nodes, cluster.member(id), text, 5_000);
    if (status !== 101 || webSocket === null) throw new Error(`the node answered ${status}`);
    return new Client(webSocket);
  }

  /** A socket that follows one log. */
  static follow(cluster: TestCluster, id: number, position: TailPosition): Promise<Client> {
    return Client.open(cluster, id, { face: "tail", grant: { ...everything, actions: [] }, position });
  }

  say(message: unknown): void {
    this.#socket.send(JSON.stringify(message));
  }

  close(): void {
    this.#socket.close(1000);
  }

  of(kind: string): readonly Said[] {
    return this.said.filter((message) => message.kind === kind);
  }

  /** Of all records that came, in the order in which they did. */
  texts(tail: number): readonly string[] {
    const mine = this.of("records").filter((message) => message.tail === tail);
    return mine.flatMap(({ records }) => records.map(({ data }: { data: string }) => data));
  }

  /** Once so many messages of a kind have come. */
  async until(kind: string, count = 1): Promise<Said> {
    return vi.waitFor(() => {
      const found = this.of(kind);
      if (found.length < count) throw new Error(`only ${JSON.stringify(this.said.slice(-3))}`);
      return found.at(-1);
    }, patience);
  }

  async untilClosed(): Promise<{ readonly code: number; readonly reason: string }> {
    return vi.waitFor(() => {
      if (this.closed === null) throw new Error("the socket is open");
      return this.closed;
    }, patience);
  }

  async untilTexts(tail: number, count: number): Promise<readonly string[]> {
    return vi.waitFor(() => {
      const texts = this.texts(tail);
      if (texts.length < count) throw new Error(`only ${texts.length} records`);
      return texts;
    }, patience);
  }
}

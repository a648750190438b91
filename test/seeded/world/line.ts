import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { Random } from "../../simulation/world/random.ts";

/** The limits of the next connection in one direction: bytes, and the delay of each piece. */
interface Passage {
  readonly bytes: number;
  readonly pieceMs: number;
}

const unharmed: Passage = { bytes: Number.POSITIVE_INFINITY, pieceMs: 0 };

/** A connection is cut after some hundred bytes up to some hundred thousand, each order of magnitude as likely. */
const cutAfter = { from: 2.3, to: 5.3 };
const chances = { cutDown: 0.5, cutUp: 0.2, slow: 0.2 };
const pauses = [1, 10, 50];

/**
 * The network between one client and the cluster: a port of its own, whose connections are slow, or break after a
 * random number of bytes, in the middle of anything.
 */
export class Line {
  readonly #random: Random;
  readonly #cluster: () => string | null;
  readonly #onCut: () => void;
  readonly #open = new Set<Socket>();
  readonly #server = createServer((client) => void this.#serve(client));
  #isCalm = false;

  /** `cluster`: its present address; null: it does not run. */
  constructor(random: Random, cluster: () => string | null, onCut: () => void) {
    this.#random = random;
    this.#cluster = cluster;
    this.#onCut = onCut;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on no connection breaks. Those that would have broken do so now. */
  calm(): void {
    this.#isCalm = true;
    this.cut();
  }

  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(client: Socket): Promise<void> {
    const url = this.#cluster();
    if (url === null) return void client.destroy();
    const node = connect(Number(new URL(url).port), "127.0.0.1");
    const [up, down] = [this.#draw(chances.cutUp), this.#draw(chances.cutDown)];
    const both = [client, node];
    for (const socket of both) {
      this.#open.add(socket);
      // A close event follows.
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#open.delete(socket);
        for (const one of both) one.destroy();
      });
    }
    await Promise.all([this.#pass(client, node, up), this.#pass(node, client, down)]);
  }

  #draw(chance: number): Passage {
    if (this.#isCalm) return unharmed;
    const { from, to } = cutAfter;
    const bytes = Math.round(10 ** (from + this.#random.float() * (to - from)));
    const pieceMs = this.#random.pick(pauses);
    return {
      bytes: this.#random.chance(chance) ? bytes : unharmed.bytes,
      pieceMs: this.#random.chance(chances.slow) ? pieceMs : unharmed.pieceMs,
    };
  }

  async #pass(from: Socket, to: Socket, { bytes, pieceMs }: Passage): Promise<void> {
    let left = bytes;
    try {
      for await (const piece of from as AsyncIterable<Uint8Array>) {
        if (pieceMs > 0 && !this.#isCalm) await setTimeout(pieceMs);
        const room = to.write(piece.subarray(0, left));
        left -= piece.length;
        if (left < 0) break;
        if (!room) await Promise.race([once(to, "drain"), once(to, "close")]);
      }
      if (left < 0) this.#onCut();
      to.end();
    } catch {
      // If one side is gone, the other one is closed.
    }
  }
}

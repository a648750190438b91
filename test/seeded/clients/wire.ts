import { Socket } from "../../cluster/sockets.ts";
import type { Said } from "../../sockets/conversation.ts";

/** A client's WebSocket, whose messages are handled one after the other. */
export class Wire extends Socket {
  #wake: () => void = () => undefined;

  /** Closes when the signal aborts. */
  closeOn(signal: AbortSignal): this {
    if (signal.aborted) this.close();
    signal.addEventListener("abort", () => this.close(), { once: true });
    return this;
  }

  /** The messages until the connection ends. */
  async *messages(): AsyncGenerator<Said> {
    for (let at = 0; ; ) {
      while (at < this.said.length) yield this.said[at++];
      if (this.closed !== null) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  protected override heard(data: unknown): void {
    super.heard(data);
    this.#wake();
  }

  protected override ended(event: { readonly code: number; readonly reason: string }): void {
    super.ended(event);
    this.#wake();
  }
}

import { WebSocket } from "undici";
import { Conversation } from "../sockets/conversation.ts";

const patienceMs = 30_000;

/** A client's WebSocket to a cluster. */
export class Socket extends Conversation {
  protected readonly socket: WebSocket;

  constructor(url: string, path: string, headers: Record<string, string> = {}) {
    super(patienceMs);
    const address = new URL(path, url);
    address.protocol = "ws:";
    this.socket = new WebSocket(address, { protocols: "timberline.v1", headers });
    this.socket.addEventListener("message", ({ data }) => this.heard(data));
    this.socket.addEventListener("close", (event) => this.ended(event));
    // A close event follows.
    this.socket.addEventListener("error", () => undefined);
  }

  close(): void {
    this.socket.close();
  }
}

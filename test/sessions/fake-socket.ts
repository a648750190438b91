import type { NodeSocket } from "../../src/api/logs/event-relay.ts";

/** The Worker's end of a socket to a node; the test is the node. */
export class FakeSocket extends EventTarget implements NodeSocket {
  binaryType: NodeSocket["binaryType"] = "blob";
  /** What the Worker said. */
  readonly sent: unknown[] = [];
  closed: number | null = null;

  accept(): void {}

  send(message: string | ArrayBuffer | ArrayBufferView): void {
    this.sent.push(JSON.parse(String(message)));
  }

  close(code = 1005): void {
    this.closed = code;
  }

  /** The node says something. */
  say(text: string): void {
    this.dispatchEvent(new MessageEvent("message", { data: new TextEncoder().encode(text).buffer }));
  }

  /** The node ends it. */
  end(): void {
    this.dispatchEvent(new Event("close"));
  }
}

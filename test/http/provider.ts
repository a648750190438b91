import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Signer } from "./signer.ts";

/** An identity provider: publishes keys, or does something else. */
export class Provider {
  signers: readonly Signer[] = [];
  /** In the place of the keys. */
  instead: ((response: ServerResponse) => void) | null = null;
  asked = 0;
  /** Of its keys. */
  url = "";
  readonly #server = createServer((_, response) => {
    this.asked += 1;
    if (this.instead !== null) this.instead(response);
    else response.end(JSON.stringify({ keys: this.signers.map(({ jwk }) => jwk) }));
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/keys`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

import { NodeObject } from "../node/durable-object.ts";
import type { FanOutOptions } from "../node/fan-out.ts";
import type { Host } from "../node/host.ts";
import type { Node } from "../node/node.ts";
import type { SocketFace } from "../node/socket-face.ts";
import { Sockets } from "./sockets.ts";

/**
 * With many more pages a second, a saturated runtime serves some connections and not others for seconds (`npm run
 * check:tails`).
 */
const tailOptions: FanOutOptions = {
  pageRecords: 1_000,
  pageBytes: 65_536,
  roundBytes: 8_388_608,
  sendsPerSecond: 700,
  stallMs: 30_000,
};

/** A node that serves sessions. */
export class TimberlineNode extends NodeObject {
  /** Called by the constructor. */
  protected tailOptions(): FanOutOptions {
    return tailOptions;
  }

  protected override openSockets(node: Node, host: Host, guard: (run: () => void) => void): SocketFace {
    return new Sockets({ state: this.ctx, node, host, guard, tailOptions: this.tailOptions() });
  }
}

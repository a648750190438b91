/** Serves the WebSockets of a node's object. An exception drops the object. */
export interface SocketFace {
  /** Accepts a WebSocket (101), or answers why not. */
  open(request: Request): Response;
  message(socket: WebSocket, message: string | ArrayBuffer): void;
  /** The socket was closed, or is lost. */
  gone(socket: WebSocket): void;
  /** Called after every event at the node. */
  settled(): void;
}

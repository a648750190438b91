/** What speaks over the WebSockets of a node's object. What throws drops the object. */
export interface SocketFace {
  /** Takes a WebSocket (101), or says why not. */
  open(request: Request): Response;
  message(socket: WebSocket, message: string | ArrayBuffer): void;
  /** It was closed, or is lost. */
  gone(socket: WebSocket): void;
  /** Something has happened at the node. Called after every event. */
  settled(): void;
}

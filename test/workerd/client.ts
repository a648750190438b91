import { everything } from "../../src/http/auth.ts";
import type { TailPosition } from "../../src/node/subscriber.ts";
import { encodeOpening, type SocketOpening } from "../../src/sessions/state.ts";
import { openSocket } from "../../src/transport/object.ts";
import { Conversation } from "../sockets/conversation.ts";
import type { TestCluster } from "./cluster.ts";

const patienceMs = 20_000;

/** The client's end of a socket to a node. */
export class Client extends Conversation {
  protected readonly socket: WebSocket;

  constructor(socket: WebSocket) {
    super(patienceMs);
    this.socket = socket;
    socket.accept();
    socket.addEventListener("message", ({ data }) => this.heard(data));
    socket.addEventListener("close", (event) => this.ended(event));
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

  close(): void {
    this.socket.close(1000);
  }
}

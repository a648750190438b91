import { require } from "../checks/finding.ts";
import { Client } from "./client.ts";

/** Asks for leadership to be moved, to one node after the other. */
export class Mover extends Client {
  protected act(): void {
    const { world, machines } = this.ground;
    const to = world.random.pick(machines).id;
    this.ask({ kind: "transfer", to }, (answer) => {
      if (answer !== null) {
        const right = answer.kind === "transferring" || answer.kind === "failure";
        require(right, "answers", () => `a transfer was answered by ${answer.kind}`);
        this.mark(answer);
      }
      this.start();
    });
  }
}

import { type Configuration, isJoint } from "../../../src/raft/configuration.ts";
import { bootstrapIdentity, type Identity } from "../../../src/raft/identity.ts";
import type { MembersChange } from "../../../src/raft/membership.ts";
import type { NodeId } from "../../../src/raft/types.ts";
import type { Status } from "../../../src/transport/status.ts";
import { require } from "../checks/finding.ts";
import { Client } from "./client.ts";

/** A cluster shrinks and grows between these. */
const votersMin = 1;
const votersMax = 5;

/** Numbers of nodes, at most: the links between them are told apart up to here. */
const idMax = 14;

/** Adds, removes and replaces members, like an operator that acts on a status that may be old. */
export class Changer extends Client {
  protected act(): void {
    const { random } = this.ground.world;
    const leaders = this.ground.machines.filter((machine) => machine.leads);
    const status = leaders.length > 0 ? random.pick(leaders).status : null;
    const change = status === null ? null : this.#drawChange(status);
    if (change === null) this.start();
    else this.#ask(change);
  }

  #ask(change: MembersChange): void {
    this.ask({ kind: "members", change }, (answer) => {
      if (answer !== null) {
        const right = ["members", "members-refused", "failure"].includes(answer.kind);
        require(right, "answers", () => `a change of members was answered by ${answer.kind}`);
        this.mark(answer);
        if (answer.kind === "members-refused")
          this.ground.world.marks.count(`client: members-refused, ${answer.reason}`);
      }
      this.start();
    });
  }

  /** Null if no change is possible now. No node is added if its configuration may be truncated again. */
  #drawChange(status: Status): MembersChange | null {
    const { random } = this.ground.world;
    const { configuration, configurationIndex, commitIndex } = status;
    const expectedIndex = random.chance(0.7) ? configurationIndex : null;
    if (configuration.learners.length > 0 && random.chance(0.3))
      return { add: [], remove: [random.pick(configuration.learners)], expectedIndex };
    if (configurationIndex > commitIndex || isJoint(configuration)) return null;
    const add = this.#drawNew(configuration);
    const remove = this.#drawOld(configuration, add.length);
    for (const { id } of add) this.ground.hire(this.#identityOf(id, status));
    return add.length + remove.length === 0 ? null : { add, remove, expectedIndex };
  }

  #drawNew({ voters, nextId }: Configuration): MembersChange["add"] {
    const room = Math.min(votersMax - voters.length + 1, idMax - nextId + 1, 2);
    const count = room > 0 ? this.ground.world.random.below(room + 1) : 0;
    return Array.from({ length: count }, (_, i) => ({ id: nextId + i, region: "weur" }));
  }

  #drawOld({ voters }: Configuration, added: number): readonly NodeId[] {
    const { random } = this.ground.world;
    const room = voters.length + added - votersMin;
    const count = Math.min(voters.length, random.below(Math.min(room, 2) + 1));
    const left = [...voters];
    return Array.from({ length: count }, () => left.splice(random.below(left.length), 1)[0] as NodeId);
  }

  #identityOf(id: NodeId, { configuration, configurationIndex }: Status): Identity {
    const bootstrap = bootstrapIdentity("simulated", id, this.ground.world.plan.regions);
    return { ...bootstrap, region: "weur", configuration, configurationIndex };
  }
}

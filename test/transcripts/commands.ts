import type { Message } from "../../src/raft/messages.ts";
import type { NodeId } from "../../src/raft/types.ts";
import type { Cluster } from "../raft/harness/cluster.ts";
import type { Stage } from "./stage.ts";
import { tellMessage, tellNode } from "./telling.ts";

/** What a command says for itself, besides what changes by it. Throws a text where its words make no sense. */
type Run = (stage: Stage, words: readonly string[]) => readonly string[];

const nothing: readonly string[] = [];

function demand(condition: boolean, why: string): asserts condition {
  if (!condition) throw new Error(why);
}

function number(word: string | undefined): number {
  demand(word !== undefined && /^\d+$/.test(word), `${word ?? "nothing"} is no number`);
  return Number(word);
}

function only(words: readonly string[], count: number): void {
  demand(words.length === count, `${count} words wanted after the command, not ${words.length}`);
}

const types: readonly Message["type"][] = [
  ...(["PreVote", "PreVoteResponse", "RequestVote", "RequestVoteResponse"] as const),
  ...(["AppendEntries", "AppendEntriesAccepted", "AppendEntriesRejected", "TimeoutNow"] as const),
];

/** Messages in flight by `1->2`, by type, by both, or all; there must be some. */
function matching(cluster: Cluster, words: readonly string[]): readonly Message[] {
  let found: readonly Message[] = cluster.pool;
  for (const word of words) {
    const link = /^(\d*)->(\d*)$/.exec(word);
    demand(
      link !== null || types.some((type) => type === word),
      `${word} is neither a link nor a type of message`,
    );
    const [, from, to] = link ?? [];
    found = found.filter((message) =>
      link === null
        ? message.type === word
        : (from === "" || message.from === Number(from)) && (to === "" || message.to === Number(to)),
    );
  }
  demand(found.length > 0, "no such message is in flight");
  return found;
}

function take(cluster: Cluster, messages: readonly Message[]): void {
  for (const message of messages) cluster.pool.splice(cluster.pool.indexOf(message), 1);
}

/** How the nodes are before anything happens. */
const setup: Readonly<Record<string, Run>> = {
  nodes(stage, [size, word, voters, ...rest]) {
    demand(rest.length === 0 && (word === undefined || word === "voters"), "nodes SIZE [voters COUNT]");
    stage.nodes(number(size), word === undefined ? number(size) : number(voters));
    return nothing;
  },
  log(stage, [id, ...terms]) {
    stage.log(number(id), terms.map(number));
    return nothing;
  },
  term(stage, words) {
    only(words, 2);
    stage.term(number(words[0]), number(words[1]));
    return nothing;
  },
  "append-bytes"(stage, words) {
    only(words, 1);
    stage.appendBytes(number(words[0]));
    return nothing;
  },
  vote(stage, words) {
    only(words, 2);
    stage.vote(number(words[0]), number(words[1]));
    return nothing;
  },
};

/** What happens at one node; time passes in the first two. */
const local: Readonly<
  Record<string, (cluster: Cluster, id: NodeId, words: readonly string[]) => readonly string[]>
> = {
  campaign(cluster, id, words) {
    only(words, 0);
    cluster.campaign(id);
    return nothing;
  },
  heartbeat(cluster, id, words) {
    only(words, 0);
    cluster.clock.now += cluster.options.heartbeatMs;
    cluster.node(id).wake();
    return nothing;
  },
  alarm(cluster, id, words) {
    only(words, 0);
    cluster.node(id).wake();
    return nothing;
  },
  crash(cluster, id, words) {
    only(words, 0);
    cluster.node(id).crash();
    return nothing;
  },
  restart(cluster, id, words) {
    only(words, 0);
    cluster.node(id).restart();
    return nothing;
  },
  hold(cluster, id, words) {
    only(words, 0);
    cluster.node(id).holdWrites = true;
    return nothing;
  },
  sync(cluster, id, words) {
    only(words, 0);
    cluster.node(id).holdWrites = false;
    cluster.node(id).sync();
    return nothing;
  },
  propose(cluster, id, words) {
    demand(words.length > 0, "nothing is proposed");
    const results = cluster.node(id).propose(...words);
    return results.flatMap((result) => (typeof result === "string" ? [`refused: ${result}`] : []));
  },
  read(cluster, id, words) {
    only(words, 0);
    const context = cluster.node(id).read();
    return [typeof context === "string" ? `refused: ${context}` : `read ${context} begins`];
  },
  transfer(cluster, id, words) {
    only(words, 1);
    return [cluster.node(id).transfer(number(words[0]))];
  },
  change(cluster, id, words) {
    const ids = (sign: string): number[] =>
      words.filter((word) => word.startsWith(sign)).map((word) => number(word.slice(1)));
    const change = { add: ids("+"), remove: ids("-") };
    demand(
      change.add.length + change.remove.length === words.length,
      "members are changed by +NODE and -NODE",
    );
    const result = cluster.node(id).change(change);
    return typeof result === "string" ? [`refused: ${result}`] : nothing;
  },
};

/** What happens between nodes, and to time. */
const network: Readonly<Record<string, Run>> = {
  deliver({ cluster }, words) {
    cluster.deliver(...matching(cluster, words));
    return nothing;
  },
  lose({ cluster }, words) {
    take(cluster, matching(cluster, words));
    return nothing;
  },
  keep({ cluster, kept }, [name, ...words]) {
    demand(name !== undefined && /^[a-z]+$/.test(name), "what is kept has a name in small letters");
    const messages = matching(cluster, words);
    take(cluster, messages);
    kept.set(name, messages);
    return nothing;
  },
  bring({ cluster, kept }, words) {
    only(words, 1);
    const messages = kept.get(String(words[0]));
    demand(messages !== undefined, "nothing is kept by that name");
    cluster.deliver(...messages);
    return nothing;
  },
  run({ cluster }, words) {
    only(words, 0);
    cluster.run();
    return nothing;
  },
  wait({ cluster }, words) {
    only(words, 1);
    cluster.clock.now += number(words[0]);
    return nothing;
  },
  partition({ cluster }, words) {
    const groups = words.join(" ").split("|");
    cluster.partition(...groups.map((group) => group.trim().split(" ").map(number)));
    return nothing;
  },
  heal({ cluster }, words) {
    only(words, 0);
    cluster.heal();
    return nothing;
  },
  state({ cluster }, words) {
    only(words, 0);
    const flying = cluster.pool.map((message) => `in flight: ${tellMessage(message)}`);
    return [...cluster.nodes.map(tellNode), ...flying];
  },
};

export const isSetup = ([name = ""]: readonly string[]): boolean => setup[name] !== undefined;

/** Runs a command by its words. Throws where they make no sense. */
export function runCommand(stage: Stage, [name = "", ...words]: readonly string[]): readonly string[] {
  const prepare = setup[name];
  if (prepare !== undefined) {
    demand(!stage.isOpen, "the nodes run already");
    return prepare(stage, words);
  }
  const atNode = local[name];
  if (atNode !== undefined) return atNode(stage.cluster, number(words[0]), words.slice(1));
  const run = network[name];
  demand(run !== undefined, "there is no such command");
  return run(stage, words);
}

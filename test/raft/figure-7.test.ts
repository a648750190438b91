import { describe, expect, test } from "vitest";
import { Cluster } from "./harness/cluster.ts";
import { entriesOf } from "./harness/entries.ts";

const leaderLog = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];

/** The paper's figure 7: node 1 is the leader for term 8, nodes 2 to 7 are the followers (a) to (f). */
const figure7 = (): Cluster =>
  new Cluster({
    size: 7,
    logs: {
      1: leaderLog,
      2: [1, 1, 1, 4, 4, 5, 5, 6, 6],
      3: [1, 1, 1, 4],
      4: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
      5: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
      6: [1, 1, 1, 4, 4, 4, 4],
      7: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    },
    currentTerms: { 1: 7 },
  });

describe("the six logs of the paper's figure 7 converge", () => {
  test("with the leader's votes as in the paper: (c) and (d) have newer logs and refuse", () => {
    const cluster = figure7();
    cluster.campaign(1);
    cluster.deliver(...cluster.take("PreVote"));
    const granted = cluster.inFlight("PreVoteResponse").filter((answer) => answer.granted);
    expect(granted.map(({ from }) => from)).toEqual([2, 3, 6, 7]);
    cluster.run();
    expect(cluster.leader.state.currentTerm).toBe(8);
  });

  test("all become the leader's, which never changes its own", () => {
    const cluster = figure7();
    cluster.elect(1);
    expect(cluster.leader.log.slice(0, -1)).toEqual(entriesOf(leaderLog));
    expect(cluster.nodes.map(({ log }) => log)).toEqual(cluster.nodes.map(() => cluster.leader.log));
    expect(cluster.leader.terms).toEqual([...leaderLog, 8]);
    cluster.heartbeat();
    expect(cluster.nodes.map(({ state }) => state.commitIndex)).toEqual(cluster.nodes.map(() => 11));
  });

  test.each([
    ["a", 2, 1],
    ["b", 3, 1],
    ["c", 4, 0],
    ["d", 5, 0],
    ["e", 6, 1],
    ["f", 7, 1],
  ])("(%s) after one rejection at most", (_, id, expected) => {
    const cluster = figure7();
    cluster.win(1, [2, 3, 6, 7]);
    let rejections = 0;
    for (let rounds = 0; rounds < 10; rounds++) {
      cluster.deliver(...cluster.take("AppendEntries", { to: id }));
      rejections += cluster.inFlight("AppendEntriesRejected").length;
      cluster.deliver(...cluster.take("AppendEntriesRejected"), ...cluster.take("AppendEntriesAccepted"));
    }
    expect(cluster.node(id).log).toEqual(cluster.leader.log);
    expect(rejections).toBe(expected);
  });
});

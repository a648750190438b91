import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { play } from "./play.ts";

const directory = new URL("./", import.meta.url);
const files = readdirSync(directory).filter((name) => name.endsWith(".txt"));

describe("each command has the written outcome", () => {
  test.each(files)("%s", async (file) => {
    const path = new URL(file, directory).pathname;
    await expect(play(file, readFileSync(path, "utf8"))).toMatchFileSnapshot(path);
  });
});

describe("an invalid command throws an error with its place", () => {
  const setUp = "# A cluster.\nnodes 3\n";
  test.each([
    ["dance 1", 'x.txt:3: "dance 1": there is no such command'],
    ["campaign", "nothing is not a number"],
    ["campaign 4", "there is no node 4"],
    ["campaign 1 now", "0 words wanted"],
    ["deliver 1=>2", "neither a link, nor a type of message"],
    ["deliver 1->2", "no such message is in flight"],
    ["deliver @7", "no such message is in flight"],
    ["bring late", "nothing is kept by that name"],
    ["change 1 add 4", "+NODE and -NODE"],
    ["compact 1", "nothing is not a number"],
    ["state\nlog 1 1 1", 'x.txt:4: "log 1 1 1": the nodes run already'],
  ])("%s", (command, message) => {
    expect(() => play("x.txt", setUp + command)).toThrow(message);
  });
});

test("existing outcomes are replaced, not repeated", () => {
  const once = play("x.txt", "# An election.\nnodes 3\n\ncampaign 1\nstate\n");
  expect(play("x.txt", once)).toBe(once);
  expect(once).toContain("  node 1 is pre-candidate in term 0\n");
});

test("without a selection all messages in flight are lost", () => {
  const told = play("x.txt", "# A candidate's questions.\nnodes 3\ncampaign 1\nlose\nstate\n");
  expect(told).toContain("1->3 PreVote");
  expect(told).not.toContain("in flight");
});

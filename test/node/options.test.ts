import { describe, expect, it } from "vitest";
import { optionsFrom } from "../../src/node/options.ts";

describe("the timing of a node", () => {
  it("comes from the configuration", () => {
    const options = optionsFrom({ ELECTION_TIMEOUT_MS: "3000", HEARTBEAT_MS: "500" });
    expect(options).toMatchObject({ electionTimeoutMs: 3_000, heartbeatMs: 500, checkQuorum: true });
  });

  it.each(["", "0", "-5", "1.5", "soon", "1e999"])(
    "is refused where it is no number of milliseconds: %j",
    (value) => {
      expect(() => optionsFrom({ ELECTION_TIMEOUT_MS: value, HEARTBEAT_MS: "1" })).toThrow(RangeError);
      expect(() => optionsFrom({ ELECTION_TIMEOUT_MS: "3000", HEARTBEAT_MS: value })).toThrow(RangeError);
    },
  );

  it("is refused where a heartbeat could come too late", () => {
    expect(() => optionsFrom({ ELECTION_TIMEOUT_MS: "900", HEARTBEAT_MS: "500" })).toThrow("at least twice");
  });
});

import { beforeEach, describe, expect, test } from "vitest";
import { Harness, problem } from "../harness.ts";

let api: Harness;
beforeEach(() => {
  api = new Harness();
});

const metrics = async (path = "/metrics") => {
  const response = await api.request("GET", path);
  return { response, lines: (await response.text()).split("\n") };
};

describe("metrics", () => {
  test("say of each member how it is, as text that Prometheus reads", async () => {
    await api.send("PUT", "/v1/logs/a");
    const { response, lines } = await metrics();
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(lines).toContain("# HELP timberline_member_up Whether the member answers and takes part.");
    expect(lines).toContain("# TYPE timberline_member_rows_written_total counter");
    expect(lines).toContain('timberline_member_up{cluster="main",node="1",region="wnam"} 1');
    expect(lines.filter((line) => /^timberline_member_leader\{.*\} 1$/.test(line))).toHaveLength(1);
    expect(lines.at(-1)).toBe("");
    const sample = /^timberline_member_[a-z_]+\{cluster="main",node="[123]",region="[a-z]+"\} [0-9.]+$/;
    const comment = /^# (HELP timberline_member_[a-z_]+ .+|TYPE timberline_member_[a-z_]+ (gauge|counter))$/;
    for (const line of lines.slice(0, -1)) expect(line).toMatch(line.startsWith("#") ? comment : sample);
  });

  test("have of a member that does not answer that it is down, and nothing else", async () => {
    await api.send("PUT", "/v1/logs/a");
    api.nodes.down.add("main/2");
    const { lines } = await metrics();
    const own = lines.filter((line) => line.includes('node="2"') && !line.includes("_lag_"));
    expect(own).toEqual(['timberline_member_up{cluster="main",node="2",region="enam"} 0']);
  });

  test("are there of each cluster, and of none that is not", async () => {
    await api.send("PUT", "/v1/clusters/one");
    const { lines } = await metrics("/v1/clusters/one/metrics");
    expect(lines.join("\n")).toContain('timberline_member_up{cluster="one",node="1",region="wnam"} 1');
    expect(await api.send("GET", "/v1/clusters/two/metrics")).toMatchObject(
      problem(404, "cluster-not-found"),
    );
    expect(await api.send("GET", "/metrics?x=1")).toMatchObject(problem(400, "invalid-request"));
  });
});

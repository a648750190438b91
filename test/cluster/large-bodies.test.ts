import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { useCluster } from "./local-cluster.ts";

const body = Buffer.alloc(12_582_912, "a");
const cluster = useCluster({ vars: { ADMIN_TOKEN: "secret" } });

/** Sends all of a body before it reads the answer; gives the status of the answer. */
function sendAll(method: string, path: string, isChunked: boolean, token = "secret"): Promise<number> {
  const { hostname, port } = new URL(cluster.url);
  const length = isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${body.length}`;
  const lines = [
    ...[`${method} ${path} HTTP/1.1`, `Host: ${hostname}:${port}`, `Authorization: Bearer ${token}`],
    ...["Content-Type: application/json", length, "Connection: close", "", ""],
  ];
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let answer = "";
    socket.on("error", reject);
    socket.write(lines.join("\r\n"));
    const sent = (): unknown => socket.on("data", (data) => (answer += data.toString("latin1")));
    socket.on("close", () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])));
    if (isChunked) socket.write(`${body.length.toString(16)}\r\n`);
    socket.write(body, () => (isChunked ? socket.write("\r\n0\r\n\r\n", sent) : sent()));
  });
}

describe.each([
  ["of a known length", false],
  ["in chunks", true],
])("a body of 12 MiB, %s,", (_, isChunked) => {
  test.each([
    ["PUT", "/v1/logs/a", 413],
    ["POST", "/v1/logs/a/trim", 413],
    ["POST", "/v1/logs/a/fence", 413],
    ["PUT", "/v1/logs/a/consumers/b", 413],
    ["POST", "/v1/clusters/main/members", 413],
    ["POST", "/v1/clusters/main/leader", 413],
    ["PUT", "/v1/clusters/other", 413],
    ["POST", "/v1/logs/a/close", 413],
    ["DELETE", "/v1/logs/a", 404],
    ["POST", "/v1/nothing", 404],
    ["PATCH", "/v1/logs/a", 405],
    ["POST", "/healthz", 405],
    ["PUT", "/v1/stream/__ds/subscriptions/a", 413],
    ["PUT", "/v1/stream/a", 413],
  ])("to %s %s is answered: %i", async (method, path, status) => {
    expect(await sendAll(method, path, isChunked)).toBe(status);
  });

  test.each(["/v1/logs/a/records", "/v1/logs/a/trim", "/v1/stream/a"])(
    "of a client without a valid token, to %s, is answered: 401",
    async (path) => {
      expect(await sendAll("POST", path, isChunked, "another")).toBe(401);
    },
  );
});

import { expect, test } from "vitest";
import { webhookUrlFault } from "../../../src/streams/subscriptions/webhook-url.ts";

test.each([
  "https://worker.example/hooks",
  "https://worker.example:8443/hooks?a=b",
  "https://93.184.216.34/hooks",
  "https://[2606:2800:220:1:248:1893:25c8:1946]/",
])("%s may be called", (url) => {
  expect(webhookUrlFault(url, false)).toBeNull();
});

test.each([
  ["http://worker.example/hooks", "plain http"],
  ["ftp://worker.example/", "another protocol"],
  ["javascript:alert(1)", "no address"],
  ["hooks", "no URL"],
  ["https://worker.example/\ud800", "half a character"],
  ["", "nothing"],
  [`https://worker.example/${"a".repeat(2_048)}`, "too long"],
  ["https://user:secret@worker.example/", "credentials"],
  ["https://localhost/", "loopback by name"],
  ["https://LOCALHOST./", "loopback by name, with a dot"],
  ["https://localhost../", "loopback by name, with two dots"],
  ["https://127.0.0.1../", "loopback, with two dots"],
  ["https://a.localhost/", "below localhost"],
  ["https://printer.local/", "multicast DNS"],
  ["https://metadata.google.internal/", "metadata by name"],
  ["https://intranet/", "a name without a dot"],
  ["https://127.0.0.1/", "loopback"],
  ["https://127.1/", "loopback, short"],
  ["https://2130706433/", "loopback as one number"],
  ["https://0x7f.0.0.1/", "loopback in hexadecimal"],
  ["https://10.0.0.1/", "RFC 1918"],
  ["https://172.16.0.1/", "RFC 1918"],
  ["https://192.168.1.1/", "RFC 1918"],
  ["https://169.254.169.254/", "metadata"],
  ["https://100.64.0.1/", "carrier-grade NAT"],
  ["https://0.0.0.0/", "unspecified"],
  ["https://224.0.0.1/", "multicast"],
  ["https://255.255.255.255/", "broadcast"],
  ["https://[::1]/", "loopback, v6"],
  ["https://[::]/", "unspecified, v6"],
  ["https://[fe80::1]/", "link-local, v6"],
  ["https://[fd00::1]/", "unique local"],
  ["https://[::ffff:10.0.0.1]/", "RFC 1918 inside v6"],
  ["https://[64:ff9b::a00:1]/", "RFC 1918 behind NAT64"],
  ["https://[2002:a00:1::]/", "RFC 1918 inside 6to4"],
  ["https://[::10.0.0.1]/", "RFC 1918 inside v6, without a mark"],
  ["https://[::2:a00:1]/", "v6 that is not given out"],
  ["https://[fec0::1]/", "site-local"],
])("%s must not be called: %s", (url) => {
  expect(webhookUrlFault(url, false)).not.toBeNull();
});

test("only a local cluster may call webhooks on the developer's machine", () => {
  for (const url of ["http://localhost:3000/hook", "http://127.0.0.1/hook", "http://127.0.0.77/hook"]) {
    expect(webhookUrlFault(url, true)).toBeNull();
    expect(webhookUrlFault(url, false)).not.toBeNull();
  }
  for (const url of [
    "http://127.1.0.1/",
    "http://10.0.0.1/hook",
    "http://localhost.example/",
    "https://localhost/",
  ]) {
    expect(webhookUrlFault(url, true)).not.toBeNull();
  }
});

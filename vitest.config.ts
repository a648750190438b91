import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** Only a test that hangs takes this long, even on a busy machine, ms. */
const testTimeout = 60_000;

/**
 * `core` runs in Node, `workerd` inside the Workers runtime, against real Durable Objects; `conformance` is the public
 * suite of the Durable Streams protocol, against a local cluster.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "core",
          include: ["test/**/*.test.ts"],
          exclude: ["test/workerd/**", "test/conformance/**", "test/browser/**"],
          testTimeout,
        },
      },
      {
        test: { name: "conformance", include: ["test/conformance/**/*.test.ts"], testTimeout },
      },
      {
        plugins: [
          cloudflareTest({
            main: "./test/workerd/worker.ts",
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: { ELECTION_TIMEOUT_MS: "400", HEARTBEAT_MS: "50", SLEEP_AFTER_MS: "0", LOCAL: "on" },
              durableObjects: {
                BARE: { className: "BareObject", useSQLite: true },
                DROWSY: { className: "DrowsyNode", useSQLite: true },
                HASTY: { className: "HastyNode", useSQLite: true },
                FRAGILE: { className: "FragileNode", useSQLite: true },
              },
            },
          }),
        ],
        test: { name: "workerd", include: ["test/workerd/**/*.test.ts"], testTimeout },
      },
    ],
  },
});

import { defineConfig } from "vitest/config";

/** These tests need a real Chromium, which not every machine has. So they are not among the projects of `npm test`. */
export default defineConfig({
  test: {
    name: "browser",
    include: ["test/browser/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

import { defineConfig } from "vitest/config";

/** End to end in the real Electron, and the page in the system's Chromium: `npm test -- e2e` sets up what these tests need. One application at a time. */
export default defineConfig({
  test: {
    include: ["test/{e2e,chromium}/**/*.test.ts"],
    environment: "node",
    pool: "forks",
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    retry: 0,
  },
});

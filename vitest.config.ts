import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/{protocol,grammar,main,renderer,headless}/**/*.test.{ts,tsx}"],
    environment: "node",
    pool: "forks",
    testTimeout: 30_000,
    hookTimeout: 30_000,
    retry: 0,
  },
});

import { defineConfig } from "vitest/config";
import { slowness } from "../e2e/src/deadline.ts";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // Most of a test is waiting, so more run than there are cores.
    maxWorkers: 4,
    testTimeout: 30_000 * slowness,
    hookTimeout: 30_000 * slowness,
  },
});

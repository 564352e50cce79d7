import { defineConfig } from "vitest/config";
import { deadline_ms, slowness } from "./src/deadline.ts";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    globalSetup: "src/check_builds.ts",
    // Most of a test is waiting, so more run than there are cores.
    maxWorkers: 4,
    testTimeout: 30_000 * slowness,
    hookTimeout: 30_000 * slowness,
    expect: { poll: { timeout: deadline_ms, interval: 20 } },
  },
});

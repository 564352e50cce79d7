import { defineConfig } from "vitest/config";
import { deadline_ms, slowness } from "../e2e/src/deadline.ts";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    globalSetup: ["../e2e/src/check_builds.ts", "src/check_browser.ts"],
    // Each has a browser, and a browser is a dozen processes.
    maxWorkers: 2,
    testTimeout: 60_000 * slowness,
    hookTimeout: 60_000 * slowness,
    expect: { poll: { timeout: 2 * deadline_ms, interval: 20 } },
  },
});

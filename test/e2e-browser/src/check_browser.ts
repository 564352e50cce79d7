import { existsSync } from "node:fs";
import { chromium_path } from "./browser.ts";

/** Runs before all tests. */
export default function check_browser(): void {
  if (existsSync(chromium_path)) return;
  throw new Error(`${chromium_path} is missing: run \`./dev setup\`, or name one by TEST_CHROMIUM`);
}

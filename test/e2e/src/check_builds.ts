import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { river_binary } from "./river_process.ts";

/** Runs before all tests: says what has to be built first, once. */
export default function check_builds(): void {
  const needed = [[river_binary, "`./dev build`, or name another by TEST_RIVER_BINARY"]];
  const require = createRequire(import.meta.url);
  for (const library of ["river-client", "river-server"]) {
    const file = require.resolve(`${library}/package.json`).replace("package.json", "dist/cjs");
    needed.push([file, "`npm run build --workspaces --if-present`"]);
  }
  for (const [file, how] of needed) {
    if (!existsSync(file!)) throw new Error(`${file} is missing: run ${how}`);
  }
}

// Builds dist/: ESM and CommonJS for Node, and the types of each.
import { execFileSync } from "node:child_process";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const library = {
  entryPoints: ["src/index.ts"],
  bundle: true,
  platform: "node",
  target: "node20",
  logLevel: "warning",
};

rmSync("dist", { recursive: true, force: true });
execFileSync("tsc", ["-p", "tsconfig.build.json"], { stdio: "inherit" });
// A declaration is of the kind that the package.json nearest to it says.
cpSync("dist/esm", "dist/cjs", { recursive: true });
writeFileSync("dist/cjs/package.json", '{ "type": "commonjs" }\n');
await Promise.all([
  build({ ...library, format: "esm", outfile: "dist/esm/index.js" }),
  build({ ...library, format: "cjs", outfile: "dist/cjs/index.js" }),
]);

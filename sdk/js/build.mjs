// Builds dist/: ESM and CommonJS for bundlers and Node, one script for browsers, and the types.
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const { version } = JSON.parse(readFileSync("package.json", "utf8"));
const library = {
  entryPoints: ["src/index.ts"],
  bundle: true,
  target: "es2022",
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
  build({
    ...library,
    entryPoints: ["src/browser.ts"],
    format: "iife",
    outfile: "dist/river.js",
    minify: true,
    sourcemap: true,
    // Private members end in an underscore, so nobody outside knows their names.
    mangleProps: /[a-z]_$/,
    banner: { js: `/*! River ${version}, Apache-2.0 */` },
  }),
]);

const gzipped_bytes = gzipSync(readFileSync("dist/river.js"), { level: 9 }).length;
console.log(`dist/river.js: ${gzipped_bytes} bytes gzipped`);

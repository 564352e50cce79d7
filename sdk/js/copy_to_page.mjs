// River's own page has the client for browsers as a committed file, so that building River needs
// no Node.js. It goes without its source map, which River does not serve.
import { readFileSync, writeFileSync } from "node:fs";

const script = readFileSync("dist/river.js", "utf8");
writeFileSync("../../console/river.js", script.replace(/^\/\/# sourceMappingURL=.*\n/m, ""));

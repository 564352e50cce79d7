import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../../..");
const read = (path: string) => readFileSync(resolve(root, path), "utf8");

it("River's page has the client that sdk/js builds", () => {
  // River serves no source map.
  const built = read("sdk/js/dist/river.js").replace(/^\/\/# sourceMappingURL=.*\n/m, "");
  const hint = "console/river.js differs from the built client. Run `npm run page`, and commit it";
  expect(read("console/river.js") === built, hint).toBe(true);
});

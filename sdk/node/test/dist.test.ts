import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FakeServer, published } from "./fake_server.js";

// What `npm run build` made, as those who install it get it. It runs before the tests.
const server = new FakeServer();

beforeAll(async () => {
  await server.start();
  server.answers(published);
});

afterAll(() => server.stop());

describe("the package", () => {
  it("works as an ES module", async () => {
    const { River } = await import(new URL("../dist/esm/index.js", import.meta.url).href);
    const river = new River({ host: server.host, key: "k" });
    expect(await river.publish("dogs", "bark")).toMatchObject({ offset: 1 });
  });

  it("works as a CommonJS module", async () => {
    const { River, RiverError } = createRequire(import.meta.url)("../dist/cjs/index.js");
    const river = new River({ host: server.host, key: "k" });
    expect(await river.publish("dogs", "bark")).toMatchObject({ offset: 1 });
    expect(() => new River({ host: server.host })).toThrow(RiverError);
  });
});

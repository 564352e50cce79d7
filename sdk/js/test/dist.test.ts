import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";

// What `npm run build` made, as those who install it get it. It runs before the tests.
const folder = new URL("../dist/", import.meta.url);

let server: WebSocketServer;
let host: string;

beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on("connection", (socket) => {
    const say = (message: object) => socket.send(JSON.stringify(message));
    socket.on("message", (text) => {
      const { type, id, channel } = JSON.parse(String(text));
      if (type === "auth") say({ type: "authenticated", id, user: "u1" });
      if (type !== "subscribe") return;
      say({ type: "subscribed", id, channel, epoch: "x7", offset: 0 });
      say({ type: "event", channel, event: "bark", data: "woof", offset: 1 });
    });
  });
});

afterAll(() => {
  for (const client of server.clients) client.terminate();
  server.close();
});

async function hears_a_bark(River: any): Promise<unknown> {
  const river = new River({ host, jwt: "token" });
  try {
    return await new Promise((resolve) => river.subscribe("dogs").bind("bark", resolve));
  } finally {
    river.disconnect();
  }
}

describe("the package", () => {
  it("works as an ES module", async () => {
    const { River } = await import(new URL("esm/index.js", folder).href);
    expect(await hears_a_bark(River)).toBe("woof");
  });

  it("works as a CommonJS module", async () => {
    const { River, RiverError } = createRequire(import.meta.url)("../dist/cjs/index.js");
    expect(RiverError.name).toBe("RiverError");
    expect(await hears_a_bark(River)).toBe("woof");
  });

  it("works as a script in a page, as the global River", async () => {
    const { URL, setTimeout, clearTimeout, queueMicrotask } = globalThis;
    const page: any = { URL, setTimeout, clearTimeout, queueMicrotask, WebSocket };
    runInNewContext(readFileSync(new URL("river.js", folder), "utf8"), page);
    expect(await hears_a_bark(page.River)).toBe("woof");
    expect(() => new page.River({})).toThrow(page.River.RiverError);
  });

  it("is small as a script: under 9 kB as it travels", () => {
    expect(gzipSync(readFileSync(new URL("river.js", folder))).length).toBeLessThan(9000);
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeServer, cut, json, published, type Answer } from "../test/fake_server.js";
import { River } from "./index.js";

let server: FakeServer;

beforeEach(async () => {
  server = new FakeServer();
  await server.start();
});

afterEach(() => server.stop());

function publish(options = {}): Promise<unknown> {
  return server.client(options).publish("dogs", "bark");
}

const busy = json(503, { error: { code: "unavailable", message: "try again" } });

describe("a call that fails", () => {
  it.each<[string, Answer]>([
    ["a cut connection", cut],
    ["429", json(429)],
    ["500", json(500)],
    ["502 of a proxy", (response) => void response.writeHead(502).end("<html>")],
    ["503", busy],
    ["504", json(504)],
  ])("by %s is made again with the same id", async (_what, failure) => {
    server.answers(failure, failure, published);
    expect(await publish()).toMatchObject({ offset: 1 });
    expect(server.requests).toHaveLength(3);
    const ids = new Set(server.requests.map(({ body }) => body.id));
    expect(ids.size).toBe(1);
  });

  it.each([400, 401, 403, 404, 405, 409, 413, 415])("by %i is not made again", async (status) => {
    const error = { code: "the_code", message: "the message", param: "channel" };
    server.answers(json(status, { error }));
    await expect(publish()).rejects.toMatchObject({
      name: "RiverError",
      status,
      retry: false,
      ...error,
    });
    expect(server.requests).toHaveLength(1);
  });

  it("is given up after its last retry, with the server's reason", async () => {
    server.answers(busy);
    await expect(publish({ retries: 2 })).rejects.toMatchObject({
      status: 503,
      code: "unavailable",
      retry: true,
    });
    expect(server.requests).toHaveLength(3);
  });

  it("is given up at once if the server wants to be left alone for long", async () => {
    server.answers(json(503, undefined, { "retry-after": "3600" }));
    await expect(publish()).rejects.toMatchObject({ status: 503, code: "http_503" });
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ["seconds", () => "1"],
    ["a date", () => new Date(Date.now() + 2000).toUTCString()],
  ])("is made again when the server says, in %s", async (_form, value) => {
    server.answers(json(429, undefined, { "retry-after": value() }), published);
    const begin_ms = Date.now();
    await publish();
    expect(Date.now() - begin_ms).toBeGreaterThanOrEqual(900);
  });

  it("waits longer each time, by chance", async () => {
    server.answers(busy, busy, busy, published);
    const begin_ms = performance.now();
    await publish({ retry_delay_ms: 40, random: () => 0.5 });
    const taken_ms = performance.now() - begin_ms;
    expect(taken_ms).toBeGreaterThanOrEqual((40 + 80 + 160) * 0.5 - 5);
  });

  it("by silence is made again, and then says how long it waited", async () => {
    server.answers(() => {});
    await expect(publish({ timeout_ms: 50, retries: 1 })).rejects.toMatchObject({
      status: 0,
      code: "timeout",
      message: expect.stringContaining("50 ms"),
      retry: true,
    });
    expect(server.requests).toHaveLength(2);
  });

  it("because nobody is there says where it looked", async () => {
    const river = new River({ host: "127.0.0.1:1", key: "k", retries: 1, retry_delay_ms: 0 });
    await expect(river.publish("dogs", "bark")).rejects.toMatchObject({
      status: 0,
      code: "network",
      message: expect.stringContaining("http://127.0.0.1:1"),
    });
  });

  it("does not tell the key", async () => {
    server.answers(cut);
    const error: any = await publish({ key: "very-secret", retries: 0 }).catch((caught) => caught);
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain("very-secret");
  });
});

describe("a call that cannot be told from a second one", () => {
  function tell(): Promise<void> {
    return server.client().publish_to_user("ada", "hello");
  }

  it("is not made again if it may have been carried out", async () => {
    server.answers(cut, json(204));
    await expect(tell()).rejects.toMatchObject({ code: "network", retry: true });
    expect(server.requests).toHaveLength(1);
  });

  it("is made again if the server has refused it for now", async () => {
    server.answers(busy, json(429), json(204));
    await tell();
    expect(server.requests).toHaveLength(3);
  });
});

describe("the connection", () => {
  it("is kept between calls", async () => {
    server.answers(published);
    const river = server.client();
    for (let count = 0; count < 20; count += 1) await river.publish("dogs", "bark");
    // The next call may come a moment before the last connection is known to be free.
    expect(new Set(server.requests.map(({ port }) => port)).size).toBeLessThan(3);
  });

  it("does not take the key to another host", async () => {
    const other = new FakeServer();
    await other.start();
    other.answers(published);
    server.answers(json(307, undefined, { location: `http://${other.host}/v1/publish` }));
    await expect(publish()).rejects.toMatchObject({
      status: 307,
      message: expect.stringContaining("wrong host?"),
    });
    expect(other.requests).toEqual([]);
    other.stop();
  });

  it("to something that is not River is noticed", async () => {
    server.answers((response) => void response.end("<html>Welcome</html>"));
    await expect(publish()).rejects.toMatchObject({ code: "invalid_answer" });
  });

  it("goes to the path of the host", async () => {
    server.answers(published);
    await publish({ host: `http://${server.host}/river/` });
    expect(server.requests[0]?.url).toBe("/river/v1/publish");
  });
});

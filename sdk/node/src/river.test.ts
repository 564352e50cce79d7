import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeServer, json, published } from "../test/fake_server.js";
import { River, RiverError } from "./index.js";

let server: FakeServer;

beforeEach(async () => {
  server = new FakeServer();
  await server.start();
});

afterEach(() => server.stop());

describe("publish", () => {
  it("posts the event with the key, and gives its place", async () => {
    server.answers(published);
    const result = await server.client().publish("dogs", "bark", { sound: "woof" });
    expect(result).toEqual({ channel: "dogs", epoch: "x7", offset: 1 });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: "POST", url: "/v1/publish" });
    expect(request?.headers).toMatchObject({
      "x-api-key": "the-key",
      "content-type": "application/json",
    });
    expect(request?.body).toEqual({
      channel: "dogs",
      event: "bark",
      data: { sound: "woof" },
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it("gives each publication an id of its own", async () => {
    server.answers(published);
    await server.client().publish("dogs", "bark");
    await server.client().publish("dogs", "bark");
    const ids = server.requests.map(({ body }) => body.id);
    expect(new Set(ids).size).toBe(2);
  });

  it("goes to several channels, with a result for each", async () => {
    const results = ["dogs", "cats"].map((channel) => ({ channel, epoch: "x7", offset: 1 }));
    server.answers(json(200, { results }));
    expect(await server.client().publish(["dogs", "cats"], "hello")).toEqual(results);
    expect(server.requests[0]?.body).toMatchObject({ channels: ["dogs", "cats"], data: null });
    expect(server.requests[0]?.body).not.toHaveProperty("channel");
  });

  it("to several channels tells which of them failed", async () => {
    const result = { channel: "dogs", epoch: "x7", offset: 1 };
    const error = { code: "unavailable", message: "the server is overloaded" };
    server.answers(json(200, { results: [result, { error }] }));
    const [first, second] = await server.client().publish(["dogs", "cats"], "hello");
    expect(first).toEqual(result);
    expect(second).toBeInstanceOf(RiverError);
    expect(second).toMatchObject({ ...error, retry: true });
  });

  it("to one channel rejects if it failed, whatever the status says", async () => {
    const error = { code: "unavailable", message: "the server is overloaded" };
    server.answers(json(200, { results: [{ error }] }));
    await expect(server.client().publish("dogs", "hello")).rejects.toMatchObject(error);
  });

  it("takes the id and the excluded connection that it is given", async () => {
    server.answers(published);
    await server.client().publish("dogs", "bark", 1, { id: "order-7", exclude: "c-9" });
    expect(server.requests[0]?.body).toMatchObject({ id: "order-7", exclude: "c-9" });
  });

  it("refuses data that JSON cannot hold, without a call", async () => {
    const answer = server.client().publish("dogs", "bark", { count: 1n });
    await expect(answer).rejects.toMatchObject({ code: "invalid_argument", param: "data" });
    expect(server.requests).toEqual([]);
  });
});

describe("publish_batch", () => {
  it("gives a result or an error for each message", async () => {
    const result = { channel: "dogs", epoch: "x7", offset: 1 };
    const error = { code: "invalid_channel", message: "no spaces", param: "channel" };
    server.answers(json(200, { results: [result, { error }, { results: [result] }] }));
    const answer = await server.client().publishBatch([
      { channel: "dogs", event: "bark", data: 1 },
      { channel: "big dogs", event: "bark" },
      { channel: "dogs", event: "bark", data: undefined, id: "mine" },
    ]);
    expect(answer[0]).toEqual(result);
    expect(answer[1]).toBeInstanceOf(RiverError);
    expect(answer[1]).toMatchObject({ ...error, retry: false });
    expect(answer[2]).toEqual(result);
    const { url, body } = server.requests[0] ?? {};
    expect(url).toBe("/v1/publish/batch");
    expect(body.messages).toMatchObject([{ data: 1 }, { data: null }, { data: null, id: "mine" }]);
    expect(body.messages[0].id).not.toBe(body.messages[1].id);
  });

  it("says which messages may succeed later", async () => {
    server.answers(json(200, { results: [{ error: { code: "unavailable", message: "later" } }] }));
    const answer = await server.client().publish_batch([{ channel: "dogs", event: "bark" }]);
    expect(answer).toMatchObject([{ code: "unavailable", retry: true }]);
  });
});

describe("users", () => {
  it("are published to", async () => {
    server.answers(json(204));
    expect(await server.client().publish_to_user("a/b", "hello", 1)).toBeUndefined();
    expect(server.requests[0]).toMatchObject({
      method: "POST",
      url: "/v1/users/a%2Fb/publish",
      body: { event: "hello", data: 1 },
    });
  });

  it.each([
    [undefined, false],
    [{ revoke: true }, true],
  ])("are disconnected, with %o", async (options, revoke) => {
    server.answers(json(200, {}));
    await server.client().disconnectUser("ada", options);
    expect(server.requests[0]).toMatchObject({
      url: "/v1/users/ada/disconnect",
      body: { revoke },
    });
  });
});

describe("questions", () => {
  it("list channels, page by page, as far as one goes", async () => {
    server.answers(
      json(200, { channels: [{ channel: "a", subscribers: 1 }], next: "a" }),
      json(200, { channels: [{ channel: "b", subscribers: 2 }], next: "b" }),
      json(200, { channels: [] }),
    );
    const names: string[] = [];
    for await (const { channel } of server.client().channels({ prefix: "x y" })) {
      names.push(channel);
      if (channel === "b") break;
    }
    expect(names).toEqual(["a", "b"]);
    expect(server.requests.map(({ url }) => url)).toEqual([
      "/v1/channels?prefix=x+y",
      "/v1/channels?prefix=x+y&after=a",
    ]);
  });

  it("list members to the last page", async () => {
    server.answers(
      json(200, { members: [{ id: "ada" }], member_count: 2, next: "ada" }),
      json(200, { members: [{ id: "bob" }], member_count: 2 }),
    );
    const ids: string[] = [];
    for await (const { id } of server.client().members("presence-room")) ids.push(id);
    expect(ids).toEqual(["ada", "bob"]);
    expect(server.requests[1]?.url).toBe("/v1/channels/presence-room/members?after=ada");
  });

  it("ask for one channel, whatever is in its name", async () => {
    server.answers(json(200, { channel: "a/b#c", subscribers: 3 }));
    expect((await server.client().channel("a/b#c")).subscribers).toBe(3);
    expect(server.requests[0]).toMatchObject({ method: "GET", url: "/v1/channels/a%2Fb%23c" });
  });

  it("read history", async () => {
    const page = { epoch: "x7", events: [{ event: "bark", data: 1, offset: 40 }], more: false };
    server.answers(json(200, page));
    expect(await server.client().history("dogs", { limit: 5, before: 41 })).toEqual(page);
    expect(server.requests[0]?.url).toBe("/v1/channels/dogs/history?limit=5&before=41");
  });
});

describe("new River()", () => {
  it.each([
    [{ host: "ftp://example.com", key: "k" }, "host"],
    [{ host: "", key: "k" }, "host"],
    [{ host: "localhost:8080" }, "key"],
    [{ host: "localhost:8080", key: "two\r\nlines" }, "key"],
  ])("with %o says what is wrong", (options, param) => {
    const error = expect.objectContaining({ code: "invalid_argument", param });
    expect(() => new River(options as never)).toThrow(error);
  });
});

describe("a name that is missing", () => {
  const nothing = undefined as unknown as string;

  it.each<[string, string, (river: River) => unknown]>([
    ["of a user to publish to", "user", (river) => river.publish_to_user(nothing, "mail")],
    ["of a user to disconnect", "user", (river) => river.disconnect_user(nothing)],
    ["of a channel to publish to", "channel", (river) => river.publish(nothing, "bark")],
    ["of a channel", "channel", (river) => river.channel(nothing)],
    ["of a channel with history", "channel", (river) => river.history("")],
    ["of a channel with members", "channel", (river) => river.members(nothing).next()],
  ])("%s is not taken for the name undefined", async (_what, param, call) => {
    await expect(call(server.client())).rejects.toMatchObject({ code: "invalid_argument", param });
    expect(server.requests).toEqual([]);
  });
});

it("an answer that is not River's is told as such", async () => {
  server.answers(json(200, { ok: true }));
  const client = server.client();
  for (const call of [client.publish("dogs", "bark"), client.publish_batch([])]) {
    await expect(call).rejects.toMatchObject({ code: "invalid_answer" });
  }
});

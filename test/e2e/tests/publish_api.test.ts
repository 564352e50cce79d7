import { describe, expect, it } from "vitest";
import { RawClient } from "../src/raw_client.ts";
import { start_river, use_river } from "../src/use_river.ts";

const epoch = expect.stringMatching(/^[0-9a-z]+$/);

const names_of = (count: number) => Array.from({ length: count }, (_none, i) => `c-${i}`);

async function answer_of(answering: Response | Promise<Response>): Promise<[number, any]> {
  const response = await answering;
  const text = await response.text();
  return [response.status, text === "" ? "" : JSON.parse(text)];
}

/** The exact form of an error. */
function error(code: string, param?: string) {
  const fields = { code, message: expect.stringMatching(/\w/) };
  return { error: param === undefined ? fields : { ...fields, param } };
}

describe.each([1, 2])("POST /publish of River with %i workers", (workers) => {
  const river = use_river({ workers });
  const valid = { channel: "dogs", eventName: "new-post", data: { title: "Rex" } };

  it("publishes and answers 204 without a body", async () => {
    const client = await RawClient.log_in(river);
    await client.subscribe("dogs");
    const answer = await river.post("/publish", valid);
    expect(answer.status).toBe(204);
    expect(await answer.text()).toBe("");
    expect(await client.next()).toMatchObject({ event: "new-post", data: { title: "Rex" } });
  });

  it("takes the key as Authorization: Bearer, too", async () => {
    const answer = await fetch(`${river.url}/publish`, {
      method: "POST",
      headers: { authorization: `Bearer ${river.api_key}` },
      body: JSON.stringify(valid),
    });
    expect(answer.status).toBe(204);
  });

  it.each([
    ["no key", {}],
    ["a wrong key", { "x-api-key": "x".repeat(32) }],
    ["an empty key", { "x-api-key": "" }],
    ["a token for a key", { authorization: `Bearer ${river.token()}` }],
  ])("answers 401 to %s, and publishes nothing", async (_what, headers) => {
    const client = await RawClient.log_in(river);
    const { offset } = await client.subscribe("dogs");
    const body = JSON.stringify(valid);
    const answer = await fetch(`${river.url}/publish`, { method: "POST", headers, body });
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    expect(await answer_of(answer)).toEqual([401, error("unauthenticated")]);
    await river.publish("dogs", "next", 1);
    expect(await client.next()).toMatchObject({ event: "next", offset: offset + 1 });
  });

  it.each([
    ["no JSON", "hello", "invalid_json", undefined],
    ["nothing", "", "invalid_json", undefined],
    ["more than one value", "{} {}", "invalid_json", undefined],
    ["a list", "[]", "invalid_type", undefined],
    ["null", "null", "invalid_type", undefined],
    ["a field twice", '{"channel":"a","channel":"b"}', "invalid_json", "channel"],
    ["no channel", { ...valid, channel: undefined }, "missing_field", "channel"],
    ["a channel that is a number", { ...valid, channel: 1 }, "invalid_type", "channel"],
    ["a wrong channel", { ...valid, channel: "a b" }, "invalid_channel", "channel"],
    ["too long a channel", { ...valid, channel: "c".repeat(201) }, "invalid_channel", "channel"],
    ["no event's name", { ...valid, eventName: undefined }, "missing_field", "eventName"],
    ["a reserved name", { ...valid, eventName: "river:x" }, "invalid_event", "eventName"],
    ["no data", { ...valid, data: undefined }, "missing_field", "data"],
  ])("answers 400 to %s, and names the field", async (_what, body, code, param) => {
    expect(await answer_of(river.post("/publish", body))).toEqual([400, error(code, param)]);
  });

  it("answers 413 to data, or a body, that is too large", async () => {
    const large = { ...valid, data: "x".repeat(64 * 1024) };
    expect(await answer_of(river.post("/publish", large))).toEqual([
      413,
      error("data_too_large", "data"),
    ]);
    const huge = { ...valid, data: "x".repeat(1024 * 1024) };
    expect(await answer_of(river.post("/publish", huge))).toEqual([413, error("body_too_large")]);
    const fits = { ...valid, data: "x".repeat(64 * 1024 - 2) };
    expect((await river.post("/publish", fits)).status).toBe(204);
  });

  it("answers 415 to what is no JSON by its type, or is compressed", async () => {
    for (const headers of [
      { "content-type": "application/xml" },
      { "content-type": "multipart/form-data" },
      { "content-encoding": "gzip" },
    ]) {
      const answer = river.post("/publish", valid, headers as Record<string, string>);
      expect(await answer_of(answer)).toEqual([415, error("unsupported_media")]);
    }
    const typed = { "content-type": "application/json; charset=utf-8" };
    expect((await river.post("/publish", valid, typed)).status).toBe(204);
  });

  it("answers 405 to other methods, and says which is right", async () => {
    const answer = await river.get("/publish");
    expect(answer.headers.get("allow")).toBe("POST");
    expect(await answer_of(answer)).toEqual([405, error("method_not_allowed")]);
    const headers = { "x-api-key": river.api_key };
    const deleted = await fetch(`${river.url}/v1/channels/dogs`, { method: "DELETE", headers });
    expect(deleted.status).toBe(405);
    expect((await river.post("/v1/channels", {})).status).toBe(405);
  });

  it.each(["/nothing", "/v1", "/v1/publish/other", "/v1/channels/a/b", "/publish/", "/v2/publish"])(
    "and not POST %s, which is a 404 or 405",
    async (path) => {
      expect([404, 405]).toContain((await river.post(path, valid)).status);
    },
  );
});

describe.each([1, 2])("POST /v1/publish of River with %i workers", (workers) => {
  const river = use_river({ workers });

  it("answers with the event's place", async () => {
    const body = { channel: "dogs", event: "e", data: 1 };
    const first = await answer_of(river.post("/v1/publish", body));
    expect(first).toEqual([200, { results: [{ channel: "dogs", epoch, offset: 1 }] }]);
    const second = await answer_of(river.post("/v1/publish", body));
    expect(second[1].results[0]).toEqual({ ...first[1].results[0], offset: 2 });
  });

  it("publishes to several channels, and answers in their order", async () => {
    const channels = ["c", "a", "b"];
    const client = await RawClient.log_in(river);
    for (const channel of ["a", "b", "c"]) await client.subscribe(channel);
    const [status, body] = await answer_of(
      river.post("/v1/publish", { channels, event: "e", data: 1 }),
    );
    expect(status).toBe(200);
    expect(body.results.map(({ channel, offset }: any) => [channel, offset])).toEqual([
      ["c", 1],
      ["a", 1],
      ["b", 1],
    ]);
    const heard = (await client.events(3)).map((event) => event.channel);
    expect(heard.toSorted()).toEqual(["a", "b", "c"]);
  });

  it("publishes once what is sent again with the same id, per channel", async () => {
    const client = await RawClient.log_in(river);
    await client.subscribe("once");
    const body = { channel: "once", event: "e", data: 1, id: "order-17" };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => answer_of(river.post("/v1/publish", body))),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    await river.publish("once-too", "e", 1, { id: "order-17" });
    await river.publish("once", "last", 1, { id: "order-18" });
    expect((await client.events(2)).map((event) => event.event)).toEqual(["e", "last"]);
  });

  it.each([
    ["both channel and channels", { channel: "a", channels: ["b"] }, "invalid_value", "channels"],
    ["no channels in the list", { channels: [] }, "missing_field", "channels"],
    ["101 channels", { channels: names_of(101) }, "too_many", "channels"],
    ["a channel that is named twice", { channels: ["a", "b", "a"] }, "invalid_value", "channels"],
    ["a wrong channel among them", { channels: ["a", "b c"] }, "invalid_channel", "channels"],
    ["an empty id", { channel: "a", id: "" }, "invalid_value", "id"],
    ["too long an id", { channel: "a", id: "x".repeat(65) }, "invalid_value", "id"],
    ["an id that is a number", { channel: "a", id: 1 }, "invalid_type", "id"],
    ["nobody to exclude", { channel: "a", exclude: "me" }, "invalid_value", "exclude"],
    ["no channel", {}, "missing_field", "channel"],
  ])("answers 400 to %s, and names the field", async (_what, fields, code, param) => {
    const body = { event: "e", data: 1, ...fields };
    expect(await answer_of(river.post("/v1/publish", body))).toEqual([400, error(code, param)]);
  });
});

describe.each([1, 2])("POST /v1/publish/batch of River with %i workers", (workers) => {
  const river = use_river({ workers });

  it("answers each message with its place or its error, in order", async () => {
    const client = await RawClient.log_in(river);
    await client.subscribe("a");
    const messages = [
      { channel: "a", event: "e", data: 1 },
      { channel: "b c", event: "e", data: 2 },
      { channel: "a", event: "river:e", data: 3 },
      { channels: ["a", "b"], event: "e", data: 4 },
      { channel: "a", event: "e" },
      { channel: "a", event: "e", data: 6, id: "six" },
      { channel: "a", event: "e", data: 6, id: "six" },
      5,
    ];
    const [status, body] = await answer_of(river.post("/v1/publish/batch", { messages }));
    expect(status).toBe(200);
    expect(body.results).toEqual([
      { channel: "a", epoch, offset: 1 },
      error("invalid_channel", "channel"),
      error("invalid_event", "event"),
      {
        results: [
          { channel: "a", epoch, offset: 2 },
          { channel: "b", epoch, offset: 1 },
        ],
      },
      error("missing_field", "data"),
      { channel: "a", epoch, offset: 3 },
      { channel: "a", epoch, offset: 3 },
      error("invalid_type"),
    ]);
    expect((await client.events(3)).map((event) => event.data)).toEqual([1, 4, 6]);
  });

  it("keeps the order of its messages in a channel", async () => {
    const client = await RawClient.log_in(river);
    await client.subscribe("long");
    const messages = Array.from({ length: 1000 }, (_none, n) => ({
      channel: "long",
      event: "e",
      data: n,
    }));
    expect((await river.post("/v1/publish/batch", { messages })).status).toBe(200);
    const numbers = (await client.events(1000)).map((event) => event.data);
    expect(numbers).toEqual(Array.from({ length: 1000 }, (_none, n) => n));
  });

  it.each([
    ["no messages", {}, "missing_field"],
    ["an empty list", { messages: [] }, "missing_field"],
    ["no list", { messages: {} }, "invalid_type"],
    ["1001 messages", { messages: Array(1001).fill(1) }, "too_many"],
  ])("answers 400 to %s", async (_what, body, code) => {
    const answer = await answer_of(river.post("/v1/publish/batch", body));
    expect(answer).toEqual([400, error(code, "messages")]);
  });
});

describe.each([1, 2])("GET /v1/channels of River with %i workers", (workers) => {
  const river = use_river({ workers });

  it("lists the occupied channels by name, with their subscribers, in pages", async () => {
    const names = ["room-1", "room-2", "room-3", "other"];
    for (let i = 0; i < 3; i += 1) {
      const client = await RawClient.log_in(river);
      for (const name of names.slice(i)) await client.subscribe(name);
    }
    await river.publish("room-unoccupied", "e", 1);
    expect(await answer_of(river.get("/v1/channels?prefix=room-&limit=2"))).toEqual([
      200,
      {
        channels: [
          { channel: "room-1", subscribers: 1 },
          { channel: "room-2", subscribers: 2 },
        ],
        next: "room-2",
      },
    ]);
    expect(await answer_of(river.get("/v1/channels?prefix=room-&limit=2&after=room-2"))).toEqual([
      200,
      { channels: [{ channel: "room-3", subscribers: 3 }] },
    ]);
    expect((await answer_of(river.get("/v1/channels")))[1].channels).toHaveLength(4);
    expect((await answer_of(river.get("/v1/channels?prefix=none")))[1]).toEqual({ channels: [] });
  });

  it("shows one channel", async () => {
    const position = await river.publish("shown/1", "e", 1);
    const client = await RawClient.log_in(river);
    await client.subscribe("shown/1");
    expect(await answer_of(river.get("/v1/channels/shown%2F1"))).toEqual([
      200,
      { channel: "shown/1", subscribers: 1, ...position },
    ]);
    expect(await answer_of(river.get("/v1/channels/unknown"))).toEqual([
      200,
      { channel: "unknown", subscribers: 0 },
    ]);
    expect((await answer_of(river.get("/v1/channels/presence-x")))[1].member_count).toBe(0);
  });

  it("needs the key", async () => {
    for (const path of ["", "/dogs", "/dogs/history", "/dogs/members"]) {
      const answer = fetch(`${river.url}/v1/channels${path}`);
      expect(await answer_of(answer)).toEqual([401, error("unauthenticated")]);
    }
  });

  it.each([
    ["/v1/channels?limit=0", "invalid_value", "limit"],
    ["/v1/channels?limit=1001", "invalid_value", "limit"],
    ["/v1/channels?prefix=%zz", "invalid_value", undefined],
    ["/v1/channels/a%20b", "invalid_channel", "channel"],
    ["/v1/channels/presence-a/members?limit=x", "invalid_value", "limit"],
  ])("answers 400 to %s", async (path, code, param) => {
    expect(await answer_of(river.get(path))).toEqual([400, error(code, param)]);
  });
});

describe("POST /v1/users/{id}", () => {
  const river = use_river({ workers: 2 });

  it.each([
    ["publish", { data: 1 }, "missing_field", "event"],
    ["publish", { event: "river:x", data: 1 }, "invalid_event", "event"],
    ["publish", { event: "e" }, "missing_field", "data"],
    ["disconnect", { revoke: "yes" }, "invalid_type", "revoke"],
    ["disconnect", "[", "invalid_json", undefined],
  ])("/%s answers 400 to %j", async (call, body, code, param) => {
    const answer = await answer_of(river.post(`/v1/users/ada/${call}`, body));
    expect(answer).toEqual([400, error(code, param)]);
  });
});

describe("limits.publish_rate", () => {
  it("answers 429 to more publications a second, and to fewer again later", async () => {
    const river = await start_river({ config: "[limits]\npublish_rate = 20" });
    const publish = () => river.post("/publish", { channel: "a", eventName: "e", data: 1 });
    const answers = await Promise.all(Array.from({ length: 60 }, publish));
    const refused = answers.filter((answer) => answer.status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(20);
    expect(answers.filter((answer) => answer.status === 204).length).toBeGreaterThanOrEqual(20);
    expect(refused[0]!.headers.get("retry-after")).toBe("1");
    expect(await answer_of(refused[0]!)).toEqual([429, error("rate_limited")]);
    await expect.poll(async () => (await publish()).status).toBe(204);
  });
});

describe("limits.channels_max", () => {
  it("answers 503 to a new channel when there is no room for it", async () => {
    const river = await start_river({ config: "[limits]\nchannels_max = 3" });
    for (const channel of ["a", "b", "c"]) await river.publish(channel, "e", 1);
    const body = { channel: "d", event: "e", data: 1 };
    const answer = await answer_of(river.post("/v1/publish", body));
    expect(answer).toEqual([503, error("unavailable")]);
    expect(answer[1].error.message).toContain("limits.channels_max");
    await river.publish("a", "e", 2);
    const client = await RawClient.log_in(river);
    expect(await client.ask({ type: "subscribe", channel: "d" })).toMatchObject({
      type: "error",
      code: 4503,
      reason: "unavailable",
      channel: "d",
      retry: true,
    });
  });
});

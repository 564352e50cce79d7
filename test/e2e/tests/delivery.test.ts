import { describe, expect, it } from "vitest";
import { RawClient } from "../src/raw_client.ts";
import { user } from "../src/tokens.ts";
import { start_river, use_river } from "../src/use_river.ts";

/** JSON that a parser and a writer would change on the way. */
const awkward_data = [
  "1.0",
  "1e2",
  "-0",
  "12345678901234567890.123456789",
  '{"b":1,"a":2,"b":3}',
  '"\\u0041\\/\\ud83d\\ude00"',
  '"größer 😀 \u2028"',
  '{ "spaced" :\t[ 1 ,\r\n 2 ] }',
  "null",
  "[]",
  `"${"x".repeat(60_000)}"`,
];

describe.each([1, 2])("an event at River with %i workers", (workers) => {
  const river = use_river({ workers });

  it.each([true, false])("carries its data byte for byte (compression: %s)", async (deflate) => {
    const client = await RawClient.log_in(river, {}, { perMessageDeflate: deflate });
    const channel = `bytes-${deflate}`;
    await client.subscribe(channel);
    for (const data of awkward_data) {
      const body = `{"channel":"${channel}","event":"e","data":${data}}`;
      expect((await river.post("/v1/publish", body)).status).toBe(200);
    }
    const events = await client.events(awkward_data.length, channel);
    const texts = client.texts.slice(-awkward_data.length);
    expect(texts).toEqual(
      awkward_data.map(
        (data, i) =>
          `{"type":"event","channel":"${channel}","event":"e","data":${data},` +
          `"offset":${events[i]!.offset}}`,
      ),
    );
  });

  it("arrives in order, once, at every subscriber, whoever publishes", async () => {
    const clients = [];
    for (let i = 0; i < 6; i += 1) {
      const client = await RawClient.log_in(river);
      await client.subscribe("ordered");
      clients.push(client);
    }
    const publisher = async (name: string) => {
      for (let n = 0; n < 100; n += 1) await river.publish("ordered", name, n);
    };
    await Promise.all(["a", "b", "c"].map(publisher));
    const streams = await Promise.all(clients.map((client) => client.events(300)));
    for (const stream of streams) {
      expect(stream.map((event) => event.offset)).toEqual(
        Array.from({ length: 300 }, (_none, i) => i + 1),
      );
      for (const name of ["a", "b", "c"]) {
        const numbers = stream.filter((event) => event.event === name).map((event) => event.data);
        expect(numbers).toEqual(Array.from({ length: 100 }, (_none, i) => i));
      }
      expect(stream).toEqual(streams[0]);
    }
  });

  it("stays in its channel", async () => {
    const client = await RawClient.log_in(river);
    await client.subscribe("mine");
    await river.publish("mine-too", "e", 1);
    await river.publish("min", "e", 1);
    await river.publish("mine", "e", 2);
    expect(await client.next()).toMatchObject({ channel: "mine", data: 2 });
  });

  it("spares the connection that it excludes, and none else", async () => {
    const author = await RawClient.log_in(river);
    const reader = await RawClient.log_in(river);
    for (const client of [author, reader]) await client.subscribe("echo");
    await river.publish("echo", "from-author", 1, { exclude: author.connection });
    await river.publish("echo", "from-elsewhere", 2);
    expect((await reader.events(2)).map((event) => event.data)).toEqual([1, 2]);
    expect(await author.next()).toMatchObject({ event: "from-elsewhere", offset: 2 });
  });

  it("of a client reaches all, the author among them, and is answered by its place", async () => {
    const claims = user("ada", { chat: ["publish"] });
    const author = await RawClient.log_in(river, claims);
    const reader = await RawClient.log_in(river);
    const { epoch } = await author.subscribe("chat");
    await reader.subscribe("chat");
    const message = { type: "publish", channel: "chat", event: "hi", data: { n: 1 } };
    author.send({ ...message, id: 77 });
    expect(await author.expect({ id: 77 })).toEqual({ type: "ok", id: 77, epoch, offset: 1 });
    expect((await reader.events(1))[0]).toMatchObject({ event: "hi", data: { n: 1 }, offset: 1 });
    expect((await author.events(1))[0]).toMatchObject({ event: "hi", offset: 1 });
  });

  it("of a client with a publication_id is published once, however often it is sent", async () => {
    const client = await RawClient.log_in(river, user("ada", { once: ["publish"] }));
    const message = { type: "publish", channel: "once", event: "e", data: 1 };
    const first = await client.ask({ ...message, publication_id: "p1" });
    const again = await client.ask({ ...message, publication_id: "p1" });
    expect(again.offset).toBe(first.offset);
    expect((await client.ask({ ...message, publication_id: "p2" })).offset).toBe(2);
  });

  it.each([
    ["without a grant", { channel: "other", event: "e", data: 1 }, 4403],
    ["with a reserved name", { channel: "chat", event: "river:e", data: 1 }, 4422],
    ["with an empty name", { channel: "chat", event: "", data: 1 }, 4422],
    ["with too long a name", { channel: "chat", event: "e".repeat(201), data: 1 }, 4422],
    ["with no channel's name", { channel: "a b", event: "e", data: 1 }, 4421],
  ])("of a client %s is refused", async (_what, message, code) => {
    const client = await RawClient.log_in(river, user("ada", { chat: ["publish"] }));
    const answer = await client.ask({ type: "publish", ...message });
    expect(answer).toMatchObject({ type: "error", code, retry: false });
  });

  it("for a user reaches all the user's connections, and no other", async () => {
    const ada = [await RawClient.log_in(river, { sub: "ada/1 ü" })];
    for (let i = 0; i < 3; i += 1) ada.push(await RawClient.log_in(river, { sub: "ada/1 ü" }));
    const bob = await RawClient.log_in(river, { sub: "bob" });
    const path = `/v1/users/${encodeURIComponent("ada/1 ü")}/publish`;
    expect((await river.post(path, { event: "mail", data: { n: 1 } })).status).toBe(204);
    for (const client of ada) {
      expect(await client.next()).toEqual({ type: "event", event: "mail", data: { n: 1 } });
    }
    await river.post("/v1/users/bob/publish", { event: "last", data: null });
    expect(await bob.next()).toMatchObject({ event: "last" });
  });
});

describe("[[channels]] client_publish", () => {
  it("lets every authenticated client publish, but not where it may not subscribe", async () => {
    const river = await start_river({
      config: '[[channels]]\npattern = "*typing-*"\nclient_publish = true',
    });
    const client = await RawClient.log_in(river);
    const publish = (channel: string) =>
      client.ask({ type: "publish", channel, event: "typing", data: {} });
    expect(await publish("typing-1")).toMatchObject({ type: "ok" });
    expect(await publish("private-typing-1")).toMatchObject({ type: "error", code: 4403 });
    expect(await publish("other")).toMatchObject({ type: "error", code: 4403 });
  });
});

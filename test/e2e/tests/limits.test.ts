import { describe, expect, it } from "vitest";
import { pause } from "../src/deadline.ts";
import { EventStream } from "../src/event_stream.ts";
import { RawClient } from "../src/raw_client.ts";
import { user } from "../src/tokens.ts";
import { start_river, use_river } from "../src/use_river.ts";

describe("a message that is not understood", () => {
  const river = use_river();

  it.each([
    ["is no JSON", "hello"],
    ["is cut short", '{"type":"ping"'],
    ["is no object", "[]"],
    ["is null", "null"],
    ["has no type", '{"id":1}'],
    ["has an unknown type", '{"type":"fly"}'],
    ["has a field twice", '{"type":"subscribe","channel":"a","channel":"b"}'],
    ["has an id that is no number", '{"type":"subscribe","id":"1","channel":"a"}'],
    ["lacks a field", '{"type":"subscribe","id":1}'],
    ["has a field of another type", '{"type":"subscribe","id":1,"channel":5}'],
    ["is too deep", `{"type":"ping","x":${"[".repeat(200)}${"]".repeat(200)}}`],
  ])("because it %s closes the connection with 4400, which says why", async (_what, text) => {
    const client = await RawClient.log_in(river);
    client.send_text(text);
    const { code, reason } = await client.end();
    expect(code).toBe(4400);
    expect(reason.length).toBeGreaterThan(10);
  });

  it("because it is binary closes with 1003", async () => {
    const client = await RawClient.log_in(river);
    client.socket.send(Buffer.from('{"type":"ping"}'), { binary: true });
    expect(await client.close_code()).toBe(1003);
  });

  it("but has fields that a newer client may send is taken all the same", async () => {
    const client = await RawClient.log_in(river);
    await client.ask({ type: "subscribe", channel: "a", color: "red" }, { type: "subscribed" });
  });
});

describe("limits.message_bytes_max", () => {
  const river = use_river({ config: '[limits]\nmessage_bytes_max = "20KiB"' });
  const claims = user("ada", { dogs: ["publish"] });
  const message = (bytes: number) => {
    const text = JSON.stringify({ type: "publish", id: 9, channel: "dogs", event: "e", data: "" });
    return text.replace('""', `"${"x".repeat(bytes - text.length)}"`);
  };

  it.each([true, false])("closes with 1009 (compression: %s)", async (perMessageDeflate) => {
    const client = await RawClient.log_in(river, claims, { perMessageDeflate });
    client.send_text(message(20 * 1024));
    await client.expect({ type: "ok", id: 9 });
    client.send_text(message(20 * 1024 + 1));
    expect(await client.close_code()).toBe(1009);
  });

  it("counts the fragments of a message together", async () => {
    const client = await RawClient.log_in(river, claims, { perMessageDeflate: false });
    client.socket.send("x".repeat(15_000), { fin: false });
    client.socket.send("x".repeat(15_000), { fin: true });
    expect(await client.close_code()).toBe(1009);
  });

  it("is 16 KiB before authentication, whatever it is afterwards", async () => {
    const client = await RawClient.connect(river);
    client.send_text(message(16 * 1024 + 1));
    expect(await client.close_code()).toBe(1009);
  });
});

describe("limits.data_bytes_max", () => {
  // The message around it was over its own limit first: a close told what an error should have.
  it("is reached before that of messages", async () => {
    const river = await start_river();
    const client = await RawClient.log_in(river, user("ada", { "*": ["publish"] }));
    const channel = "c".repeat(200);
    const publish = (bytes: number) => ({
      type: "publish",
      id: 9,
      channel,
      event: '"'.repeat(200),
      publication_id: '"'.repeat(64),
      data: "x".repeat(bytes - 2),
    });
    client.send(publish(64 * 1024));
    await client.expect({ type: "ok", id: 9 });
    client.send(publish(64 * 1024 + 1));
    await client.expect({ type: "error", id: 9, code: 4413, reason: "data_too_large" });
    client.send(publish(68 * 1024));
    expect(await client.end()).toEqual({
      code: 1009,
      reason: "the message is too large: 69632 bytes are taken",
    });
  });

  it("refuses larger data of clients and backends, and closes nothing", async () => {
    const river = await start_river({ config: "[limits]\ndata_bytes_max = 100" });
    const client = await RawClient.log_in(river, user("ada", { dogs: ["publish"] }));
    const publish = (bytes: number) =>
      client.ask({ type: "publish", channel: "dogs", event: "e", data: "x".repeat(bytes - 2) });
    expect(await publish(100)).toMatchObject({ type: "ok" });
    expect(await publish(101)).toMatchObject({
      type: "error",
      code: 4413,
      reason: "data_too_large",
      message: expect.stringContaining("101 bytes, at most 100"),
    });
    expect(await publish(100)).toMatchObject({ type: "ok" });
    const body = { channel: "dogs", event: "e", data: "x".repeat(99) };
    expect((await river.post("/v1/publish", body)).status).toBe(413);
  });
});

describe("limits.messages_per_second", () => {
  const river = use_river({
    config: "[limits]\nsubscriptions_max = 10\nmessages_per_second = 10\nmessages_burst = 20",
  });

  it("closes a client that sends faster with 4429", async () => {
    const client = await RawClient.log_in(river);
    for (let i = 0; i < 60; i += 1) client.send({ type: "ping" });
    expect(await client.end()).toEqual({ code: 4429, reason: "sent too much, too fast" });
    const counter = 'river_clients_closed_total{cause="too_fast"}';
    expect((await river.metrics())[counter]).toBe(1);
  });

  it("lets a client go on that keeps to it", async () => {
    const client = await RawClient.log_in(river);
    for (let i = 0; i < 30; i += 1) {
      await client.settle();
      await pause(100);
    }
  });

  it("counts pings of the WebSocket itself, too", async () => {
    const client = await RawClient.log_in(river);
    for (let i = 0; i < 60; i += 1) client.socket.ping();
    expect(await client.close_code()).toBe(4429);
  });
});

describe("limits.connections_max", () => {
  it("closes one more with 4503, a stream as it begins, until another ends", async () => {
    const river = await start_river({ config: "[limits]\nconnections_max = 3" });
    const clients = [];
    for (let i = 0; i < 3; i += 1) clients.push(await RawClient.log_in(river));
    const fourth = RawClient.connect(river);
    await expect(fourth).rejects.toThrow('"code":4503');
    const stream = `${river.url}/v1/events?channel=a&token=${river.token()}`;
    const refused = await EventStream.open(stream);
    expect(await refused.message("close")).toMatchObject({ code: 4503 });
    await expect.poll(() => refused.has_ended).toBe(true);
    expect(refused.retry_ms).toBeGreaterThanOrEqual(10_000);
    await river.publish("a", "e", 1); // backends are no clients
    await clients[0]!.close();
    await expect.poll(async () => (await river.metrics()).river_clients).toBe(2);
    await (await EventStream.open(stream)).message("welcome");
    await expect(RawClient.connect(river)).rejects.toThrow('"code":4503');
  });
});

import { describe, expect, it } from "vitest";
import { RawClient } from "../src/raw_client.ts";
import { user } from "../src/tokens.ts";
import { start_river, use_river } from "../src/use_river.ts";

describe.each([1, 2])("a subscription at River with %i workers", (workers) => {
  const river = use_river({ workers });

  it("to a public channel needs no grant, and starts from now on", async () => {
    const position = await river.publish("public", "before", 1);
    const client = await RawClient.log_in(river);
    client.send({ type: "subscribe", id: 5, channel: "public" });
    expect(await client.next()).toEqual({
      type: "subscribed",
      id: 5,
      channel: "public",
      epoch: position.epoch,
      offset: 1,
    });
    await river.publish("public", "after", { n: 2 });
    expect(await client.next()).toEqual({
      type: "event",
      channel: "public",
      event: "after",
      data: { n: 2 },
      offset: 2,
    });
  });

  it("to a channel that nobody knew starts at offset 0", async () => {
    const client = await RawClient.log_in(river);
    expect((await client.subscribe("never-heard-of")).offset).toBe(0);
  });

  it.each([
    ["a public channel", "dogs", true],
    ["a private channel, named", "private-named", true],
    ["a private channel by a pattern", "private-orders-42", true],
    ["a private channel by a pattern with * inside", "private-eu-berlin-news", true],
    ["a private cache channel", "private-cache-orders", true],
    ["a private channel that no pattern fits", "private-order", false],
    ["a private channel whose grant is for another right", "private-publish-only", false],
    ["a presence channel without a grant", "presence-room", false],
  ])("to %s is decided by the token's grants", async (_what, channel, is_granted) => {
    const claims = user("ada", {
      "private-named": ["subscribe"],
      "private-orders-*": ["subscribe"],
      "private-eu-*-news": ["subscribe"],
      "private-cache-*": ["subscribe"],
      "private-publish-only": ["publish", "history", "presence"],
    });
    const client = await RawClient.log_in(river, claims);
    if (is_granted) {
      await client.subscribe(channel);
    } else {
      expect(await client.ask({ type: "subscribe", channel })).toEqual({
        type: "error",
        id: expect.any(Number),
        channel,
        code: 4403,
        reason: "forbidden",
        message: `the token grants no subscribe on ${channel}`,
        retry: false,
      });
    }
  });

  it("to a presence channel needs a user", async () => {
    const grants = { "presence-*": ["subscribe" as const] };
    const client = await RawClient.log_in(river, { river: { channels: grants } });
    const answer = await client.ask({ type: "subscribe", channel: "presence-room" });
    expect(answer).toMatchObject({ code: 4403, reason: "forbidden" });
    expect(answer.message).toContain("sub");
  });

  it("to a cache channel begins with its last event", async () => {
    await river.publish("cache-weather", "rain", 1);
    await river.publish("cache-weather", "sun", 2);
    const client = await RawClient.log_in(river);
    await client.subscribe("cache-weather");
    expect(await client.next()).toMatchObject({ event: "sun", data: 2, offset: 2 });
    await client.settle();
    expect(client.pending).toEqual([]);
  });

  it("to an empty cache channel begins with nothing", async () => {
    const client = await RawClient.log_in(river);
    await client.subscribe("cache-empty");
    await river.publish("cache-empty", "first", 1);
    expect(await client.next()).toMatchObject({ event: "first", offset: 1 });
  });

  it("cannot be made twice", async () => {
    const client = await RawClient.log_in(river);
    await client.subscribe("twice");
    expect(await client.ask({ type: "subscribe", channel: "twice" })).toMatchObject({
      type: "error",
      code: 4409,
      reason: "already_subscribed",
      channel: "twice",
      retry: false,
    });
    await river.publish("twice", "e", 1);
    await client.events(1, "twice");
    await client.settle();
    expect(client.pending).toEqual([]);
  });

  it("ends with unsubscribe, and may begin anew", async () => {
    const client = await RawClient.log_in(river);
    const witness = await RawClient.log_in(river);
    await client.subscribe("on-and-off");
    await witness.subscribe("on-and-off");
    client.send({ type: "unsubscribe", id: 70, channel: "on-and-off" });
    expect(await client.next()).toEqual({
      type: "unsubscribed",
      id: 70,
      channel: "on-and-off",
    });
    await river.publish("on-and-off", "missed", 1);
    await witness.events(1);
    expect((await client.subscribe("on-and-off")).offset).toBe(1);
    await river.publish("on-and-off", "seen", 2);
    expect(await client.next()).toMatchObject({ event: "seen" });
  });

  it("that is none cannot be ended", async () => {
    const client = await RawClient.log_in(river);
    expect(await client.ask({ type: "unsubscribe", channel: "dogs" })).toMatchObject({
      type: "error",
      code: 4410,
      reason: "not_subscribed",
      channel: "dogs",
    });
  });

  it.each(["", "no spaces", "ünïcode", "x".repeat(201), "line\nbreak", "star*"])(
    "to %j, which is no channel's name, is an error",
    async (channel) => {
      const client = await RawClient.log_in(river);
      expect(await client.ask({ type: "subscribe", channel })).toMatchObject({
        type: "error",
        code: 4421,
        reason: "invalid_channel",
      });
      await client.subscribe("x".repeat(200));
    },
  );

  it("ends when the connection does, and the count of subscribers says so", async () => {
    const subscribers = async () => {
      const answer = await river.get("/v1/channels/counted");
      return ((await answer.json()) as any).subscribers as number;
    };
    const clients = [];
    for (let i = 0; i < 4; i += 1) {
      const client = await RawClient.log_in(river);
      await client.subscribe("counted");
      clients.push(client);
    }
    expect(await subscribers()).toBe(4);
    await clients[0]!.close();
    clients[1]!.cut();
    await expect.poll(subscribers).toBe(2);
  });
});

describe("limits.subscriptions_max", () => {
  it("refuses one more, until another ends", async () => {
    const river = await start_river({ config: "[limits]\nsubscriptions_max = 3" });
    const client = await RawClient.log_in(river);
    for (const channel of ["a", "b", "c"]) await client.subscribe(channel);
    expect(await client.ask({ type: "subscribe", channel: "d" })).toMatchObject({
      type: "error",
      code: 4427,
      reason: "too_many_subscriptions",
      channel: "d",
    });
    await client.ask({ type: "unsubscribe", channel: "b" }, { type: "unsubscribed" });
    await client.subscribe("d");
  });
});

describe("[[channels]]", () => {
  it("make channels private, cached or with members, whatever their prefix", async () => {
    const river = await start_river({
      config: [
        '[[channels]]\npattern = "order-*"\nprivate = true',
        '[[channels]]\npattern = "weather-*"\ncache = true',
        '[[channels]]\npattern = "room-*"\npresence = true',
        '[[channels]]\npattern = "presence-none-*"\npresence = false\nprivate = false',
      ].join("\n"),
    });
    const client = await RawClient.log_in(river, { sub: "ada" });
    expect(await client.ask({ type: "subscribe", channel: "order-1" })).toMatchObject({
      code: 4403,
    });
    await river.publish("weather-berlin", "sun", 1);
    await client.subscribe("weather-berlin");
    expect(await client.next()).toMatchObject({ event: "sun" });
    expect((await client.subscribe("room-1")).members).toEqual([{ id: "ada" }]);
    expect(await client.subscribe("presence-none-1")).not.toHaveProperty("members");
    const shown = (await (await river.get("/v1/channels/room-1")).json()) as any;
    expect(shown).toMatchObject({ subscribers: 1, member_count: 1 });
  });
});

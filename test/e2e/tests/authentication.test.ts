import { describe, expect, it } from "vitest";
import { eventually } from "../src/deadline.ts";
import { RawClient } from "../src/raw_client.ts";
import { hs256_token, unix_now, user } from "../src/tokens.ts";
import { start_river, use_river } from "../src/use_river.ts";

describe.each([1, 2])("a client of River with %i workers", (workers) => {
  const river = use_river({ workers, config: '[auth]\ntimeout = "2s"' });

  it("is welcomed by name, and told how long it has to show a token", async () => {
    const client = await RawClient.connect(river);
    expect(JSON.parse(client.texts[0]!)).toEqual({
      type: "welcome",
      connection: expect.stringMatching(/^c-[0-9a-f]{16}$/),
      auth_timeout: 2,
    });
  });

  it("is let in by a valid token, and told who it is and for how long", async () => {
    const client = await RawClient.connect(river);
    const token = river.token({ sub: "ada", exp: unix_now() + 100 });
    client.send({ type: "auth", id: 1, token });
    const answer = await client.next();
    expect(answer).toEqual({
      type: "authenticated",
      id: 1,
      user: "ada",
      expires_in: expect.any(Number),
      ping_interval: 25,
    });
    expect(answer.expires_in).toBeGreaterThan(90);
    expect(answer.expires_in).toBeLessThanOrEqual(100);
  });

  it("is closed with 4401 if it shows no token in time, and not before", async () => {
    const before = await river.metrics();
    const started_ms = Date.now();
    const client = await RawClient.connect(river);
    expect(await client.end()).toEqual({ code: 4401, reason: "no token came in time" });
    expect(Date.now() - started_ms).toBeGreaterThan(1500);
    const counter = 'river_auth_failures_total{reason="timed_out"}';
    expect((await river.metrics())[counter]).toBe(before[counter]! + 1);
  });

  it("cannot prolong that time by pings", async () => {
    const client = await RawClient.connect(river);
    const timer = setInterval(() => client.socket.ping(), 200);
    expect(await client.close_code()).toBe(4401);
    clearInterval(timer);
  });

  it.each([
    ["subscribe", { type: "subscribe", id: 1, channel: "dogs" }],
    ["publish", { type: "publish", id: 1, channel: "dogs", event: "e", data: 1 }],
    ["ping", { type: "ping" }],
  ])("is closed with 4401 if its first message is %s", async (_type, message) => {
    const client = await RawClient.connect(river);
    client.send(message);
    expect(await client.end()).toEqual({
      code: 4401,
      reason: "the first message must be auth, with a token",
    });
    expect(client.texts).toHaveLength(1); // the welcome
  });

  it.each([
    ["signed with another secret", () => hs256_token("x".repeat(32), { sub: "ada" })],
    ["expired", () => river.token({ exp: unix_now() - 1 })],
    ["not valid yet", () => river.token({ nbf: unix_now() + 100 })],
    ["no token at all", () => "hello"],
  ])("is closed with 4401 by a token that is %s", async (_what, token) => {
    const client = await RawClient.connect(river);
    client.send({ type: "auth", id: 1, token: token() });
    expect(await client.end()).toEqual({ code: 4401, reason: "the token is not valid" });
  });

  it("may show its token in the URL", async () => {
    const client = await RawClient.connect(river, {
      query: `?token=${river.token({ sub: "ada" })}`,
    });
    expect(await client.next()).toMatchObject({ type: "authenticated", user: "ada" });
    await client.subscribe("dogs");
  });

  it("is closed with 4401 by a bad token in the URL", async () => {
    const client = await RawClient.connect(river, { query: "?token=hello" });
    expect(await client.close_code()).toBe(4401);
  });

  it("may be anonymous", async () => {
    const client = await RawClient.connect(river);
    const answer = await client.ask({ type: "auth", token: river.token() });
    expect(answer).not.toHaveProperty("user");
  });

  it("may send auth and subscribe without waiting for answers", async () => {
    const client = await RawClient.connect(river);
    client.send({ type: "auth", id: 1, token: river.token() });
    client.send({ type: "subscribe", id: 2, channel: "dogs" });
    client.send({ type: "unsubscribe", id: 3, channel: "dogs" });
    client.send({ type: "subscribe", id: 4, channel: "dogs" });
    await client.expect({ type: "subscribed", id: 4 });
    const taken = client.texts.map((text) => JSON.parse(text).id);
    expect(taken[1]).toBe(1);
    expect(taken.at(-2)).toBe(3);
    expect(taken.at(-1)).toBe(4);
  });
});

describe("an authenticated client", () => {
  const river = use_river({ workers: 2 });

  it("is closed with 4401 when its token expires", async () => {
    const client = await RawClient.log_in(river, { sub: "ada", exp: unix_now() + 2 });
    await client.subscribe("dogs");
    expect(await client.end()).toEqual({ code: 4401, reason: "the token has expired" });
    await eventually(async () => {
      const answer = await river.get("/v1/channels/dogs");
      return ((await answer.json()) as any).subscribers === 0;
    }, "the subscription's end");
  });

  it("renews its token in place, and outlives the first one", async () => {
    const client = await RawClient.log_in(river, { sub: "ada", exp: unix_now() + 2 });
    await client.subscribe("dogs");
    const token = river.token({ sub: "ada", exp: unix_now() + 5 });
    const answer = await client.ask({ type: "auth", token }, { type: "authenticated" });
    expect(answer.expires_in).toBeGreaterThanOrEqual(3);
    const started_ms = Date.now();
    expect(await client.close_code()).toBe(4401);
    expect(Date.now() - started_ms).toBeGreaterThan(2500);
  });

  it("is closed with 4401 if it renews with another user's token", async () => {
    const client = await RawClient.log_in(river, { sub: "ada" });
    client.send({ type: "auth", id: 7, token: river.token({ sub: "bob" }) });
    expect(await client.end()).toEqual({
      code: 4401,
      reason: "the new token is for another user",
    });
  });

  it("loses, with a reason, the subscriptions that its new token does not grant", async () => {
    const grants = (...names: string[]) =>
      user("ada", Object.fromEntries(names.map((name) => [name, ["subscribe" as const]])));
    const client = await RawClient.log_in(river, grants("private-a", "presence-b", "private-c"));
    for (const channel of ["private-a", "presence-b", "private-c", "dogs"]) {
      await client.subscribe(channel);
    }
    client.send({ type: "auth", id: 99, token: river.token(grants("private-c")) });
    const ended = [
      await client.expect({ type: "unsubscribed" }),
      await client.expect({ type: "unsubscribed" }),
    ];
    await client.expect({ type: "authenticated", id: 99 });
    expect(ended.toSorted((a, b) => (a.channel < b.channel ? 1 : -1))).toEqual([
      { type: "unsubscribed", channel: "private-a", reason: "forbidden" },
      { type: "unsubscribed", channel: "presence-b", reason: "forbidden" },
    ]);
    await river.publish("private-a", "e", 1);
    await river.publish("private-c", "e", 2);
    expect((await client.events(1, "private-c"))[0]).toMatchObject({ data: 2 });
    expect(client.pending.filter((message) => message.channel === "private-a")).toEqual([]);
  });
});

describe("auth.audience and auth.issuer", () => {
  it("refuse tokens that do not name them", async () => {
    const river = await start_river({ config: '[auth]\naudience = "river"\nissuer = "https://i"' });
    const try_token = async (claims: object) => {
      const client = await RawClient.connect(river);
      client.send({ type: "auth", id: 1, token: river.token(claims) });
      return Promise.race([
        client.expect({ type: "authenticated" }).then(() => "in"),
        client.close_code(),
      ]).catch(() => client.close_code());
    };
    expect(await try_token({ aud: "river", iss: "https://i" })).toBe("in");
    expect(await try_token({ aud: "river" })).toBe(4401);
    expect(await try_token({ iss: "https://i" })).toBe(4401);
    expect(await try_token({ aud: "other", iss: "https://i" })).toBe(4401);
  });
});

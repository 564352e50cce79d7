import { River as Client } from "river-client";
import { River, RiverError } from "river-server";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../src/deadline.ts";
import { RawClient } from "../src/raw_client.ts";
import type { RiverProcess } from "../src/river_process.ts";
import { TcpProxy } from "../src/tcp_proxy.ts";
import { unix_now, user } from "../src/tokens.ts";
import { start_river, use_river } from "../src/use_river.ts";

function backend_of(river: RiverProcess, host = river.url) {
  const { api_key: key, jwt_secret } = river;
  return new River({ host, key, jwt_secret, retry_delay_ms: 20 });
}

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const items = [];
  for await (const item of list) items.push(item);
  return items;
}

describe.each([1, 2])("river-server with a River of %i workers", (workers) => {
  const river = use_river({ workers });

  it("publishes to one channel or several", async () => {
    const backend = backend_of(river);
    const client = await RawClient.log_in(river);
    for (const channel of ["a", "b"]) await client.subscribe(channel);
    const first = await backend.publish("a", "e", { n: 1 });
    expect(first).toEqual({ channel: "a", epoch: expect.any(String), offset: 1 });
    const both = await backend.publish(["a", "b"], "e", { n: 2 });
    expect(both).toMatchObject([
      { channel: "a", offset: 2 },
      { channel: "b", offset: 1 },
    ]);
    expect((await client.events(3)).map((event) => event.data.n)).toEqual([1, 2, 2]);
    expect(await backend.publish("a", "e")).toMatchObject({ offset: 3 });
    expect((await client.events(1))[0]!.data).toBe(null);
  });

  it("excludes the author's connection", async () => {
    const author = await RawClient.log_in(river);
    await author.subscribe("echo");
    const backend = backend_of(river);
    await backend.publish("echo", "mine", 1, { exclude: author.connection });
    await backend.publish("echo", "theirs", 2);
    expect(await author.next()).toMatchObject({ event: "theirs" });
  });

  it("publishes a batch, with a result or an error for each", async () => {
    const [first, second, third] = await backend_of(river).publish_batch([
      { channel: "batch", event: "e", data: 1 },
      { channel: "no channel", event: "e", data: 2 },
      { channel: "batch", event: "e" },
    ]);
    expect(first).toMatchObject({ channel: "batch", offset: 1 });
    expect(second).toBeInstanceOf(RiverError);
    expect(second).toMatchObject({ code: "invalid_channel", param: "channel", retry: false });
    expect(third).toMatchObject({ channel: "batch", offset: 2 });
  });

  it("lists channels and members, over all pages", async () => {
    const backend = backend_of(river);
    const client = await RawClient.log_in(river, user("ada", { "presence-*": ["subscribe"] }));
    for (let i = 0; i < 50; i += 1) await client.subscribe(`listed-${i}`);
    const others = [];
    for (let i = 0; i < 60; i += 1) {
      const other = await RawClient.log_in(river);
      await other.subscribe(`listed-${i + 20}`);
      await other.subscribe(`listed-x-${i}`);
      others.push(other);
    }
    const channels = await all(backend.channels({ prefix: "listed-" }));
    expect(channels).toHaveLength(140);
    expect(channels.find(({ channel }) => channel === "listed-25")!.subscribers).toBe(2);
    await client.subscribe("presence-listed");
    expect(await all(backend.members("presence-listed"))).toEqual([{ id: "ada" }]);
    expect(await backend.channel("presence-listed")).toMatchObject({
      subscribers: 1,
      member_count: 1,
    });
  });

  it("reads history", async () => {
    const backend = backend_of(river);
    for (let n = 1; n <= 3; n += 1) await backend.publish("past/1", "e", n);
    const page = await backend.history("past/1", { limit: 2 });
    expect(page.events.map((event) => event.data)).toEqual([3, 2]);
    expect(page.more).toBe(true);
    const rest = await backend.history("past/1", { before: page.events.at(-1)!.offset });
    expect(rest.events.map((event) => event.data)).toEqual([1]);
    expect(rest.more).toBe(false);
  });

  it("speaks to a user, and disconnects one", async () => {
    const backend = backend_of(river);
    const client = await RawClient.log_in(river, { sub: "ada/ü" });
    await backend.publish_to_user("ada/ü", "mail", { n: 1 });
    expect(await client.next()).toEqual({ type: "event", event: "mail", data: { n: 1 } });
    await backend.disconnect_user("ada/ü", { revoke: true });
    expect(await client.close_code()).toBe(4401);
    const again = await RawClient.connect(river);
    const token = river.token({ sub: "ada/ü", iat: unix_now() - 10 });
    again.send({ type: "auth", id: 1, token });
    expect(await again.close_code()).toBe(4401);
  });

  it("makes tokens that river-client gets in with", async () => {
    const backend = backend_of(river);
    const channels = { "presence-*": ["subscribe" as const] };
    const jwt = () => backend.token({ user: "eve", channels, info: { name: "Eve" } });
    const client = new Client({ host: river.url, jwt });
    onTestFinished(() => client.disconnect());
    const channel = client.subscribe("presence-tokens");
    await eventually(() => channel.is_subscribed, "the subscription");
    expect(channel.members.get("eve")).toEqual({ id: "eve", info: { name: "Eve" } });
  });

  it("fails with what the server says, at once, when trying again is no use", async () => {
    const before = (await river.metrics()).river_http_requests_total!;
    await expect(backend_of(river).publish("a b", "e", 1)).rejects.toMatchObject({
      name: "RiverError",
      status: 400,
      code: "invalid_channel",
      param: "channel",
      retry: false,
    });
    const stranger = new River({ host: river.url, key: "x".repeat(32) });
    await expect(stranger.publish("a", "e", 1)).rejects.toMatchObject({
      status: 401,
      code: "unauthenticated",
    });
    // Those two, and the metrics themselves.
    expect((await river.metrics()).river_http_requests_total).toBe(before + 3);
  });
});

describe("river-server on a bad network", () => {
  it("publishes once although answers get lost", async () => {
    const river = await start_river({ workers: 2 });
    const proxy = await TcpProxy.start(river.port);
    const client = await RawClient.log_in(river);
    await client.subscribe("dogs");
    let lost = 0;
    proxy.rule = (pair) => {
      // Every other connection is cut just as the answer comes: it was carried out all the same.
      if (proxy.accepted % 2 === 1) {
        pair.server.prependOnceListener("data", () => {
          lost += 1;
          proxy.cut(pair);
        });
      }
      return "pass";
    };
    const backend = backend_of(river, proxy.url);
    for (let n = 0; n < 10; n += 1) {
      const { offset } = await backend.publish("dogs", "e", n);
      expect(offset).toBe(n + 1);
      proxy.cut_all(); // the next call needs a new connection
    }
    const results = await backend.publish_batch(
      Array.from({ length: 5 }, (_none, i) => ({ channel: "dogs", event: "e", data: 10 + i })),
    );
    expect(results.map((result) => (result as any).offset)).toEqual([11, 12, 13, 14, 15]);
    expect(lost).toBeGreaterThanOrEqual(5);
    const data = (await client.events(15)).map((event) => event.data);
    expect(data).toEqual(Array.from({ length: 15 }, (_none, n) => n));
    await client.settle();
    expect(client.pending).toEqual([]);
  });

  it("waits for a restart to pass", async () => {
    const river = await start_river({ workers: 2 });
    const backend = new River({ host: river.url, key: river.api_key, retries: 20 });
    await backend.publish("dogs", "e", 1);
    await river.stop();
    const publishing = backend.publish("dogs", "e", 2);
    await river.start();
    expect(await publishing).toMatchObject({ offset: 2 });
  });

  it("says in the end that River cannot be reached", async () => {
    const river = await start_river();
    const { url: host, api_key: key } = river;
    const backend = new River({ host, key, retries: 1, retry_delay_ms: 1 });
    await river.stop();
    await expect(backend.publish("dogs", "e", 1)).rejects.toMatchObject({
      status: 0,
      code: "connection_refused",
      retry: true,
    });
  });
});

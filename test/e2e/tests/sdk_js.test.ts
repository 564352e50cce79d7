import { River, type Channel } from "river-client";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../src/deadline.ts";
import type { RiverProcess } from "../src/river_process.ts";
import { block_websockets, TcpProxy } from "../src/tcp_proxy.ts";
import { all_rights, unix_now, user, type Claims } from "../src/tokens.ts";
import { start_river, use_river } from "../src/use_river.ts";

/** A client of the library that ends with its test; its token is as fresh as it is asked for. */
function client_of(river: RiverProcess, claims: () => Claims = () => ({}), host = river.url) {
  const client = new River({ host, jwt: () => river.token(claims()) });
  onTestFinished(() => client.disconnect());
  return client;
}

async function subscribed(channel: Channel): Promise<Channel> {
  await eventually(() => channel.is_subscribed, `the subscription to ${channel.name}`);
  return channel;
}

/** Collects the data of an event. */
function collect(channel: Channel, event: string): any[] {
  const list: any[] = [];
  channel.bind(event, (data) => list.push(data));
  return list;
}

const ada = () => user("ada", { "*": all_rights }, { name: "Ada" });

describe.each([1, 2])("river-client with a River of %i workers", (workers) => {
  const river = use_river({ workers });

  it("connects, subscribes and hands events to those bound", async () => {
    const client = client_of(river, ada);
    const states: string[] = [];
    client.connection.bind("state_change", ({ current }) => states.push(current));
    const channel = client.subscribe("dogs");
    const posts = collect(channel, "post");
    const all: unknown[] = [];
    const infos: unknown[] = [];
    channel.bind_all((event, data, info) => {
      if (!event.startsWith("river:")) all.push([event, data]);
      infos.push(info);
    });
    await subscribed(channel);
    expect(states).toEqual(["connecting", "connected"]);
    expect(client.connection.id).toMatch(/^c-/);
    expect(client.user.id).toBe("ada");

    await river.publish("dogs", "post", { n: 1 });
    await river.publish("dogs", "other", { n: 2 });
    await eventually(() => all.length === 2, "two events");
    expect(posts).toEqual([{ n: 1 }]);
    expect(all).toEqual([
      ["post", { n: 1 }],
      ["other", { n: 2 }],
    ]);
    expect(infos.at(-1)).toEqual({ channel: "dogs", offset: 2 });
    expect(channel.position).toMatchObject({ offset: 2 });
  });

  it("unbinds a callback, an event, or all", async () => {
    const channel = await subscribed(client_of(river).subscribe("unbound"));
    const heard: string[] = [];
    const first = () => heard.push("first");
    channel.bind("e", first).bind("e", () => heard.push("second"));
    channel.bind("e2", () => heard.push("e2"));
    channel.bind_all((event) => heard.push(`all ${event}`));
    await river.publish("unbound", "e", 1);
    await eventually(() => heard.includes("all e"), "the event");
    expect(heard.splice(0)).toEqual(["first", "second", "all e"]);
    channel.unbind("e", first);
    await river.publish("unbound", "e", 1);
    await eventually(() => heard.includes("all e"), "the event");
    expect(heard.splice(0)).toEqual(["second", "all e"]);
    channel.unbind("e");
    channel.unbind_all();
    await river.publish("unbound", "e", 1);
    await river.publish("unbound", "e2", 1);
    await eventually(() => heard.length > 0, "the event");
    expect(heard).toEqual(["e2"]);
  });

  it("publishes, reads history, and says why it may not", async () => {
    const channel = await subscribed(client_of(river, ada).subscribe("chat"));
    const heard = collect(channel, "hi");
    const position = await channel.publish("hi", { n: 1 });
    expect(position).toMatchObject({ epoch: channel.position!.epoch, offset: 1 });
    await channel.publish("hi", { n: 2 });
    await eventually(() => heard.length === 2, "the echo");
    const page = await channel.history({ limit: 1 });
    expect(page.events).toMatchObject([{ event: "hi", data: { n: 2 }, offset: 2 }]);
    expect(page.more).toBe(true);

    const guest = await subscribed(client_of(river, () => ({ sub: "guest" })).subscribe("chat"));
    await expect(guest.publish("hi", 1)).rejects.toMatchObject({
      name: "RiverError",
      code: 4403,
      reason: "forbidden",
      retry: false,
    });
  });

  it("publishes what the server can read, and keeps the rest from it", async () => {
    const channel = await subscribed(client_of(river, ada).subscribe("readable"));
    const heard = collect(channel, "e");
    const nested = (levels: number): unknown => (levels > 0 ? [nested(levels - 1)] : 1);
    const readable = [nested(63), 2 ** 64 - 2048, 1024 - 2 ** 63, 1e21, -5e-324, "\\ud83d \0 🐶"];
    const unreadable = [nested(64), 2 ** 64, -(2 ** 63), "\ud83d"];
    for (const data of readable) await channel.publish("e", data);
    for (const data of unreadable) {
      await expect(channel.publish("e", data)).rejects.toMatchObject({ reason: "invalid_value" });
    }
    await channel.publish("e", "last");
    await eventually(() => heard.at(-1) === "last", "the last one");
    expect(heard).toEqual([...readable, "last"]);
  });

  it("publishes all that waited for the connection, on the first that there is", async () => {
    const client = client_of(river, ada);
    const states: string[] = [];
    client.connection.bind("state_change", ({ current }) => states.push(current));
    const channel = client.subscribe("waited");
    const heard = collect(channel, "e");
    const numbers = Array.from({ length: 300 }, (_, number) => number);
    await Promise.all(numbers.map((number) => channel.publish("e", number)));
    expect(states).toEqual(["connecting", "connected"]);
    await eventually(() => heard.length === 300, "the echoes");
    expect(heard).toEqual(numbers);
  });

  it("tells a channel that it is refused", async () => {
    const client = client_of(river, () => ({ sub: "guest" }));
    const errors = collect(client.subscribe("private-x"), "river:error");
    await eventually(() => errors.length > 0, "the error");
    expect(errors[0]).toMatchObject({ code: 4403, reason: "forbidden" });
  });

  it("knows the members, and tells who comes and leaves", async () => {
    const name = "presence-sdk";
    const channel = await subscribed(client_of(river, ada).subscribe(name));
    const joined = collect(channel, "river:member_joined");
    const left = collect(channel, "river:member_left");
    expect([...channel.members]).toEqual([{ id: "ada", info: { name: "Ada" } }]);
    const bob = client_of(river, () => user("bob", { "presence-*": ["subscribe"] }));
    await subscribed(bob.subscribe(name));
    await eventually(() => joined.length > 0, "Bob's coming");
    expect(joined).toEqual([{ id: "bob" }]);
    expect(channel.members.count).toBe(2);
    expect((await channel.presence()).members.map((member) => member.id)).toEqual(["ada", "bob"]);
    bob.unsubscribe(name);
    await eventually(() => left.length > 0, "Bob's leaving");
    expect(left).toEqual([{ id: "bob" }]);
    expect(channel.members.count).toBe(1);
    expect(joined).toHaveLength(1);
  });

  it("gets the user's own events", async () => {
    const client = client_of(river, () => ({ sub: "carol" }));
    const mails: unknown[] = [];
    client.user.bind("mail", (mail) => mails.push(mail));
    await eventually(() => client.connection.state === "connected", "the connection");
    await river.post("/v1/users/carol/publish", { event: "mail", data: { n: 1 } });
    await eventually(() => mails.length > 0, "the mail");
    expect(mails).toEqual([{ n: 1 }]);
  });

  it("is spared its own echo by its connection's id", async () => {
    const client = client_of(river);
    const channel = await subscribed(client.subscribe("echo"));
    const heard = collect(channel, "e");
    await river.publish("echo", "e", "mine", { exclude: client.connection.id! });
    await river.publish("echo", "e", "theirs");
    await eventually(() => heard.length > 0, "the event");
    expect(heard).toEqual(["theirs"]);
  });

  it("starts a channel with a rewind, or from a position kept elsewhere", async () => {
    for (let n = 1; n <= 5; n += 1) await river.publish("kept", "e", n);
    const { epoch } = (await (await river.get("/v1/channels/kept")).json()) as any;
    const rewound = collect(client_of(river).subscribe("kept", { rewind: 2 }), "e");
    const since = { epoch, offset: 2 };
    const resumed = collect(client_of(river).subscribe("kept", { since }), "e");
    await eventually(() => rewound.length + resumed.length === 5, "the events");
    expect([rewound, resumed]).toEqual([
      [4, 5],
      [3, 4, 5],
    ]);
  });

  it("gets a new token and goes on when its user is disconnected", async () => {
    let tokens = 0;
    const client = client_of(river, () => ({ sub: `dave-${++tokens > 0}` }));
    const channel = await subscribed(client.subscribe("dogs"));
    const heard = collect(channel, "after");
    const before = tokens;
    await river.post("/v1/users/dave-true/disconnect", {});
    await eventually(() => tokens > before, "the next token");
    await river.publish("dogs", "after", 1);
    await eventually(() => heard.length > 0, "the event");
  });

  it("fails with a reason when a text for a token has expired", async () => {
    const jwt = river.token({ sub: "ada", exp: unix_now() + 1 });
    const client = new River({ host: river.url, jwt });
    const errors: any[] = [];
    client.connection.bind("error", (error) => errors.push(error));
    await eventually(() => client.connection.state === "failed", "the failure");
    expect(errors.at(-1)).toMatchObject({ code: 4401, reason: "unauthenticated" });
  });

  it("stops when told, and resumes when told", async () => {
    const client = client_of(river);
    const channel = await subscribed(client.subscribe("stop-and-go"));
    const heard = collect(channel, "e");
    client.disconnect();
    expect(client.connection.state).toBe("disconnected");
    await river.publish("stop-and-go", "e", 1);
    client.connect();
    await eventually(() => heard.length === 1, "the event");
    client.unsubscribe("stop-and-go");
    const subscribers = async () =>
      ((await (await river.get("/v1/channels/stop-and-go")).json()) as any).subscribers;
    await expect.poll(subscribers).toBe(0);
  });
});

describe("river-client's token", () => {
  it("is renewed in place before it expires, on one connection", async () => {
    const river = await start_river();
    let tokens = 0;
    const client = client_of(river, () => {
      tokens += 1;
      return { sub: "ada", exp: unix_now() + 3 };
    });
    const channel = await subscribed(client.subscribe("dogs"));
    const { id } = client.connection;
    const states: string[] = [];
    client.connection.bind("state_change", ({ current }) => states.push(current));
    await eventually(() => tokens >= 4, "the third renewal");
    expect(client.connection.id).toBe(id);
    expect(states).toEqual([]);
    const heard = collect(channel, "e");
    await river.publish("dogs", "e", 1);
    await eventually(() => heard.length === 1, "the event");
  });
});

describe("river-client over restarts", () => {
  it("comes back after the server's delay, and has missed nothing", async () => {
    const river = await start_river({ workers: 2 });
    const client = client_of(river);
    const channel = await subscribed(client.subscribe("dogs"));
    const heard = collect(channel, "e");
    const gaps = collect(channel, "river:gap");
    const answers = collect(channel, "river:subscribed");
    for (let n = 1; n <= 3; n += 1) {
      await river.publish("dogs", "e", 2 * n - 1);
      await river.restart();
      await river.publish("dogs", "e", 2 * n);
    }
    await eventually(() => heard.length === 6, "all events");
    expect(heard).toEqual([1, 2, 3, 4, 5, 6]);
    expect(gaps).toEqual([]);
    expect(answers.map((answer) => answer.recovered)).not.toContain(false);
  });

  it("comes back after a hard kill, and is told of the gap", async () => {
    const river = await start_river({ workers: 2 });
    const client = client_of(river);
    const channel = await subscribed(client.subscribe("dogs"));
    const heard = collect(channel, "e");
    const gaps = collect(channel, "river:gap");
    const connection_gaps: unknown[] = [];
    client.connection.bind("gap", (gap) => connection_gaps.push(gap));
    await river.publish("dogs", "e", 1);
    await eventually(() => heard.length === 1, "the first event");
    const previous = channel.position;
    await river.kill();
    await eventually(() => client.connection.state === "unavailable", "the loss");
    await river.start();
    await eventually(() => gaps.length > 0, "the gap");
    expect(gaps).toEqual([{ channel: "dogs", previous, position: expect.anything() }]);
    expect(connection_gaps).toEqual(gaps);
    await river.publish("dogs", "e", 2);
    await eventually(() => heard.length === 2, "the second event");
  });
});

describe("river-client where WebSockets are blocked", () => {
  it("turns to Server-Sent Events, and loses nothing on that way either", async () => {
    const river = await start_river({ workers: 2, config: "[history]\nevents_max = 1000" });
    const proxy = await TcpProxy.start(river.port);
    proxy.rule = block_websockets;
    const client = client_of(river, ada, proxy.url);
    const channel = client.subscribe("dogs");
    const heard = collect(channel, "e");
    await eventually(() => channel.is_subscribed, "the stream", 30_000);
    await expect(channel.publish("e", 1)).rejects.toMatchObject({ reason: "read_only" });

    const last = 200;
    for (let n = 1; n <= last; n += 1) {
      await river.publish("dogs", "e", n);
      if (n % 50 === 0) proxy.cut_all();
    }
    await eventually(() => heard.at(-1) === last, "the last event", 60_000);
    expect(heard).toEqual(Array.from({ length: last }, (_none, i) => i + 1));

    // Once they get through, it takes them again by itself, and can publish.
    proxy.rule = () => "pass";
    const publishes = async () => {
      const position = await channel.publish("e", last + 1).catch(() => undefined);
      return position !== undefined;
    };
    await eventually(publishes, "a WebSocket", 60_000);
    await eventually(() => heard.at(-1) === last + 1, "the event of its own");
    expect(heard).toHaveLength(last + 1);
  }, 120_000);
});

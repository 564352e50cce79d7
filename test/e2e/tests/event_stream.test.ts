import { describe, expect, it } from "vitest";
import { EventStream } from "../src/event_stream.ts";
import { RawClient } from "../src/raw_client.ts";
import { unix_now, user, type Claims } from "../src/tokens.ts";
import { start_river, use_river } from "../src/use_river.ts";
import type { RiverProcess } from "../src/river_process.ts";

function url_of(river: RiverProcess, channels: string[], claims: Claims = {}): string {
  const query = new URLSearchParams(channels.map((channel) => ["channel", channel]));
  query.append("token", river.token(claims));
  return `${river.url}/v1/events?${query}`;
}

const data_of = (events: { data?: unknown }[]) => events.map((event) => event.data);

describe.each([1, 2])("an event stream of River with %i workers", (workers) => {
  const river = use_river({ workers });

  it("says what a WebSocket would", async () => {
    const stream = await EventStream.open(url_of(river, ["dogs"], { sub: "ada" }));
    expect(await stream.message("welcome")).toMatchObject({
      connection: expect.stringMatching(/^c-[0-9a-f]{16}$/),
    });
    expect(await stream.message("authenticated")).toMatchObject({ user: "ada" });
    expect(await stream.message("subscribed")).toMatchObject({ channel: "dogs", offset: 0 });
    await river.publish("dogs", "e", { text: "a\nb" });
    expect(await stream.events(1)).toEqual([
      { type: "event", channel: "dogs", event: "e", data: { text: "a\nb" }, offset: 1 },
    ]);
  });

  it("carries several channels", async () => {
    const stream = await EventStream.open(url_of(river, ["x", "y", "z"]));
    for (const [i, channel] of ["y", "x", "z", "y"].entries()) {
      await river.publish(channel, "e", i);
    }
    const events = await stream.events(4);
    expect(data_of(events.filter((event) => event.channel === "y"))).toEqual([0, 3]);
  });

  it("resumes by Last-Event-ID, on every channel from where it was", async () => {
    const url = url_of(river, ["r1", "r2"]);
    const stream = await EventStream.open(url);
    await river.publish("r1", "e", 1);
    await river.publish("r2", "e", 2);
    await river.publish("r2", "e", 3);
    await stream.events(3);
    await expect.poll(() => stream.last_event_id).toMatch(/^\w+:1,\w+:2$/);
    stream.close();
    await river.publish("r1", "e", 4);
    await river.publish("r2", "e", 5);

    const headers = { "last-event-id": stream.last_event_id };
    const resumed = await EventStream.open(url, headers);
    expect(data_of(await resumed.events(2)).toSorted()).toEqual([4, 5]);
    const answers = resumed.messages.filter((message) => message.type === "subscribed");
    expect(answers.map((answer) => answer.recovered)).toEqual([true, true]);

    const query = `${url}&last_event_id=${encodeURIComponent(stream.last_event_id)}`;
    expect(data_of(await (await EventStream.open(query)).events(2)).toSorted()).toEqual([4, 5]);
  });

  it("has after each event an id that resumes right behind it", async () => {
    const url = url_of(river, ["ids"]);
    let id = "";
    const seen = [];
    await river.publish("ids", "e", 0);
    for (let n = 1; n <= 10; n += 1) {
      const stream = await EventStream.open(url, id === "" ? {} : { "last-event-id": id });
      await stream.message("subscribed");
      await river.publish("ids", "e", n);
      seen.push(...data_of(await stream.events(1)));
      await expect.poll(() => stream.last_event_id).not.toBe(id);
      const offset = (await stream.events(1)).at(-1)!.offset;
      await expect.poll(() => stream.last_event_id).toContain(`:${offset}`);
      id = stream.last_event_id;
      stream.close();
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it("with an id that says nothing any more must reload", async () => {
    const stream = await EventStream.open(url_of(river, ["dogs"]), { "last-event-id": "zz:7" });
    expect(await stream.message("subscribed")).toMatchObject({ recovered: false });
  });

  it("takes its token from the header, too", async () => {
    const headers = { authorization: `Bearer ${river.token()}` };
    const stream = await EventStream.open(`${river.url}/v1/events?channel=dogs`, headers);
    await stream.message("subscribed");
  });

  it.each([
    ["no token", "channel=dogs", 401, "unauthenticated"],
    ["a bad token", "channel=dogs&token=hello", 401, "unauthenticated"],
    ["no channel", "token=x", 400, "invalid_request"],
    ["a wrong channel", "channel=a%20b&token=x", 400, "invalid_channel"],
    ["a channel twice", "channel=a&channel=a&token=x", 400, "invalid_request"],
  ])("with %s is refused", async (_what, query, status, code) => {
    const answer = await fetch(`${river.url}/v1/events?${query}`);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ error: { code, message: expect.any(String) } });
  });

  it("is refused a channel that its token does not grant, and keeps the others", async () => {
    const stream = await EventStream.open(url_of(river, ["private-a", "open"], user("ada", {})));
    expect(await stream.message("error")).toMatchObject({ code: 4403, channel: "private-a" });
    await river.publish("open", "e", 1);
    await stream.events(1);
  });

  it("makes its user a member while it lasts", async () => {
    const claims = user("ada", { "presence-*": ["subscribe"] });
    const channel = "presence-stream";
    const stream = await EventStream.open(url_of(river, [channel], claims));
    expect(await stream.message("subscribed")).toMatchObject({ member_count: 1 });
    const bob = await RawClient.log_in(river, { ...claims, sub: "bob" });
    expect((await bob.subscribe(channel)).member_count).toBe(2);
    stream.close();
    await bob.expect((message) => message.type === "presence" && message.left.includes("ada"));
  });

  it("brings its user's events, and ends when its user is disconnected", async () => {
    const stream = await EventStream.open(url_of(river, ["dogs"], { sub: "carol" }));
    await stream.message("subscribed");
    await river.post("/v1/users/carol/publish", { event: "mail", data: 1 });
    expect(await stream.events(1)).toEqual([{ type: "event", event: "mail", data: 1 }]);
    await river.post("/v1/users/carol/disconnect", {});
    expect(await stream.message("close")).toMatchObject({ code: 4401 });
    await expect.poll(() => stream.has_ended).toBe(true);
  });

  it("ends when its token expires", async () => {
    const claims = { exp: unix_now() + 2 };
    const stream = await EventStream.open(url_of(river, ["dogs"], claims));
    expect(await stream.message("close")).toMatchObject({ code: 4401 });
  });

  it("answers a browser's question before (CORS)", async () => {
    const answer = await fetch(`${river.url}/v1/events`, {
      method: "OPTIONS",
      headers: { origin: "https://app.example.com", "access-control-request-method": "GET" },
    });
    expect(answer.status).toBeLessThan(300);
    expect(answer.headers.get("access-control-allow-origin")).not.toBeNull();
  });
});

describe("an event stream that is silent", () => {
  it("is kept alive by pings, which nobody has to answer", async () => {
    const river = await start_river({ config: '[ping]\ninterval = "1s"\ntimeout = "1s"' });
    const stream = await EventStream.open(url_of(river, ["dogs"]));
    const pings = () => stream.messages.filter((message) => message.type === "ping").length;
    await expect.poll(pings).toBeGreaterThanOrEqual(4);
    expect(stream.has_ended).toBe(false);
  });
});

describe("an event stream over a restart", () => {
  it("is told to come back, and resumes", async () => {
    const river = await start_river({ workers: 2 });
    const url = url_of(river, ["dogs"]);
    const stream = await EventStream.open(url);
    await river.publish("dogs", "e", 1);
    await stream.events(1);
    await expect.poll(() => stream.last_event_id).toContain(":1");
    await river.publish("dogs", "e", 2);
    await river.stop();
    const { after_ms } = await stream.message("reconnect");
    expect(stream.retry_ms).toBe(after_ms);
    expect(await stream.message("close")).toMatchObject({ code: 1001 });
    const id = stream.last_event_id;
    await river.start();
    await river.publish("dogs", "e", 3);
    const resumed = await EventStream.open(url, { "last-event-id": id });
    const rest = [3, 2, 1].slice(0, 3 - Number(id.split(":")[1])).reverse();
    expect(data_of(await resumed.events(rest.length))).toEqual(rest);
    expect(await resumed.message("subscribed")).toMatchObject({ recovered: true });
  });
});

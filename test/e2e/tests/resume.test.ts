import { describe, expect, it } from "vitest";
import { RawClient, type Message } from "../src/raw_client.ts";
import { start_river, use_river } from "../src/use_river.ts";

const position_of = ({ epoch, offset }: Message) => ({ epoch, offset });
const offsets = (events: Message[]) => events.map((event) => event.offset);

describe.each([1, 2])("a client that comes back to River with %i workers", (workers) => {
  const river = use_river({ workers });

  it("gets what it missed, then live events, without a gap or a double", async () => {
    const lost = await RawClient.log_in(river);
    const { epoch } = await lost.subscribe("dogs");
    await river.publish("dogs", "e", 1);
    const [seen] = await lost.events(1);
    lost.cut();
    for (let n = 2; n <= 5; n += 1) await river.publish("dogs", "e", n);

    const back = await RawClient.log_in(river);
    const since = { epoch, offset: seen!.offset };
    const answer = await back.subscribe("dogs", { since });
    expect(answer).toMatchObject({ epoch, offset: 5, recovered: true });
    await river.publish("dogs", "e", 6);
    const events = await back.events(5);
    expect(events.map((event) => event.data)).toEqual([2, 3, 4, 5, 6]);
    expect(offsets(events)).toEqual([2, 3, 4, 5, 6]);
  });

  it("that missed nothing is told so", async () => {
    const position = await river.publish("cats", "e", 1);
    const client = await RawClient.log_in(river);
    const answer = await client.subscribe("cats", { since: position });
    expect(answer).toMatchObject({ ...position, recovered: true });
    await client.settle();
    expect(client.pending).toEqual([]);
  });

  it("loses and doubles nothing while others publish all the time", async () => {
    const last = 300;
    const stream: number[] = [];
    let position = position_of(await river.publish("busy", "e", 1));
    const published = (async () => {
      for (let n = 2; n <= last; n += 1) await river.publish("busy", "e", n);
    })();
    while (position.offset < last) {
      const client = await RawClient.log_in(river);
      expect((await client.subscribe("busy", { since: position })).recovered).toBe(true);
      for (let i = 0; i < 25 && position.offset < last; i += 1) {
        const [event] = await client.events(1);
        stream.push(event!.data);
        position = { ...position, offset: event!.offset };
      }
      client.cut();
    }
    await published;
    expect(stream).toEqual(Array.from({ length: last - 1 }, (_none, i) => i + 2));
  });

  it.each([
    ["of another epoch", { epoch: "abc", offset: 1 }],
    ["that the channel has not reached", { epoch: "same", offset: 999 }],
  ])("with a position %s must reload, and goes on from the present", async (_what, wrong) => {
    const { epoch, offset } = await river.publish("wrong-position", "e", 1);
    const since = { epoch: wrong.epoch === "same" ? epoch : wrong.epoch, offset: wrong.offset };
    const client = await RawClient.log_in(river);
    const answer = await client.subscribe("wrong-position", { since });
    expect(answer).toMatchObject({ epoch, offset, recovered: false });
    await river.publish("wrong-position", "e", 2);
    expect(offsets(await client.events(1))).toEqual([offset + 1]);
  });

  it("is spared its own echo, not others', when it subscribes again", async () => {
    const client = await RawClient.log_in(river);
    const start = position_of(await client.subscribe("echo"));
    await client.ask({ type: "unsubscribe", channel: "echo" });
    await river.publish("echo", "mine", 1, { exclude: client.connection });
    await river.publish("echo", "theirs", 2);
    const answer = await client.subscribe("echo", { since: start });
    expect(answer.recovered).toBe(true);
    expect((await client.events(1))[0]!.event).toBe("theirs");
  });

  it("may ask for the last events instead (rewind)", async () => {
    for (let n = 1; n <= 5; n += 1) await river.publish("rewound", "e", n);
    const client = await RawClient.log_in(river);
    const answer = await client.subscribe("rewound", { rewind: 3 });
    expect(answer.offset).toBe(5);
    expect(answer).not.toHaveProperty("recovered");
    expect(answer.rewound_to).toBe(2);
    await river.publish("rewound", "e", 6);
    expect(offsets(await client.events(4))).toEqual([3, 4, 5, 6]);
    const more = await RawClient.log_in(river);
    await more.subscribe("rewound", { rewind: 50 });
    expect(offsets(await more.events(6))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ["rewind 0", { rewind: 0 }, 4424],
    ["rewind 1001", { rewind: 1001 }, 4424],
    ["rewind and since", { rewind: 1, since: { epoch: "x", offset: 1 } }, 4424],
    ["a negative offset", { since: { epoch: "x", offset: -1 } }, 4424],
  ])("with %s gets an error", async (_what, options, code) => {
    const client = await RawClient.log_in(river);
    const answer = await client.ask({ type: "subscribe", channel: "dogs", ...options });
    expect(answer).toMatchObject({ type: "error", code, reason: "invalid_value" });
  });
});

describe.each([1, 2])("over a restart of River with %i workers", (workers) => {
  it("in good order, clients resume with recovered: true", async () => {
    const river = await start_river({ workers });
    const client = await RawClient.log_in(river);
    const channels = ["a", "b", "c", "d", "e"];
    for (const channel of channels) await client.subscribe(channel);
    for (const channel of channels) await river.publish(channel, "seen", 1);
    const seen = await client.events(5);
    const epoch = (await river.publish("a", "missed", 2)).epoch;
    for (const channel of channels.slice(1)) await river.publish(channel, "missed", 2);
    await river.restart();

    const back = await RawClient.log_in(river);
    for (const channel of channels) {
      const page = (await (await river.get(`/v1/channels/${channel}/history`)).json()) as any;
      const since = { epoch: page.epoch, offset: 1 };
      const answer = await back.subscribe(channel, { since });
      expect(answer).toMatchObject({ offset: 2, recovered: true });
      expect((await back.events(1, channel))[0]).toMatchObject({ event: "missed", offset: 2 });
      expect(await river.publish(channel, "new", 3)).toMatchObject({ offset: 3 });
      await back.events(1, channel);
    }
    expect(seen).toHaveLength(5);
    expect((await back.subscribe("f")).offset).toBe(0);
    expect(await river.publish("a", "e", 4)).toEqual({ epoch, offset: 4 });
  });

  it("also with another number of workers", async () => {
    const river = await start_river({ workers });
    const before = [];
    for (let i = 0; i < 8; i += 1) before.push(await river.publish(`c${i}`, "e", i));
    await river.restart({ workers: 3 - workers });
    const client = await RawClient.log_in(river);
    for (let i = 0; i < 8; i += 1) {
      const since = { epoch: before[i]!.epoch, offset: 0 };
      expect((await client.subscribe(`c${i}`, { since })).recovered).toBe(true);
      expect((await client.events(1, `c${i}`))[0]!.data).toBe(i);
    }
  });

  it("after a hard kill, clients are told that they missed something", async () => {
    const river = await start_river({ workers });
    const position = await river.publish("dogs", "e", 1);
    await river.kill();
    await river.start();
    const client = await RawClient.log_in(river);
    const answer = await client.subscribe("dogs", { since: position });
    expect(answer.recovered).toBe(false);
    expect(answer.epoch).not.toBe(position.epoch);
    const next = await river.publish("dogs", "e", 2);
    expect(next.epoch).toBe(answer.epoch);
    expect((await client.events(1))[0]!.offset).toBe(next.offset);
  });
});

describe("what is no longer in the history", () => {
  it("because of history.events_max makes a gap, and not before", async () => {
    const river = await start_river({ workers: 2, config: "[history]\nevents_max = 5" });
    const { epoch } = await river.publish("dogs", "e", 1);
    for (let n = 2; n <= 8; n += 1) await river.publish("dogs", "e", n);
    const client = await RawClient.log_in(river);
    const resume = async (offset: number) => {
      const answer = await client.subscribe("dogs", { since: { epoch, offset } });
      await client.ask({ type: "unsubscribe", channel: "dogs" });
      const events = client.pending.splice(0).filter((message) => message.type === "event");
      return [answer.recovered, ...offsets(events)];
    };
    expect(await resume(2)).toEqual([false]);
    expect(await resume(3)).toEqual([true, 4, 5, 6, 7, 8]);
    expect(await resume(8)).toEqual([true]);
  });

  it("because of history.age_max makes a gap", async () => {
    const river = await start_river({ config: '[history]\nage_max = "1s"' });
    const { epoch } = await river.publish("dogs", "e", 1);
    await river.publish("dogs", "e", 2);
    const client = await RawClient.log_in(river);
    const resume = async () => {
      const answer = await client.subscribe("dogs", { since: { epoch, offset: 1 } });
      await client.ask({ type: "unsubscribe", channel: "dogs" });
      return answer.recovered as boolean;
    };
    expect(await resume()).toBe(true);
    await expect.poll(resume).toBe(false);
  });

  it("because of history.bytes_max makes a gap in the channels unused for longest", async () => {
    const river = await start_river({ config: '[history]\nbytes_max = "1MiB"' });
    const first = await river.publish("oldest", "e", 1);
    await river.publish("oldest", "e", 2);
    const filler = "x".repeat(60_000);
    for (let i = 0; i < 30; i += 1) await river.publish(`filler-${i % 3}`, "e", filler);
    const client = await RawClient.log_in(river);
    const answer = await client.subscribe("oldest", { since: first });
    expect(answer.recovered).toBe(false);
    const metrics = await river.metrics();
    expect(metrics.river_history_bytes!).toBeLessThan(1024 * 1024);
    expect(metrics.river_history_evictions_total!).toBeGreaterThan(0);
  });

  it("where a channel keeps none is told as well", async () => {
    const river = await start_river({
      config: '[[channels]]\npattern = "typing-*"\nhistory_events_max = 0',
    });
    const position = await river.publish("typing-1", "e", 1);
    await river.publish("typing-1", "e", 2);
    const client = await RawClient.log_in(river);
    const answer = await client.subscribe("typing-1", { since: position });
    expect(answer).toMatchObject({ recovered: false, offset: 2 });
  });
});

import { River } from "river-client";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually, pause } from "../src/deadline.ts";
import { Random } from "../src/random.ts";
import { TcpProxy } from "../src/tcp_proxy.ts";
import { start_river } from "../src/use_river.ts";

const events = 2000;
const history = `[history]\nevents_max = ${events}\n`;

describe.each([1, 2])("river-client of a River with %i workers, cut at random", (workers) => {
  it("hands on each event once and in order", async () => {
    const river = await start_river({ workers, config: history });
    const proxy = await TcpProxy.start(river.port);
    const random = new Random(workers);
    // Not among the options for everybody: comes back soon, so that it can be cut often.
    const hurry = { random: () => random.next() * 0.01 };
    const jwt = () => river.token({ sub: "ada" });
    const client = new River({ host: proxy.url, jwt, ...hurry });
    onTestFinished(() => client.disconnect());
    const streams: Record<string, number[]> = { a: [], b: [], c: [] };
    const gaps: unknown[] = [];
    const channels = Object.keys(streams).map((name) => {
      const channel = client.subscribe(name);
      channel.bind("e", (n: number) => streams[name]!.push(n));
      channel.bind("river:gap", (gap) => gaps.push(gap));
      return channel;
    });
    const is_subscribed = () => channels.every((channel) => channel.is_subscribed);
    await eventually(is_subscribed, "the subscriptions");

    let is_published = false;
    const cutting = (async () => {
      while (!is_published) {
        await pause(random.below(60));
        proxy.cut_all();
        // Sometimes also in the middle of coming back.
        if (random.next() < 0.7) await eventually(is_subscribed, "the subscriptions");
      }
    })();
    for (let n = 0; n < events; n += 10) {
      const messages = Array.from({ length: 10 }, (_none, i) => ({
        channels: ["a", "b", "c"],
        event: "e",
        data: n + i,
      }));
      await river.post("/v1/publish/batch", { messages });
      await pause(random.below(20));
    }
    is_published = true;
    await cutting;

    const is_complete = () =>
      Object.values(streams).every((stream) => stream.at(-1) === events - 1);
    await eventually(is_complete, "the last event");
    expect(gaps).toEqual([]);
    const expected = Array.from({ length: events }, (_none, n) => n);
    for (const stream of Object.values(streams)) expect(stream).toEqual(expected);
    expect(proxy.cuts).toBeGreaterThanOrEqual(10);
  });
});

describe("river-client, cut right after a rewind that found nothing", () => {
  it("is told of no gap", async () => {
    const config = '[[channels]]\npattern = "now-*"\nhistory_events_max = 0\n';
    const river = await start_river({ config });
    await river.publish("now-dogs", "e", 1);
    const proxy = await TcpProxy.start(river.port);
    const client = new River({ host: proxy.url, jwt: () => river.token() });
    onTestFinished(() => client.disconnect());
    const channel = client.subscribe("now-dogs", { rewind: 5 });
    const recovered: boolean[] = [];
    channel.bind("river:subscribed", (subscribed) => recovered.push(subscribed.recovered));
    await eventually(() => recovered.length === 1, "the subscription");
    proxy.cut_all();
    await eventually(() => recovered.length === 2, "the next one");
    expect(recovered).toEqual([true, true]);
  });
});

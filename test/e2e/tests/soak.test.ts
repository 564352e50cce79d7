import { describe, expect, it, onTestFinished } from "vitest";
import { eventually, pause, slowness } from "../src/deadline.ts";
import { Random } from "../src/random.ts";
import { StayClient } from "../src/stay_client.ts";
import { start_river } from "../src/use_river.ts";

const clients = 200;
const channels = Array.from({ length: 20 }, (_none, i) => `c${i}`);
const duration_ms = 8_000;

describe("200 clients that come and go over 20 channels of 2 workers", () => {
  it("miss nothing, get nothing twice and all in order, for as long as each stays", async () => {
    const river = await start_river({ workers: 2, config: "[history]\nevents_max = 10000" });
    const published = new Map(channels.map((channel) => [channel, new Map<number, string>()]));
    const end_at_ms = Date.now() + duration_ms;

    const publisher = async (name: string, random: Random) => {
      for (let n = 0; Date.now() < end_at_ms; n += 1) {
        const channel = random.pick(channels);
        const data = `${name}-${n}`;
        const { offset } = await river.publish(channel, "e", data);
        published.get(channel)!.set(offset, data);
        await pause(random.below(10) * slowness);
      }
    };

    const visitor = async (client: StayClient, random: Random) => {
      await client.connect();
      while (Date.now() < end_at_ms) {
        const choice = random.next();
        if (choice < 0.5 && client.channels.length < 8) {
          client.subscribe(random.pick(channels), random.below(3) * 5);
        } else if (choice < 0.7 && client.channels.length > 0) {
          client.unsubscribe(random.pick(client.channels));
        } else if (choice < 0.8) {
          client.cut();
          await pause(random.below(200));
          await client.connect();
        }
        await pause(random.below(100) * slowness);
      }
    };

    const visitors = Array.from({ length: clients }, (_none, i) => {
      return new StayClient(river.websocket_url, river.token({ sub: `user-${i % 150}` }));
    });
    onTestFinished(() => visitors.forEach((client) => client.cut()));
    await Promise.all([
      ...["x", "y", "z"].map((name, i) => publisher(name, new Random(i))),
      ...visitors.map((client, i) => visitor(client, new Random(1000 + i))),
    ]);

    const last = new Map([...published].map(([channel, events]) => [channel, events.size]));
    for (const client of visitors) {
      const is_done = () => client.faults.length > 0 || client.has_seen(last);
      await eventually(is_done, "the last events");
      expect(client.faults).toEqual([]);
    }
    let seen = 0;
    for (const { channel, after, data } of visitors.flatMap((client) => client.stays)) {
      const expected = data.map((_one, i) => published.get(channel)!.get(after + i + 1));
      expect(data).toEqual(expected);
      seen += data.length;
    }
    const stays = visitors.reduce((sum, client) => sum + client.stays.length, 0);
    expect(stays).toBeGreaterThan(1000 / slowness);
    expect(seen).toBeGreaterThan(5000 / slowness);
    const metrics = await river.metrics();
    expect(metrics.river_resumes_not_recovered_total).toBe(0);
    expect(metrics.river_resumes_recovered_total!).toBeGreaterThan(200 / slowness);
  }, 60_000 * slowness);
});

import { describe, expect, it } from "vitest";
import { eventually } from "../src/deadline.ts";
import { RawClient } from "../src/raw_client.ts";
import { start_river } from "../src/use_river.ts";

const filler = "x".repeat(50_000);

describe.each([1, 2])("a slow reader at River with %i workers", (workers) => {
  it("is closed with 4430 and resumes, while its neighbours get everything", async () => {
    const river = await start_river({
      workers,
      config: '[limits]\noutbox_bytes_max = "256KiB"\n[history]\nevents_max = 1000',
    });
    const deflate = { perMessageDeflate: false };
    const slow = await RawClient.log_in(river, {}, deflate);
    const { epoch } = await slow.subscribe("busy");
    const neighbours: RawClient[] = [];
    for (let i = 0; i < 4; i += 1) {
      const neighbour = await RawClient.log_in(river, {}, deflate);
      await neighbour.subscribe("busy");
      neighbours.push(neighbour);
    }
    slow.socket.pause();

    let published = 0;
    await eventually(async () => {
      // Between two, the neighbours keep up: only `slow` is slow.
      await river.publish("busy", "e", filler);
      published += 1;
      await Promise.all(neighbours.map((neighbour) => neighbour.events(1)));
      return (await river.metrics()).river_outbox_overflows_total === 1;
    }, "the overflow");

    slow.socket.resume();
    expect(await slow.end()).toEqual({ code: 4430, reason: "reads too slowly" });
    const seen = slow.pending.filter((message) => message.type === "event");
    expect(seen.map((event) => event.offset)).toEqual(seen.map((_event, i) => i + 1));
    expect(seen.length).toBeLessThan(published);

    await river.publish("busy", "last", 1);
    for (const neighbour of neighbours) {
      expect((await neighbour.events(1))[0]!.offset).toBe(published + 1);
    }
    const back = await RawClient.log_in(river, {}, deflate);
    const near = { epoch, offset: published };
    expect((await back.subscribe("busy", { since: near })).recovered).toBe(true);
    expect(await back.next()).toMatchObject({ event: "last" });
    const metrics = await river.metrics();
    expect(metrics['river_clients_closed_total{cause="slow_reader"}']).toBe(1);
  });

  it("that missed more than fits its outbox is told to reload", async () => {
    const river = await start_river({ workers, config: '[limits]\noutbox_bytes_max = "256KiB"' });
    const { epoch } = await river.publish("busy", "e", filler);
    for (let n = 0; n < 20; n += 1) await river.publish("busy", "e", filler);
    const client = await RawClient.log_in(river);
    const answer = await client.subscribe("busy", { since: { epoch, offset: 1 } });
    expect(answer).toMatchObject({ recovered: false, offset: 21 });
    await client.settle();
    expect(client.pending).toEqual([]);
  });

  it("is nobody who is told much by one call", async () => {
    const river = await start_river({ workers });
    const client = await RawClient.log_in(river, {}, { perMessageDeflate: false });
    const channels = Array.from({ length: 100 }, (_none, i) => `c-${i}`);
    for (const channel of channels) await client.subscribe(channel);
    const answer = await river.post("/v1/publish", {
      channels,
      event: "e",
      data: "x".repeat(65_000),
    });
    expect(answer.status).toBe(200);
    expect((await client.events(100)).map((event) => event.channel)).toHaveLength(100);
  });

  it("whose oldest byte waits too long is closed, however few they are", async () => {
    const river = await start_river({
      workers,
      config: '[limits]\noutbox_bytes_max = "64MiB"\noutbox_age_max = "1s"',
    });
    const client = await RawClient.log_in(river, {}, { perMessageDeflate: false });
    await client.subscribe("busy");
    client.socket.pause();
    // More than the kernel's buffers hold; then nothing more comes.
    for (let n = 0; n < 300; n += 1) await river.publish("busy", "e", filler);
    const counter = 'river_clients_closed_total{cause="slow_reader"}';
    await expect.poll(async () => (await river.metrics())[counter]).toBe(1);
    client.socket.resume();
    expect(await client.close_code()).toBe(4430);
  });
});

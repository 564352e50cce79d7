// security.md D5, D6: whoever reads too slowly is closed, and its neighbours never notice.
import { describe, expect, test } from "vitest";
import { deadline_ms } from "../../e2e/src/deadline.ts";
import type { RiverProcess } from "../../e2e/src/river_process.ts";
import { use_river } from "../../e2e/src/use_river.ts";
import { eventually } from "../../e2e/src/deadline.ts";
import {
  call,
  expect_rest,
  expect_growth_below,
  metrics_of,
  mib,
  publish,
  resident_bytes_of,
} from "../src/health.ts";
import { RawConnection } from "../src/raw_connection.ts";
import { RawWebSocket } from "../src/websocket.ts";

const data = "d".repeat(60_000);
const events = 120; // 7 MB: more than two kernels keep for a reader

const by_bytes = use_river();
const by_age = use_river({
  args: ["--limits-outbox-bytes-max", "64MiB", "--limits-outbox-age-max", "1s"],
});

async function subscribed(river: RiverProcess, channel: string): Promise<RawWebSocket> {
  const client = await RawWebSocket.log_in(river);
  await client.ask({ type: "subscribe", channel }, "subscribed");
  return client;
}

async function stream_of(river: RiverProcess, channel: string): Promise<RawConnection> {
  const raw = await RawConnection.open({ port: river.port });
  raw.send(
    `GET /v1/events?channel=${channel}&token=${river.token({})} HTTP/1.1\r\nHost: x\r\n\r\n`,
  );
  await raw.take((input) => {
    const whole = input.includes('"type":"subscribed"');
    return whole ? { value: true, size: input.length } : undefined;
  }, "the stream");
  return raw;
}

async function until_overflow(river: RiverProcess, count: number): Promise<void> {
  const overflows = async () => (await metrics_of(river)).river_outbox_overflows_total! >= count;
  await eventually(overflows, `${count} overflows`, 2 * deadline_ms);
}

describe("D5 readers that read nothing", () => {
  test("D5 a WebSocket is closed with 4430, and others get everything", async () => {
    const slow = await Promise.all(Array.from({ length: 10 }, () => subscribed(by_bytes, "busy")));
    const good = await subscribed(by_bytes, "busy");
    for (const client of slow) client.raw.socket.pause();
    const memory = resident_bytes_of(by_bytes);
    for (let i = 0; i < events; ++i) {
      await publish(by_bytes, "busy", { i, data });
      expect((await good.message((one) => one.type === "event")).data.i).toBe(i);
    }
    await until_overflow(by_bytes, 10);
    expect_growth_below(30 * mib, by_bytes, memory);
    const channel = JSON.parse((await call(by_bytes, "GET", "/v1/channels/busy")).body);
    expect(channel.subscribers).toBe(1);
    slow[0]!.raw.socket.resume();
    expect(await slow[0]!.close_code()).toBe(4430);
    for (const client of slow) client.raw.socket.destroy();
    good.raw.socket.destroy();
    await expect_rest(by_bytes);
  });

  test("D5 so is an event stream", async () => {
    const before = (await metrics_of(by_bytes)).river_outbox_overflows_total!;
    const stream = await stream_of(by_bytes, "busy-stream");
    stream.socket.pause();
    for (let i = 0; i < events; ++i) await publish(by_bytes, "busy-stream", { i, data });
    await until_overflow(by_bytes, before + 1);
    stream.socket.resume();
    await stream.ended();
    expect(stream.received.toString()).toContain('"type":"close","code":4430');
    await expect_rest(by_bytes);
  });
});

describe("D6 readers that read a little", () => {
  test("D6 bytes that have waited too long → 4430, however few they are", async () => {
    const slow = await subscribed(by_age, "steady");
    const stream = await stream_of(by_age, "steady");
    slow.raw.socket.pause();
    stream.socket.pause();
    for (let i = 0; i < events; ++i) await publish(by_age, "steady", { i, data });
    await until_overflow(by_age, 2);
    await expect_rest(by_age);
  });

  test("D6 who keeps up with the age limit, but slowly, is left alone", async () => {
    const slow = await subscribed(by_age, "patient");
    const before = (await metrics_of(by_age)).river_outbox_overflows_total!;
    slow.raw.socket.pause();
    for (let i = 0; i < 20; ++i) await publish(by_age, "patient", { i, data });
    slow.raw.socket.resume();
    for (let i = 0; i < 20; ++i) {
      expect((await slow.message((one) => one.type === "event")).data.i).toBe(i);
    }
    expect((await metrics_of(by_age)).river_outbox_overflows_total).toBe(before);
  });
});

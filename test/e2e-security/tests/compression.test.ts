// security.md C1–C6: permessage-deflate.
import { deflateRawSync, inflateRawSync, constants } from "node:zlib";
import { expect, test } from "vitest";
import { use_river } from "../../e2e/src/use_river.ts";
import { use_echo } from "../src/echo_process.ts";
import { bytes, opcode } from "../src/frames.ts";
import {
  call,
  expect_rest,
  expect_growth_below,
  expect_service,
  mib,
  publish,
  resident_bytes_of,
} from "../src/health.ts";
import { deflate_offer, deflated, RawWebSocket } from "../src/websocket.ts";

const river = use_river();
const echo = use_echo();
const with_deflate = { headers: [deflate_offer] };
const compressed = { rsv: 4 };

const bomb = deflateRawSync(Buffer.alloc(100 * mib), { finishFlush: constants.Z_SYNC_FLUSH });

async function expect_bombs_defused(send: (client: RawWebSocket) => void): Promise<void> {
  const before = resident_bytes_of(river);
  const clients = await Promise.all(
    Array.from({ length: 20 }, () => RawWebSocket.log_in(river, {}, with_deflate)),
  );
  clients.forEach(send);
  const codes = await Promise.all(clients.map((client) => client.close_code()));
  expect(codes).toEqual(Array(20).fill(1009));
  expect_growth_below(8 * mib, river, before);
}

test("C1 100 MiB of zeros, 20 times → 1009, and no memory", async () => {
  await expect_bombs_defused((client) => client.send_frame(bomb, compressed));
});

test("C1 within the limit on the wire → 1009 once inflated", async () => {
  const small = deflated(Buffer.alloc(10 * mib));
  await expect_bombs_defused((client) => client.send_frame(small, compressed));
});

test("C1 the same in fragments of 1 kB → 1009", async () => {
  await expect_bombs_defused((client) => {
    for (let at = 0; at < bomb.length; at += 1000) {
      const chunk = bomb.subarray(at, at + 1000);
      const first = at === 0;
      client.send_frame(chunk, {
        opcode: first ? opcode.text : opcode.continuation,
        rsv: first ? 4 : 0,
        fin: at + 1000 >= bomb.length,
      });
    }
  });
});

test("C1 a bomb before authentication → 1009", async () => {
  const client = await RawWebSocket.open(river.port, with_deflate);
  client.send_frame(deflated(Buffer.alloc(20_000)), compressed);
  expect(await client.close_code()).toBe(1009);
});

test.each<[string, Buffer]>([
  ["an invalid block", bytes("ff ff ff ff ff")],
  ["a stored block cut short", bytes("00 10 00 ef ff 61 62")],
  ["a distance that is too far", bytes("4b 04 c1 05 40")],
  ["a dynamic block of garbage", bytes("05 c0 81 00 00 00 00 00 90 ff 6b 02")],
])("C2 %s → 1007, and nothing behind it is read", async (_name, payload) => {
  const client = await RawWebSocket.log_in(river, {}, with_deflate);
  client.send_frame(payload, compressed);
  client.send({ type: "subscribe", id: 9, channel: "never" });
  expect(await client.close_code()).toBe(1007);
  const answer = await call(river, "GET", "/v1/channels?prefix=never");
  expect(JSON.parse(answer.body)).toEqual({ channels: [] });
});

test.each<[string, number, Buffer]>([
  ["RSV1 on a continuation", opcode.continuation, deflated("a")],
  ["RSV1 on a ping", opcode.ping, Buffer.alloc(0)],
])("B8 %s → 1002", async (_name, code, payload) => {
  const client = await RawWebSocket.log_in(river, {}, with_deflate);
  client.send_frame("{", { fin: false });
  client.send_frame(payload, { opcode: code, rsv: 4 });
  expect(await client.close_code()).toBe(1002);
});

test("B10 bad UTF-8 in compressed text → 1007", async () => {
  const client = await RawWebSocket.open(echo.port, with_deflate);
  client.send_frame(deflated(bytes("61 ed a0 80")), compressed);
  expect(await client.close_code()).toBe(1007);
});

test("C3 an empty compressed message is an empty message, or 1007", async () => {
  const client = await RawWebSocket.open(echo.port, with_deflate);
  client.raw.send(bytes("c1 80 01 02 03 04"));
  const answer = await client.raw.frame();
  if (answer.opcode === opcode.close) {
    expect(answer.payload.readUInt16BE(0)).toBe(1007);
  } else {
    expect(answer).toMatchObject({ opcode: opcode.text, payload: Buffer.alloc(0) });
  }
  expect(echo.has_exited()).toBe(false);
});

test("C4 a thousand connections with deflate cost no zlib state each", async () => {
  const log_in = () => RawWebSocket.log_in(river, {}, with_deflate);
  await log_in(); // what the loop has only once
  const before = resident_bytes_of(river);
  for (let i = 0; i < 20; ++i) {
    const clients = await Promise.all(Array.from({ length: 50 }, log_in));
    for (const client of clients) client.send_frame(deflated('{"type":"ping"}'), compressed);
    await Promise.all(clients.map((client) => client.message((one) => one.type === "pong")));
  }
  expect_growth_below(1000 * 4096, river, before);
});

test("C5 a token is never compressed together with anything, nor sent back", async () => {
  const client = await RawWebSocket.open(river.port, with_deflate);
  const token = river.token({ sub: "x".repeat(150) });
  client.send({ type: "auth", id: 1, token });
  let answer = await client.raw.frame();
  while (!answer.payload.includes("authenticated")) answer = await client.raw.frame();
  expect(answer.rsv).toBe(0);
  expect(answer.payload.toString()).not.toContain(token);
});

test("C6 each receiver gets its exact bytes while large events are deflated", async () => {
  const windows = [9, 10, 12, 15];
  const clients = await Promise.all(
    windows.map((bits) =>
      RawWebSocket.log_in(
        river,
        {},
        { headers: [`${deflate_offer}; server_max_window_bits=${bits}`] },
      ),
    ),
  );
  await Promise.all(
    clients.map((one) => one.ask({ type: "subscribe", channel: "big" }, "subscribed")),
  );
  const sent = Array.from({ length: 20 }, (_, i) =>
    Array.from({ length: 900 }, (_unused, k) => (i * 7919 + k * 104_729) % 100_003),
  );
  const publishing = (async () => {
    for (const data of sent) await publish(river, "big", data);
  })();
  for (const client of clients) {
    for (const data of sent) {
      let event = await client.raw.frame();
      while (!event.rsv) event = await client.raw.frame();
      const whole = Buffer.concat([event.payload, bytes("00 00 ff ff")]);
      const text = inflateRawSync(whole, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
      expect(JSON.parse(text).data).toEqual(data);
    }
  }
  await publishing;
});

test("after all of that a client gets in, and nothing is left", async () => {
  await expect_service(river);
  await expect_rest(river);
});

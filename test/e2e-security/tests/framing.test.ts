// security.md A13, B1–B11, E12: frames, against the server and the echo behind the same stack.
import { describe, expect, test } from "vitest";
import { deadline_ms } from "../../e2e/src/deadline.ts";
import { use_river } from "../../e2e/src/use_river.ts";
import { use_echo } from "../src/echo_process.ts";
import { bytes, close_frame, frame, opcode } from "../src/frames.ts";
import {
  expect_rest,
  expect_growth_below,
  expect_service,
  mib,
  resident_bytes_of,
} from "../src/health.ts";
import { RawConnection } from "../src/raw_connection.ts";
import { RawWebSocket, upgrade_request } from "../src/websocket.ts";

const river = use_river({ args: ["--http-head-timeout", "1s"] });
const echo = use_echo();

const continuation = (payload: string | Buffer, fin: boolean) =>
  frame(payload, { opcode: opcode.continuation, fin });
const text = (payload: string | Buffer, fin = true) => frame(payload, { fin });
const control = (code: number, payload: string | Buffer = "") => frame(payload, { opcode: code });
const declared = (length: bigint, options = {}) =>
  frame("", { declared_bytes: length, length_bits: 64, ...options });

const attacks: [string, Buffer, number[]][] = [
  ["B1 an unmasked frame → 1002", bytes("81 05 68 65 6c 6c 6f"), [1002]],
  ["B1 its second byte is enough → 1002", bytes("81 7e"), [1002]],
  [
    "B2 2^64-1 bytes announced → 1002",
    bytes("82 ff ff ff ff ff ff ff ff ff 01 02 03 04"),
    [1002, 1009],
  ],
  ["B3 over the limit by one → 1009, at the header", declared(16n * 1024n * 1024n + 1n), [1009]],
  ["B3 2^63-1 → 1009", declared(2n ** 63n - 1n), [1009]],
  ["B3 2^32+5 → 1009", declared(2n ** 32n + 5n), [1009]],
  [
    "B4 100 bytes, then 2^63-1 more → 1009",
    Buffer.concat([
      text("a".repeat(100), false),
      declared(2n ** 63n - 1n, { opcode: opcode.continuation }),
    ]),
    [1009],
  ],
  ["B6 5 bytes in the 16-bit form → 1002", frame("hello", { length_bits: 16 }), [1002]],
  ["B6 5 bytes in the 64-bit form → 1002", frame("hello", { length_bits: 64 }), [1002]],
  ["B7 a ping of 126 bytes → 1002", control(opcode.ping, "p".repeat(126)), [1002]],
  ["B7 a fragmented ping → 1002", frame("", { opcode: opcode.ping, fin: false }), [1002]],
  [
    "B7 a ping in the 64-bit form → 1002",
    frame("", { opcode: opcode.ping, length_bits: 64 }),
    [1002],
  ],
  ["B7 a close of 1 byte → 1002", control(opcode.close, "x"), [1002]],
  ["B7 a reason that is not UTF-8 → 1007", close_frame(1000, bytes("ff")), [1007]],
  ["B8 RSV1 not negotiated → 1002", frame("a", { rsv: 4 }), [1002]],
  ["B8 RSV2 → 1002", frame("a", { rsv: 2 }), [1002]],
  ["B8 RSV3 → 1002", frame("a", { rsv: 1 }), [1002]],
  ["B9 a continuation of nothing → 1002", continuation("a", true), [1002]],
  ["B9 text inside a message → 1002", Buffer.concat([text("a", false), text("b")]), [1002]],
  ["B10 ff → 1007", text(bytes("ff")), [1007]],
  ["B10 a surrogate → 1007", text(bytes("ed a0 80")), [1007]],
  ["B10 overlong → 1007", text(bytes("c0 af")), [1007]],
  ["B10 above U+10FFFF → 1007", text(bytes("f4 90 80 80")), [1007]],
  ["B10 a cut sequence → 1007", text(bytes("e2 82")), [1007]],
  [
    "B10 wrong across fragments → 1007",
    Buffer.concat([text(bytes("e2"), false), continuation(bytes("41"), true)]),
    [1007],
  ],
  ["B10 wrong already in the first fragment → 1007", text(bytes("61 ff"), false), [1007]],
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535].map(
    (code): [string, Buffer, number[]] => [
      `B7 close code ${code} → 1002`,
      close_frame(code),
      [1002],
    ],
  ),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((code): [string, Buffer, number[]] => [
    `B8 opcode ${code} → 1002`,
    frame("", { opcode: code }),
    [1002],
  ]),
];

describe.each([
  ["river", () => river.port],
  ["river-echo", () => echo.port],
])("%s", (_name, port) => {
  test.each(attacks)("%s and the end", async (_attack, input, codes) => {
    const client = await RawWebSocket.open(port());
    client.raw.send(input);
    expect(codes).toContain(await client.close_code());
    await client.raw.ended();
  });

  test.each(attacks)("%s, byte by byte", async (_attack, input, codes) => {
    const client = await RawWebSocket.open(port());
    for (const byte of input.subarray(0, 300)) await client.raw.send_all(Buffer.from([byte]));
    if (input.length > 300) client.raw.send(input.subarray(300));
    expect(codes).toContain(await client.close_code());
  });

  test("A13 a wrong frame in the packet of the handshake → 101, then 1002", async () => {
    const client = await RawWebSocket.open(port(), {
      behind: bytes("f1 84 00 00 00 00 01 02 03 04"),
    });
    expect(await client.close_code()).toBe(1002);
  });

  test("A13 a right frame in that packet is answered", async () => {
    const client = await RawWebSocket.open(port(), { behind: control(opcode.ping, "early") });
    for (;;) {
      const answer = await client.raw.frame();
      if (answer.opcode !== opcode.pong) continue; // the welcome
      expect(answer.payload.toString()).toBe("early");
      return;
    }
  });

  test("A13 each way to cut handshake and frame leads to the same", async () => {
    const input = Buffer.concat([Buffer.from(upgrade_request()), control(opcode.ping, "cut")]);
    const cuts = [1, 2, 16, 17, input.length - 10, input.length - 8, input.length - 1];
    await Promise.all(
      cuts.map(async (cut) => {
        const raw = await RawConnection.open({ port: port() });
        await raw.send_all(input.subarray(0, cut));
        await raw.send_all(input.subarray(cut));
        expect((await raw.response()).status).toBe(101);
        let answer = await raw.frame();
        while (answer.opcode !== opcode.pong) answer = await raw.frame();
        expect(answer.payload.toString()).toBe("cut");
      }),
    );
  });
});

test("E12 a pong carries exactly the bytes of its ping, of every length", async () => {
  const client = await RawWebSocket.open(echo.port);
  for (let length = 0; length <= 125; ++length) {
    const payload = Buffer.alloc(length, length);
    client.send_frame(payload, { opcode: opcode.ping });
    const answer = await client.raw.frame();
    expect(answer.opcode).toBe(opcode.pong);
    expect(answer.payload.equals(payload)).toBe(true);
  }
});

describe("B11: after the close frame", () => {
  test("B11 messages behind a close are ignored, and TCP is ended by the server", async () => {
    const client = await RawWebSocket.log_in(river);
    const more = Array.from({ length: 100 }, (_, i) =>
      text(JSON.stringify({ type: "subscribe", id: i, channel: `late-${i}` })),
    );
    client.raw.send(Buffer.concat([close_frame(1000), ...more]));
    expect(await client.close_code()).toBe(1000);
    await client.raw.ended();
    expect(client.raw.received.length).toBe(0);
    await expect_rest(river);
  });

  test("B11 TCP is ended even if the peer does not end its side, within seconds", async () => {
    const client = await RawWebSocket.log_in(river);
    const started_at_ms = Date.now();
    client.raw.send(close_frame(1000));
    await client.close_code();
    await client.raw.ended();
    // Our side stays open: the server must not keep its own for that.
    await expect_rest(river);
    expect(Date.now() - started_at_ms).toBeLessThan(deadline_ms);
  });

  test("B11 a peer that is closed by the server and goes on sending is cut off", async () => {
    const client = await RawWebSocket.open(river.port);
    client.raw.send(frame("a", { rsv: 2 }));
    await client.close_code();
    const cut_off = new Promise((resolve) => client.raw.socket.once("close", resolve));
    const flood = setInterval(() => client.raw.send(text("more")), 20);
    try {
      await cut_off;
    } finally {
      clearInterval(flood);
    }
  });
});

test("B5 memory grows with the bytes that come, not with those announced", async () => {
  const before = resident_bytes_of(river);
  const clients = await Promise.all(Array.from({ length: 100 }, () => RawWebSocket.log_in(river)));
  for (const client of clients) client.raw.send(declared(60_000n, { length_bits: 16 }));
  await Promise.all(clients.slice(0, 5).map((client) => client.raw.send_all("x")));
  await expect_service(river);
  expect_growth_below(8 * mib, river, before);
});

test("after all of that a client gets in, and nothing is left", async () => {
  expect(echo.has_exited()).toBe(false);
  await expect_service(river);
  await expect_rest(river);
});

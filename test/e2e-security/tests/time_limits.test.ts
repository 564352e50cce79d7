// security.md A3: who takes too long is ended at a fixed time, which single bytes don't prolong.
import { describe, expect, test } from "vitest";
import { use_river } from "../../e2e/src/use_river.ts";
import { frame } from "../src/frames.ts";
import { expect_rest, expect_service } from "../src/health.ts";
import { RawConnection } from "../src/raw_connection.ts";
import { RawWebSocket, upgrade_request } from "../src/websocket.ts";

const limit_ms = 1_000;
const river = use_river({
  config: `
    [http]
    head_timeout = "1s"
    body_timeout = "1s"
    idle_timeout = "1s"
    [auth]
    timeout = "1s"
    [ping]
    interval = "1s"
    timeout = "1s"
  `,
});

/** Sends `text` byte by byte, again and again, until the server ends it; says how long it took. */
async function drip(raw: RawConnection, text: string | Buffer): Promise<number> {
  const bytes = Buffer.from(text as string);
  const started_at_ms = Date.now();
  let sent = 0;
  const dripping = setInterval(() => {
    const at = sent++ % bytes.length;
    raw.send(bytes.subarray(at, at + 1));
  }, 50);
  try {
    await raw.ended();
  } finally {
    clearInterval(dripping);
  }
  return Date.now() - started_at_ms;
}

const head = Buffer.from(`GET /healthz HTTP/1.1\r\nHost: x\r\nx: ${"y".repeat(2000)}`);

describe("A3 slowloris", () => {
  test("A3 a silent connection is closed", async () => {
    const raw = await RawConnection.open({ port: river.port });
    await raw.ended();
    expect(raw.received.length).toBe(0);
  });

  test("A3 a head byte by byte → 408 at the total time", async () => {
    const raw = await RawConnection.open({ port: river.port });
    const took_ms = await drip(raw, head);
    expect(raw.received.toString()).toMatch(/^HTTP\/1.1 408 /);
    expect(took_ms).toBeGreaterThan(limit_ms / 2);
  });

  test("A3 the second head of a connection, too", async () => {
    const raw = await RawConnection.open({ port: river.port });
    raw.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    expect((await raw.response()).status).toBe(200);
    await drip(raw, head);
    expect(raw.received.toString()).toMatch(/^HTTP\/1.1 408 /);
  });

  test.each(["Content-Length: 100000", "Transfer-Encoding: chunked"])(
    "A3 a body byte by byte (%s) → 408",
    async (framing) => {
      const raw = await RawConnection.open({ port: river.port });
      raw.send(
        `POST /publish HTTP/1.1\r\nHost: x\r\nx-api-key: ${river.api_key}\r\n${framing}\r\n\r\n`,
      );
      await drip(raw, "1\r\na\r\n");
      expect(raw.received.toString()).toMatch(/^HTTP\/1.1 408 /);
    },
  );

  test("A3 an idle connection is closed after its answer", async () => {
    const raw = await RawConnection.open({ port: river.port });
    raw.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    await raw.response();
    await raw.ended();
    expect(raw.received.length).toBe(0);
  });

  test("A3 a WebSocket without a token → 4401, however much it pings", async () => {
    const client = await RawWebSocket.open(river.port);
    const ping = frame("", { opcode: 9 });
    const pinging = setInterval(() => client.raw.send(ping), 50);
    expect(await client.close_code()).toBe(4401);
    clearInterval(pinging);
  });

  test("A3 a first message byte by byte → 4401", async () => {
    const client = await RawWebSocket.open(river.port);
    const code = client.close_code();
    await drip(client.raw, frame("a".repeat(10_000)));
    expect(await code).toBe(4401);
  });

  test("A3 a frame header that never becomes whole → 4401", async () => {
    const client = await RawWebSocket.open(river.port, { behind: Buffer.from([0x81, 0xfe]) });
    expect(await client.close_code()).toBe(4401);
  });

  test("an authenticated client that answers no ping → 4408, half a message or not", async () => {
    const silent = await RawWebSocket.log_in(river);
    const half = await RawWebSocket.log_in(river);
    half.raw.send(frame("a".repeat(1000)).subarray(0, 500));
    expect(await Promise.all([silent.close_code(), half.close_code()])).toEqual([4408, 4408]);
  });

  test("200 slow ones of each kind keep nobody out", async () => {
    const slow = await Promise.all(
      Array.from({ length: 200 }, () => RawConnection.open({ port: river.port })),
    );
    for (const [i, raw] of slow.entries()) {
      raw.send(i % 2 === 0 ? "GET / HTT" : upgrade_request().slice(0, 60));
    }
    await expect_service(river);
    await Promise.all(slow.map((raw) => raw.ended()));
  });

  test("nothing is left", async () => {
    await expect_rest(river);
  });
});

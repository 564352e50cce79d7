// Beyond the table: bodies that nobody will read, and answers that are larger than an outbox.
import { describe, expect, test } from "vitest";
import { user } from "../../e2e/src/tokens.ts";
import { use_river, start_river } from "../../e2e/src/use_river.ts";
import { frame } from "../src/frames.ts";
import {
  call,
  expect_rest,
  expect_growth_below,
  expect_service,
  metrics_of,
  mib,
  publish,
  resident_bytes_of,
} from "../src/health.ts";
import { RawConnection } from "../src/raw_connection.ts";
import { RawWebSocket } from "../src/websocket.ts";

const river = use_river({ workers: 2 });

const get = (path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nx-api-key: ${river.api_key}\r\n\r\n`;

describe("bodies", () => {
  test("a body without a key is not waited for: 401 at once, none of it is kept", async () => {
    const raw = await RawConnection.open({ port: river.port });
    raw.send("POST /v1/publish HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{");
    const response = await raw.response();
    expect(response.status).toBe(401);
    expect(response.headers.get("connection")).toBe("close");
    await raw.ended();
  });

  test("nor is one that nobody reads", async () => {
    const raw = await RawConnection.open({ port: river.port });
    raw.send(
      "POST /healthz HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n" +
        `x-api-key: ${river.api_key}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    expect((await raw.response()).status).toBe(405);
  });

  test("200 bodies of 1 MiB without a key take no memory", async () => {
    const memory = resident_bytes_of(river);
    const body = Buffer.alloc(1_000_000);
    const all = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const raw = await RawConnection.open({ port: river.port });
        raw.send("POST /publish HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
        raw.send(body.subarray(1));
        return raw;
      }),
    );
    for (const raw of all) expect((await raw.response()).status).toBe(401);
    expect_growth_below(32 * mib, river, memory);
  });
});

describe("answers larger than the outbox", () => {
  const data = "d".repeat(60_000);

  test("a whole history over HTTP comes to a client that reads", async () => {
    for (let i = 0; i < 100; ++i) await publish(river, "thick", { i, data });
    const raw = await RawConnection.open({ port: river.port });
    raw.socket.pause();
    raw.send(get("/v1/channels/thick/history?limit=100"));
    await expect_service(river);
    raw.socket.resume();
    const body = JSON.parse((await raw.response()).body);
    expect(body.events.length).toBeGreaterThan(0);
    expect(body.events[0].data.i).toBe(99);
    expect(body.events.length === 100 || body.more === true).toBe(true);
  });

  test("many members with much to say are not too much for a newcomer", async () => {
    const roomy = await start_river({ args: ["--limits-outbox-bytes-max", "131072"] });
    const claims = (i: number) =>
      user(`user-${i}`, { "presence-*": ["subscribe", "presence"] }, { about: "i".repeat(900) });
    for (let i = 0; i < 300; ++i) {
      const member = await RawWebSocket.log_in(roomy, claims(i));
      await member.ask({ type: "subscribe", channel: "presence-crowd" }, "subscribed");
    }
    const newcomer = await RawWebSocket.log_in(roomy, claims(300));
    const subscribe = { type: "subscribe", channel: "presence-crowd" };
    const { members, member_count } = await newcomer.ask(subscribe, "subscribed");
    expect(member_count).toBe(301);
    expect(members.length).toBeLessThan(301);
    const found = new Set<string>();
    for (let after: string | undefined = ""; after !== undefined;) {
      const asked = { type: "presence", channel: "presence-crowd", ...(after ? { after } : {}) };
      const page = await newcomer.ask(asked, "members");
      for (const member of page.members) found.add(member.id);
      after = page.next;
    }
    expect(found.size).toBe(301);
    const seen = new Set<string>();
    for (let next: string | undefined = ""; next !== undefined;) {
      const path = `/v1/channels/presence-crowd/members?limit=1000${next && `&after=${next}`}`;
      const page = JSON.parse((await call(roomy, "GET", path)).body);
      for (const member of page.members) seen.add(member.id);
      next = page.next;
    }
    expect(seen).toEqual(found);
  });

  test("who resumes many channels at once is not taken for a slow reader", async () => {
    const tight = await start_river({ args: ["--limits-outbox-bytes-max", "131072"] });
    const channels = Array.from({ length: 90 }, (_, i) => `resume-${i}`);
    const client = await RawWebSocket.log_in(tight);
    const since: object[] = [];
    for (const channel of channels) {
      const { epoch, offset } = await client.ask({ type: "subscribe", channel }, "subscribed");
      since.push({ epoch, offset });
    }
    client.raw.socket.destroy();
    for (const channel of channels) await publish(tight, channel, "d".repeat(60_000));
    const again = await RawWebSocket.log_in(tight);
    const all = channels.map((channel, i) =>
      frame(JSON.stringify({ type: "subscribe", id: 100 + i, channel, since: since[i] })),
    );
    again.raw.socket.pause();
    again.raw.send(Buffer.concat(all));
    await expect_service(tight);
    again.raw.socket.resume();
    for (let i = 0; i < channels.length; ++i) {
      await again.message((one) => one.id === 100 + i);
    }
    expect((await metrics_of(tight)).river_outbox_overflows_total).toBe(0);
  });
});

test("after all of that a client gets in, and nothing is left", async () => {
  await expect_service(river);
  await expect_rest(river);
});

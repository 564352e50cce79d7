// security.md D1–D4, D7, D8, D11, D13, D14: more than is good.
import { describe, expect, test } from "vitest";
import { start_river, use_river } from "../../e2e/src/use_river.ts";
import { user } from "../../e2e/src/tokens.ts";
import { close_frame, frame, opcode } from "../src/frames.ts";
import {
  call,
  expect_rest,
  expect_growth_below,
  expect_service,
  mib,
  processor_ms_of,
  publish,
  resident_bytes_of,
} from "../src/health.ts";
import { RawConnection } from "../src/raw_connection.ts";
import { RawWebSocket } from "../src/websocket.ts";

const river = use_river();

const repeated = (count: number, piece: Buffer) =>
  Buffer.concat(Array.from({ length: count }, () => piece));
const continuation = (payload: string) =>
  frame(payload, { opcode: opcode.continuation, fin: false });

describe("D1–D3 fragments", () => {
  test.each([
    ["D1 200,000 fragments of one byte", continuation("a")],
    ["D2 200,000 empty fragments", continuation("")],
  ])("%s → 1008 or 1009, in linear time", async (_name, piece) => {
    const client = await RawWebSocket.log_in(river);
    const memory = resident_bytes_of(river);
    const processor_ms = processor_ms_of(river);
    client.send_frame("a", { fin: false });
    client.raw.send(repeated(200_000, piece));
    expect([1008, 1009]).toContain(await client.close_code());
    expect(processor_ms_of(river) - processor_ms).toBeLessThan(1_000);
    expect_growth_below(4 * mib, river, memory);
  });

  test("D3 fragments whose sum is over the limit → 1009", async () => {
    const client = await RawWebSocket.log_in(river);
    client.send_frame("a".repeat(40_000), { fin: false });
    client.send_frame("a".repeat(40_000), { opcode: opcode.continuation, fin: false });
    expect(await client.close_code()).toBe(1009);
  });
});

describe("D4, D7, D14 messages", () => {
  test("D4 200,000 pings and never reading → closed, and no memory", async () => {
    const client = await RawWebSocket.log_in(river);
    const memory = resident_bytes_of(river);
    client.raw.socket.pause();
    client.raw.send(repeated(200_000, frame("p".repeat(100), { opcode: opcode.ping })));
    await expect_service(river);
    expect_growth_below(4 * mib, river, memory);
    client.raw.socket.resume();
    expect([1008, 4429]).toContain(await client.close_code());
  });

  test("D7 10,000 messages at once → 4429", async () => {
    const client = await RawWebSocket.log_in(river);
    client.raw.send(repeated(10_000, frame('{"type":"ping"}')));
    expect(await client.close_code()).toBe(4429);
  });

  test("D7 one that floods does not keep the others waiting", async () => {
    const quiet = await RawWebSocket.log_in(river);
    const flooding = setInterval(async () => {
      const raw = await RawConnection.open({ port: river.port });
      raw.send(repeated(2_000, Buffer.from("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")));
    }, 20);
    try {
      for (let i = 0; i < 20; ++i) {
        const asked_at_ms = Date.now();
        await quiet.ask({ type: "history", channel: "public" }, "error"); // without the grant
        expect(Date.now() - asked_at_ms).toBeLessThan(5_000);
      }
    } finally {
      clearInterval(flooding);
    }
  });

  test("D14 garbage → one error, then the end", async () => {
    const client = await RawWebSocket.log_in(river);
    client.raw.send(repeated(1_000, frame("garbage")));
    expect(await client.close_code()).toBe(4400);
    await client.raw.ended();
    expect(client.raw.received.length).toBe(0);
  });

  test("D14 an HTTP error is the only answer to a pipeline of 1,000 bad requests", async () => {
    const raw = await RawConnection.open({ port: river.port });
    raw.send("BAD\r\n\r\n".repeat(1_000));
    expect((await raw.response()).status).toBe(400);
    await raw.ended();
    expect(raw.received.length).toBe(0);
  });
});

describe("D8 subscriptions", () => {
  test("D8 the 101st subscription is refused, and the client goes on", async () => {
    const client = await RawWebSocket.log_in(river);
    for (let i = 0; i < 100; ++i) {
      await client.ask({ type: "subscribe", channel: `many-${i}` }, "subscribed");
    }
    const refused = await client.ask({ type: "subscribe", channel: "one-more" }, "error");
    expect(refused).toMatchObject({ code: 4427, reason: "too_many_subscriptions" });
    await client.ask({ type: "unsubscribe", channel: "many-0" }, "unsubscribed");
    await client.ask({ type: "subscribe", channel: "one-more" }, "subscribed");
    client.raw.socket.destroy();
    await expect_rest(river);
  });

  test("D8 100,000 subscriptions at once → 4429, and the hub is empty afterwards", async () => {
    const client = await RawWebSocket.log_in(river);
    const all = Array.from({ length: 20_000 }, (_, i) =>
      frame(JSON.stringify({ type: "subscribe", id: i, channel: `flood-${i}` })),
    );
    client.raw.send(Buffer.concat(all));
    expect(await client.close_code()).toBe(4429);
    await expect_rest(river);
  });

  test("D8 names that nobody uses any more give way to new ones", async () => {
    const small = await start_river({ args: ["--limits-channels-max", "50"] });
    await publish(small, "kept", "what was published");
    const client = await RawWebSocket.log_in(small);
    await client.ask({ type: "subscribe", channel: "held" }, "subscribed");
    for (let i = 0; i < 90; ++i) {
      await client.ask({ type: "subscribe", channel: `name-${i}` }, "subscribed");
      await client.ask({ type: "unsubscribe", channel: `name-${i}` }, "unsubscribed");
    }
    await expect_service(small);
    const kept = await call(small, "GET", "/v1/channels/kept/history");
    expect(JSON.parse(kept.body).events).toHaveLength(1);
  });

  test("D8 when all names are in use, a new one is refused for now", async () => {
    const small = await start_river({ args: ["--limits-channels-max", "50"] });
    const client = await RawWebSocket.log_in(small);
    for (let i = 0; i < 50; ++i) {
      await client.ask({ type: "subscribe", channel: `name-${i}` }, "subscribed");
    }
    const refused = await client.ask({ type: "subscribe", channel: "one-more" }, "error");
    expect(refused).toMatchObject({ reason: "unavailable", retry: true });
    expect(
      (await call(small, "POST", "/publish", { channel: "x", eventName: "e", data: 1 })).status,
    ).toBe(503);
  });
});

describe("D11 amplification", () => {
  test("D11 too many channels in a publish, too many messages in a batch → 400", async () => {
    const channels = Array.from({ length: 101 }, (_, i) => `c${i}`);
    const wide = await call(river, "POST", "/v1/publish", { channels, event: "e", data: 1 });
    expect(wide.status).toBe(400);
    const messages = Array.from({ length: 1001 }, () => ({ channel: "c", event: "e", data: 1 }));
    expect((await call(river, "POST", "/v1/publish/batch", { messages })).status).toBe(400);
  });

  test("D11 the largest batch that is allowed is answered whole", async () => {
    const channels = Array.from({ length: 100 }, (_, i) => `c${i}`);
    const messages = Array.from({ length: 1000 }, () => ({ channels, event: "e", data: 1 }));
    const response = await call(river, "POST", "/v1/publish/batch", { messages });
    expect([200, 400]).toContain(response.status);
    await expect_service(river);
  });

  test("D11 publish_rate holds for the parts of a batch", async () => {
    const limited = await start_river({ args: ["--limits-publish-rate", "10"] });
    const messages = Array.from({ length: 1000 }, () => ({ channel: "c", event: "e", data: 1 }));
    const statuses: number[] = [];
    for (let i = 0; i < 5; ++i) {
      const batch = await call(limited, "POST", "/v1/publish/batch", {
        messages: messages.slice(0, 10),
      });
      statuses.push(batch.status);
    }
    expect(statuses).toContain(429);
  });
});

test("D13 2,000 connections in a burst: those who are connected miss nothing", async () => {
  const witness = await RawWebSocket.log_in(river);
  await witness.ask({ type: "subscribe", channel: "steady" }, "subscribed");
  const storm = Array.from({ length: 20 }, async () => {
    for (let i = 0; i < 100; ++i) {
      const client = await RawWebSocket.log_in(river);
      client.raw.reset();
    }
  });
  const publishing = (async () => {
    for (let i = 0; i < 50; ++i) await publish(river, "steady", i);
  })();
  for (let i = 0; i < 50; ++i) {
    expect((await witness.message((one) => one.type === "event")).data).toBe(i);
  }
  await Promise.all([...storm, publishing]);
  witness.raw.send(close_frame(1000));
  await expect_rest(river);
});

test("presence of one user with many connections, come and gone in any order", async () => {
  const claims = user("one", { "presence-*": ["subscribe"] });
  const watcher = await RawWebSocket.log_in(
    river,
    user("watcher", { "presence-*": ["subscribe"] }),
  );
  const first = await watcher.ask({ type: "subscribe", channel: "presence-room" }, "subscribed");
  expect(first.member_count).toBe(1);
  await watcher.message((one) => one.type === "presence"); // its own coming
  for (let round = 0; round < 5; ++round) {
    const tabs = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const tab = await RawWebSocket.log_in(river, claims);
        await tab.ask({ type: "subscribe", channel: "presence-room" }, "subscribed");
        return tab;
      }),
    );
    const joined = await watcher.message((one) => one.type === "presence");
    expect(joined).toMatchObject({ joined: [{ id: "one" }], left: [], member_count: 2 });
    tabs.sort(
      (a, b) => ((a.raw.socket.localPort! * 7919) % 101) - ((b.raw.socket.localPort! * 7919) % 101),
    );
    for (const [i, tab] of tabs.entries()) {
      if (i % 3 === 0) tab.raw.reset();
      else if (i % 3 === 1) tab.raw.send(close_frame(1000));
      else await tab.ask({ type: "unsubscribe", channel: "presence-room" }, "unsubscribed");
    }
    const left = await watcher.message((one) => one.type === "presence");
    expect(left).toMatchObject({ joined: [], left: ["one"], member_count: 1 });
  }
  watcher.raw.socket.destroy();
});

test("after all of that a client gets in, and nothing is left", async () => {
  await expect_service(river);
  await expect_rest(river);
});

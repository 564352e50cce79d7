// Beyond the table: what happens between two lives of a connection, and when it ends too early.
import { describe, expect, test } from "vitest";
import { eventually } from "../../e2e/src/deadline.ts";
import { user } from "../../e2e/src/tokens.ts";
import { use_river } from "../../e2e/src/use_river.ts";
import { frame, opcode } from "../src/frames.ts";
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
import { RawWebSocket, upgrade_request } from "../src/websocket.ts";

// Two workers: half of the channels have their home on another loop, so answers come later.
const river = use_river({ workers: 2 });

const get = (path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nx-api-key: ${river.api_key}\r\n\r\n`;
const post = (body: object) => {
  const text = JSON.stringify(body);
  return (
    `POST /v1/publish HTTP/1.1\r\nHost: x\r\nx-api-key: ${river.api_key}\r\n` +
    `Content-Length: ${text.length}\r\n\r\n${text}`
  );
};

describe("pipelines", () => {
  test("answers come in the order of the requests, those that take longer as well", async () => {
    const raw = await RawConnection.open({ port: river.port });
    const paths = Array.from({ length: 200 }, (_, i) =>
      i % 3 === 0 ? "/healthz" : `/v1/channels/order-${i}`,
    );
    raw.send(paths.map(get).join(""));
    for (const path of paths) {
      const response = await raw.response();
      if (path === "/healthz") expect(response.body).toBe("ok\n");
      else expect(JSON.parse(response.body).channel).toBe(path.slice("/v1/channels/".length));
    }
  });

  test("an upgrade behind requests that are answered later is taken over whole", async () => {
    for (let round = 0; round < 20; ++round) {
      const raw = await RawConnection.open({ port: river.port });
      const ping = frame(`p${round}`, { opcode: opcode.ping });
      const before = get(`/v1/channels/a-${round}`) + get(`/v1/channels/b-${round}`);
      raw.send(Buffer.concat([Buffer.from(before + upgrade_request()), ping]));
      expect((await raw.response()).status).toBe(200);
      expect((await raw.response()).status).toBe(200);
      expect((await raw.response()).status).toBe(101);
      let answer = await raw.frame();
      while (answer.opcode !== opcode.pong) answer = await raw.frame();
      expect(answer.payload.toString()).toBe(`p${round}`);
      raw.reset();
    }
  });

  test("an event stream behind such requests begins after their answers", async () => {
    const raw = await RawConnection.open({ port: river.port });
    const token = river.token({});
    raw.send(get("/v1/channels/x") + get(`/v1/events?channel=s&token=${token}`) + get("/healthz"));
    expect((await raw.response()).status).toBe(200);
    await raw.take((input) => {
      const text = input.toString();
      if (!text.includes('"type":"subscribed"')) return undefined;
      expect(text).toMatch(/^HTTP\/1.1 200 OK\r\nContent-Type: text\/event-stream/);
      return { value: text, size: input.length };
    }, "the stream");
    await publish(river, "s", 1);
    await raw.take((input) => {
      const text = input.toString();
      // The request behind it is no request any more.
      expect(text).not.toContain("HTTP/1.1");
      return text.includes('"type":"event"') ? { value: text, size: input.length } : undefined;
    }, "the event");
  });

  test("a refusal behind an answered HEAD has its body", async () => {
    const raw = await RawConnection.open({ port: river.port });
    raw.send("HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\nBAD\r\n\r\n");
    await raw.take((input) => {
      const text = input.toString();
      const refusal = /HTTP\/1.1 400 [^]*Content-Length: (\d+)[^]*\r\n\r\n([^]*)$/.exec(text);
      if (!refusal || refusal[2]!.length < Number(refusal[1])) return undefined;
      return { value: refusal, size: input.length };
    }, "the refusal with its body");
  });

  test("a client that reads no answers is read no further, others are served", async () => {
    const raw = await RawConnection.open({ port: river.port });
    raw.socket.pause();
    const memory = resident_bytes_of(river);
    raw.send(get("/metrics").repeat(100_000));
    await expect_service(river);
    // What is beyond the buffers of both kernels waits on this side.
    expect(raw.socket.writableLength).toBeGreaterThan(0);
    expect((await metrics_of(river)).river_http_requests_total).toBeLessThan(50_000);
    expect_growth_below(16 * mib, river, memory);
    raw.reset();
  });

  test("answers that were too many for a while all come once they are read", async () => {
    const raw = await RawConnection.open({ port: river.port });
    raw.socket.pause();
    raw.send(get("/metrics").repeat(1_000));
    await expect_service(river);
    raw.socket.resume();
    for (let i = 0; i < 1_000; ++i) expect((await raw.response()).status).toBe(200);
  });
});

describe("ends", () => {
  test("half-closed behind its request, a client still gets the answer", async () => {
    for (const path of ["/healthz", "/v1/channels/half-a", "/v1/channels/half-b"]) {
      const raw = await RawConnection.open({ port: river.port });
      raw.send(get(path));
      raw.finish();
      expect((await raw.response()).status).toBe(200);
      await raw.ended();
    }
  });

  test("gone while an answer is under way, it leaves nothing", async () => {
    for (let i = 0; i < 300; ++i) {
      const raw = await RawConnection.open({ port: river.port });
      await raw.send_all(
        get(`/v1/channels/gone-${i}`) + post({ channel: `g-${i}`, event: "e", data: 1 }),
      );
      if (i % 2 === 0) raw.reset();
      else raw.socket.destroy();
    }
    await expect_rest(river);
  });

  test("gone while its subscription is under way, a client leaves nothing", async () => {
    const token = river.token(user("fleeting", { "presence-*": ["subscribe"] }));
    const auth = frame(JSON.stringify({ type: "auth", token }));
    for (let i = 0; i < 200; ++i) {
      const raw = await RawConnection.open({ port: river.port });
      const subscribe = (channel: string) => frame(JSON.stringify({ type: "subscribe", channel }));
      await raw.send_all(
        Buffer.concat([
          Buffer.from(upgrade_request()),
          auth,
          subscribe(`f-${i % 7}`),
          subscribe(`presence-${i % 5}`),
          ...(i % 3 === 0 ? [frame("", { rsv: 2 })] : []),
        ]),
      );
      if (i % 2 === 0) raw.reset();
      else raw.socket.destroy();
    }
    await expect_rest(river);
    for (let i = 0; i < 5; ++i) {
      const members = () => call(river, "GET", `/v1/channels/presence-${i}/members`);
      await eventually(
        async () => JSON.parse((await members()).body).member_count === 0,
        "all members to have left",
      );
    }
  });

  test("A14 RST at many points leaves nothing", async () => {
    const request = Buffer.from(upgrade_request());
    const login = frame(JSON.stringify({ type: "auth", token: river.token({}) }));
    const whole = Buffer.concat([request, login, frame('{"type":"ping"}')]);
    for (let round = 0; round < 3; ++round) {
      for (let at = 1; at < whole.length; at += 3) {
        const raw = await RawConnection.open({ port: river.port });
        await raw.send_all(whole.subarray(0, at));
        raw.reset();
      }
    }
    await expect_rest(river);
  });
});

describe("a client's first messages", () => {
  test("a large message behind auth in one packet is judged by the limit after it", async () => {
    const claims = user("u", { room: ["publish"] });
    const client = await RawWebSocket.open(river.port);
    const publication = {
      type: "publish",
      id: 2,
      channel: "room",
      event: "e",
      data: "d".repeat(40_000),
    };
    client.raw.send(
      Buffer.concat([
        frame(JSON.stringify({ type: "auth", id: 1, token: river.token(claims) })),
        frame(JSON.stringify(publication)),
      ]),
    );
    expect(await client.message((one) => one.id === 2)).toMatchObject({ type: "ok" });
  });

  test("16 KiB and one byte before authentication → 1009", async () => {
    const client = await RawWebSocket.open(river.port);
    client.send("a".repeat(16 * 1024 + 1));
    expect(await client.close_code()).toBe(1009);
  });
});

test("after all of that a client gets in, and nothing is left", async () => {
  await expect_service(river);
  await expect_rest(river);
});

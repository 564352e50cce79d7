import { describe, expect, it } from "vitest";
import { HttpConnection } from "../src/http_connection.ts";
import { RawClient } from "../src/raw_client.ts";
import type { RiverProcess } from "../src/river_process.ts";
import { start_river, use_river } from "../src/use_river.ts";

function publish_request(river: RiverProcess, data: unknown, headers = ""): string {
  const body = JSON.stringify({ channel: "dogs", event: "e", data });
  return (
    `POST /v1/publish HTTP/1.1\r\nHost: river\r\nx-api-key: ${river.api_key}\r\n` +
    `${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

describe.each([1, 2])("an HTTP connection to River with %i workers", (workers) => {
  const river = use_river({ workers });

  it("is kept for many requests", async () => {
    const connection = await HttpConnection.open(river.port);
    let offset = 0;
    for (let n = 0; n < 20; n += 1) {
      connection.write(publish_request(river, n));
      const answer = await connection.answer();
      expect(answer.status).toBe(200);
      const result = JSON.parse(answer.body).results[0];
      expect(result.offset).toBeGreaterThan(offset);
      offset = result.offset;
    }
  });

  it("answers pipelined requests in their order, whatever each takes", async () => {
    const connection = await HttpConnection.open(river.port);
    const get = (path: string) =>
      `GET ${path} HTTP/1.1\r\nHost: river\r\nx-api-key: ${river.api_key}\r\n\r\n`;
    const all = [];
    for (let i = 0; i < 20; i += 1) {
      all.push(get(`/v1/channels/c${i}`), get("/healthz"), publish_request(river, i));
    }
    connection.write(all.join(""));
    let offset = 0;
    for (let i = 0; i < 20; i += 1) {
      expect(JSON.parse((await connection.answer()).body).channel).toBe(`c${i}`);
      expect((await connection.answer()).body).toBe("ok\n");
      const result = JSON.parse((await connection.answer()).body).results[0];
      if (offset > 0) expect(result.offset).toBe(offset + 1);
      offset = result.offset;
    }
  });

  it("takes requests byte by byte", async () => {
    const connection = await HttpConnection.open(river.port);
    for (const byte of publish_request(river, "slow")) connection.write(byte);
    expect((await connection.answer()).status).toBe(200);
  });

  it("takes chunked bodies, and says when it expects them", async () => {
    const connection = await HttpConnection.open(river.port);
    const body = JSON.stringify({ channel: "dogs", event: "e", data: "chunked" });
    connection.write(
      `POST /v1/publish HTTP/1.1\r\nHost: river\r\nx-api-key: ${river.api_key}\r\n` +
        "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
    );
    expect((await connection.answer()).status).toBe(100);
    for (const part of [body.slice(0, 7), body.slice(7)]) {
      connection.write(`${part.length.toString(16)}\r\n${part}\r\n`);
    }
    connection.write("0\r\n\r\n");
    expect((await connection.answer()).status).toBe(200);
  });

  it("ends after the answer if the client wants so", async () => {
    const connection = await HttpConnection.open(river.port);
    connection.write(publish_request(river, 1, "Connection: close\r\n"));
    const answer = await connection.answer();
    expect(answer.headers.connection).toBe("close");
    await connection.closed;
  });

  it("becomes a WebSocket whose first messages may be on the way already", async () => {
    const connection = await HttpConnection.open(river.port);
    const token = river.token({ sub: "ada" });
    const text = Buffer.from('{"type":"subscribe","id":1,"channel":"dogs"}');
    const frame = Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]);
    const request =
      `GET /v1/ws?token=${token} HTTP/1.1\r\nHost: river\r\nUpgrade: websocket\r\n` +
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let bytes = "";
    connection.socket.on("data", (more) => (bytes += more.toString("latin1")));
    connection.write(Buffer.concat([Buffer.from(request), frame]));
    const answer = await connection.answer();
    expect(answer.status).toBe(101);
    expect(answer.headers["sec-websocket-accept"]).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    await expect.poll(() => bytes).toContain('"type":"subscribed"');
    await river.publish("dogs", "e", 1);
    await expect.poll(() => bytes).toContain('"type":"event"');
  });

  it.each([
    ["without an upgrade", "", 426],
    ["of another version", "Upgrade: websocket\r\nConnection: Upgrade\r\n", 426],
  ])("to /v1/ws %s is refused", async (_what, headers, status) => {
    const connection = await HttpConnection.open(river.port);
    connection.write(`GET /v1/ws HTTP/1.1\r\nHost: river\r\n${headers}\r\n`);
    const answer = await connection.answer();
    expect([400, status]).toContain(answer.status);
    expect(JSON.parse(answer.body).error.code).toBe("invalid_handshake");
  });
});

describe("the time limits of HTTP", () => {
  const river = use_river({
    config: '[http]\nhead_timeout = "1s"\nbody_timeout = "1s"\nidle_timeout = "1s"',
  });

  it("answer 408 to a head that does not come whole", async () => {
    const connection = await HttpConnection.open(river.port);
    connection.write("GET /healthz HTTP/1.1\r\nHost:");
    const answer = await connection.answer();
    expect(answer.status).toBe(408);
    expect(JSON.parse(answer.body).error.code).toBe("timeout");
    await connection.closed;
  });

  it("answer 408 to a body that does not come whole", async () => {
    const connection = await HttpConnection.open(river.port);
    const request = publish_request(river, "x".repeat(100));
    connection.write(request.slice(0, -10));
    expect((await connection.answer()).status).toBe(408);
    await connection.closed;
  });

  it("close a connection that says nothing, before and after a request", async () => {
    const silent = await HttpConnection.open(river.port);
    const idle = await HttpConnection.open(river.port);
    idle.write("GET /healthz HTTP/1.1\r\nHost: river\r\n\r\n");
    expect((await idle.answer()).status).toBe(200);
    await silent.closed;
    await idle.closed;
  });
});

describe("origins", () => {
  it("keep pages of other origins out, with 403 before the upgrade", async () => {
    const river = await start_river({ config: 'origins = ["https://app.example.com"]' });
    await RawClient.log_in(river, {}, { origin: "https://app.example.com" });
    await RawClient.log_in(river); // no browser
    await expect(
      RawClient.connect(river, { origin: "https://evil.example.com" }),
    ).rejects.toThrow();
    const url = `${river.url}/v1/events?channel=dogs&token=${river.token()}`;
    const stream = (origin: string) => fetch(url, { headers: { origin } });
    const refused = await stream("https://evil.example.com");
    expect(refused.status).toBe(403);
    expect(((await refused.json()) as any).error.code).toBe("forbidden_origin");
    const taken = await stream("https://app.example.com");
    expect(taken.status).toBe(200);
    expect(taken.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
    await taken.body!.cancel();
  });
});

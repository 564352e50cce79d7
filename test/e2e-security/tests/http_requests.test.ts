// security.md A1, A2, A4–A12, A16, A18: requests and handshakes that are wrong or meant to harm.
import { describe, expect, test } from "vitest";
import { use_river } from "../../e2e/src/use_river.ts";
import { expect_rest, expect_service, processor_ms_of } from "../src/health.ts";
import { RawConnection, type HttpResponse } from "../src/raw_connection.ts";
import { upgrade_request } from "../src/websocket.ts";

const river = use_river();

async function answer_to(request: string | Buffer): Promise<HttpResponse> {
  const raw = await RawConnection.open({ port: river.port });
  raw.send(request);
  return raw.response();
}

/** The answer must be an error after which the connection ends, with nothing behind it. */
async function expect_refusal(request: string | Buffer, statuses: number[]): Promise<void> {
  const raw = await RawConnection.open({ port: river.port });
  raw.send(request);
  const response = await raw.response();
  expect(statuses, response.head).toContain(response.status);
  expect(response.headers.get("connection")).toBe("close");
  expect(response.headers.has("upgrade"), "A11: no Upgrade in an error").toBe(false);
  await raw.ended();
  expect(raw.received.toString("latin1"), "nothing behind the refusal").toBe("");
}

const upgrade = (...headers: string[]) => upgrade_request({ headers });
const replaced = (from: string | RegExp, to: string) => upgrade_request().replace(from, to);
const key_line = /Sec-WebSocket-Key: .*\r\n/;

describe("A1, A2: heads that are too large are refused at the limit", () => {
  const many = Array.from({ length: 2000 }, (_, i) => `a${i.toString(36)}: 1`);
  test.each<[string, string, number[]]>([
    ["A1 2,000 headers → 431 and close", upgrade(...many), [431, 400]],
    ["A1 101 short headers → 431 and close", upgrade(...many.slice(0, 101)), [431]],
    ["A2 a header of 1 MiB → 431 and close", upgrade(`x: ${"y".repeat(1 << 20)}`), [431]],
    ["A2 a URI of 1 MiB → 414 and close", `GET /${"a".repeat(1 << 20)}`, [414]],
    ["A2 a head without end → 431", `GET / HTTP/1.1\r\nx: ${"y".repeat(65_536)}`, [431]],
  ])("%s", async (_name, request, statuses) => {
    await expect_refusal(request, statuses);
  });
});

describe("A4, A5: headers made for backtracking parsers cost nothing", () => {
  const attacks = [
    `Sec-WebSocket-Extensions: x; a="${"\\c".repeat(3500)}`,
    `Sec-WebSocket-Protocol: b${" ".repeat(7000)}x`,
    `Sec-WebSocket-Extensions: ${"a;".repeat(3500)}`,
    `Sec-WebSocket-Extensions: ${"permessage-deflate,".repeat(350)}x`,
  ];
  test.each(attacks)("A4/A5 %.50s… → 101 without it, or 400, at once", async (header) => {
    const before_ms = processor_ms_of(river);
    for (let i = 0; i < 50; ++i) {
      expect([101, 400]).toContain((await answer_to(upgrade(header))).status);
    }
    expect(processor_ms_of(river) - before_ms, "CPU of 50").toBeLessThan(500);
  });
});

describe("A6, A7: extensions", () => {
  test.each([
    "constructor",
    ",;constructor",
    "__proto__",
    "permessage-deflate; client_max_window_bits=7",
    "permessage-deflate; client_max_window_bits=16",
    "permessage-deflate; client_max_window_bits=09",
    `permessage-deflate; client_max_window_bits=${"9".repeat(400)}`,
    "permessage-deflate; server_max_window_bits",
    "permessage-deflate; server_max_window_bits=8; server_max_window_bits=9",
    "permessage-deflate; unknown",
  ])("%s → declined, or 400", async (offer) => {
    const response = await answer_to(upgrade(`Sec-WebSocket-Extensions: ${offer}`));
    expect([101, 400]).toContain(response.status);
    expect(response.headers.has("sec-websocket-extensions")).toBe(false);
  });

  test("A6 two offers → one extension", async () => {
    const twice = "Sec-WebSocket-Extensions: permessage-deflate, permessage-deflate";
    const response = await answer_to(upgrade(twice));
    expect(response.status).toBe(101);
    expect(response.headers.get("sec-websocket-extensions")).toMatch(/^permessage-deflate(?!.*,)/);
  });
});

describe("A8, A9: key and version", () => {
  test.each<[string, string, number]>([
    ["A8 no key → 400", replaced(key_line, ""), 400],
    ["A8 an empty key → 400", replaced(key_line, "Sec-WebSocket-Key:\r\n"), 400],
    ["A8 a key of 4 bytes → 400", replaced(key_line, "Sec-WebSocket-Key: dGVzdA==\r\n"), 400],
    ["A8 no base64 → 400", replaced(key_line, `Sec-WebSocket-Key: ${"!".repeat(24)}\r\n`), 400],
    ["A8 a long key → 400", replaced("dGhl", "A".repeat(4096)), 400],
    ["A8 two keys → 400", upgrade("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), 400],
    ["A9 version 12 → 426", replaced("Version: 13", "Version: 12"), 426],
    ["A9 version 13, 8 → 426", replaced("Version: 13", "Version: 13, 8"), 426],
    ["A9 no version → 400", replaced(/Sec-WebSocket-Version.*\r\n/, ""), 400],
    ["A8 HTTP/1.0 → 400", replaced("HTTP/1.1", "HTTP/1.0"), 400],
    ["A8 POST → 405", replaced("GET", "POST"), 405],
  ])("%s and close", async (_name, request, status) => {
    await expect_refusal(request, [status]);
  });

  test("A9 426 says which version is spoken", async () => {
    const response = await answer_to(replaced("Version: 13", "Version: 12"));
    expect(response.headers.get("sec-websocket-version")).toBe("13");
  });
});

describe("A10: request smuggling", () => {
  const smuggled = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  const post = (headers: string, body = "") =>
    `POST /publish HTTP/1.1\r\nHost: x\r\n${headers}\r\n${body}${smuggled}`;
  const get = (headers: string) => `GET /healthz HTTP/1.1\r\n${headers}\r\n`;
  const chunked = "Transfer-Encoding: chunked\r\n";
  test.each<[string, string]>([
    ["CL and TE together", post(`Content-Length: 5\r\n${chunked}`, "0\r\n\r\n")],
    ["CL twice", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello")],
    ["CL twice, equal", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")],
    ["CL list", post("Content-Length: 5, 5\r\n", "hello")],
    ["CL -1", post("Content-Length: -1\r\n")],
    ["CL 1e20", post("Content-Length: 1e20\r\n")],
    ["CL +5", post("Content-Length: +5\r\n", "hello")],
    ["CL of 30 digits", post(`Content-Length: ${"9".repeat(30)}\r\n`)],
    ["CL empty", post("Content-Length: \r\n", "hello")],
    ["TE xchunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")],
    ["TE identity, chunked", post("Transfer-Encoding: identity, chunked\r\n", "0\r\n\r\n")],
    ["TE twice", post(`${chunked}${chunked}`, "0\r\n\r\n")],
    ["TE on HTTP/1.0", post(chunked, "0\r\n\r\n").replace("HTTP/1.1", "HTTP/1.0")],
    ["Host with a space before the colon", get("Host : x\r\n")],
    ["folded header", get("Host: x\r\na: b\r\n c\r\n")],
    ["bare CR", get("Host: x\r\na: b\rc\r\n")],
    ["bare LF", "GET /healthz HTTP/1.1\nHost: x\n\n"],
    ["NUL", get("Host: x\r\na: b\0c\r\n")],
    ["two Hosts", get("Host: x\r\nHost: x\r\n")],
    ["no Host", get("")],
    ["chunk size that overflows", post(chunked, `${"f".repeat(17)}\r\n`)],
    ["chunk size 2^64-1", post(chunked, `${"f".repeat(16)}\r\n`)],
    ["chunk size not hexadecimal", post(chunked, "0x5\r\nhello\r\n0\r\n\r\n")],
    ["chunk without its end", post(chunked, "5\r\nhelloX\r\n0\r\n\r\n")],
    ["two spaces in the request line", "GET  /healthz HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["HTTP/1.2", "GET /healthz HTTP/1.2\r\nHost: x\r\n\r\n"],
    ["absolute form", "GET http://evil/healthz HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["CONNECT", "CONNECT evil:443 HTTP/1.1\r\nHost: evil:443\r\n\r\n"],
  ])("A10 %s → refused, and close", async (_name, request) => {
    await expect_refusal(request, [400, 405, 413, 501, 505]);
  });

  test("A10 a request behind the upgrade is frames, and never answered", async () => {
    const raw = await RawConnection.open({ port: river.port });
    raw.send(`${upgrade_request()}GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect((await raw.response()).status).toBe(101);
    await raw.ended();
    expect(raw.received.toString("latin1")).not.toContain("HTTP/1.1");
  });

  test("A10 an upgrade with a body → 400 and close", async () => {
    const request = upgrade("Content-Length: 40");
    await expect_refusal(`${request}GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n    `, [400]);
  });
});

describe("A12, A18: unusual upgrades", () => {
  test.each<[string, string, number[]]>([
    ["A12 Upgrade: h2c", replaced("websocket", "h2c"), [400, 426]],
    ["A18 HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400, 405, 501, 505]],
    ["A12 no Connection: Upgrade", replaced("Connection: Upgrade", "Connection: close"), [400]],
  ])("%s → refused", async (_name, request, statuses) => {
    await expect_refusal(request, statuses);
  });

  test.each(["/", "/mqtt", "/v1/ws/", "/V1/WS", "/v1/%77s", "/v1//ws", "/v1/../v1/ws", "//v1/ws"])(
    "A12 upgrade on %s → no 101",
    async (path) => {
      expect((await answer_to(upgrade_request({ path }))).status).not.toBe(101);
    },
  );
});

describe("A16: nothing of a request splits a response", () => {
  const forged = "%0d%0aSet-Cookie:%20a=b%0d%0a%0d%0a<script>";
  test.each([
    `GET /${forged} HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET /v1/events?channel=${forged} HTTP/1.1\r\nHost: x\r\nOrigin: http://a\r\n\r\n`,
    `GET /v1/channels/${forged} HTTP/1.1\r\nHost: x\r\n\r\n`,
    upgrade_request({ headers: [`Origin: http://${forged}`] }),
    upgrade_request({ headers: [`Sec-WebSocket-Protocol: ${forged}`] }),
    upgrade_request({ path: `/v1/ws?token=${forged}` }),
  ])("A16 %.40s…", async (request) => {
    const response = await answer_to(request);
    expect(response.head.toLowerCase()).not.toContain("set-cookie");
  });
});

test("after all of that a client gets in, and nothing is left", async () => {
  await expect_service(river);
  await expect_rest(river);
});

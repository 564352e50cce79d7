// security.md A15: pages of other sites.
import { describe, expect, test } from "vitest";
import { use_river } from "../../e2e/src/use_river.ts";
import { expect_rest, expect_service } from "../src/health.ts";
import { RawConnection } from "../src/raw_connection.ts";
import { upgrade_request } from "../src/websocket.ts";

const allowed = "https://app.example.com";
const river = use_river({ args: ["--origins", `${allowed},http://[::1]:3000`] });

async function status_for(request: string): Promise<number> {
  const raw = await RawConnection.open({ port: river.port });
  raw.send(request);
  const head = await raw.take((input) => {
    const end = input.indexOf("\r\n\r\n");
    return end < 0 ? undefined : { value: input.toString("latin1", 0, end), size: end + 4 };
  }, "a response");
  return Number(head.slice(9, 12));
}

const upgrade = (...lines: string[]) => upgrade_request({ headers: lines });
const stream = (line: string) =>
  `GET /v1/events?channel=c&token=${river.token({})} HTTP/1.1\r\nHost: x\r\n${line}\r\n\r\n`;

const foreign = [
  "https://evil.com",
  "null",
  "https://app.example.com.evil.com",
  "https://evil-app.example.com",
  "https://example.com",
  "http://app.example.com",
  "https://app.example.com:8443",
  "https://app.example.com@evil.com",
  "https://evil.com#app.example.com",
  "https://app.example.com/",
  "https://app.example.com, https://evil.com",
  "file://",
  "",
  "x",
];

describe.each([
  ["WebSocket", (origin: string) => upgrade(`Origin: ${origin}`)],
  ["event stream", (origin: string) => stream(`Origin: ${origin}`)],
])("A15 %s", (name, request) => {
  test.each(foreign)("from %j → 403", async (origin) => {
    expect(await status_for(request(origin))).toBe(403);
  });

  test.each([
    allowed,
    "https://APP.example.com",
    "https://app.example.com:443",
    "http://[::1]:3000",
  ])("from %s it may", async (origin) => {
    expect(await status_for(request(origin))).toBe(name === "WebSocket" ? 101 : 200);
  });
});

test("A15 two Origins → refused", async () => {
  const twice = upgrade(`Origin: ${allowed}`, `Origin: ${allowed}`);
  expect([400, 403]).toContain(await status_for(twice));
});

test("A15 without an Origin, a program is no page", async () => {
  expect(await status_for(upgrade())).toBe(101);
});

test("A15 a foreign page is given no CORS header, a known one its own", async () => {
  for (const origin of ["https://evil.com", allowed]) {
    const raw = await RawConnection.open({ port: river.port });
    raw.send(stream(`Origin: ${origin}`));
    const head = await raw.take((input) => {
      const end = input.indexOf("\r\n\r\n");
      return end < 0 ? undefined : { value: input.toString("latin1", 0, end), size: end + 4 };
    }, "a response");
    const says = /access-control-allow-origin: (.*)/i.exec(head)?.[1]?.trim();
    expect(says).toBe(origin === allowed ? allowed : undefined);
  }
});

test("after all of that a client gets in, and nothing is left", async () => {
  await expect_service(river);
  await expect_rest(river);
});

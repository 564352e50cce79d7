// security.md A17, A20: what peers say does not shape logs or metrics, and secrets are in neither.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { river_binary } from "../../e2e/src/river_process.ts";
import { start_river } from "../../e2e/src/use_river.ts";
import { user } from "../../e2e/src/tokens.ts";
import { call, expect_service } from "../src/health.ts";
import { RawConnection } from "../src/raw_connection.ts";
import { RawWebSocket, upgrade_request } from "../src/websocket.ts";

const nasty = ['\r\n{"level":"error","message":"forged"}', "\u001b[31mred", "\u2028\u0000", "%s%n"];

test("A17 whatever peers say, a line of the log is one JSON object, without secrets", async () => {
  const river = await start_river({ args: ["--log-level", "debug", "--log-format", "json"] });
  const token = river.token(user("ada"));
  const secrets = [river.api_key, river.jwt_secret, token];

  for (const text of nasty) {
    const client = await RawWebSocket.open(river.port);
    client.send({ type: "auth", token: text });
    expect(await client.close_code()).toBe(4401);
    const forged = await RawWebSocket.open(river.port);
    forged.send({ type: "auth", token: `${token.slice(0, -4)}AAAA` });
    expect(await forged.close_code()).toBe(4401);
    const raw = await RawConnection.open({ port: river.port });
    raw.send(
      `GET /${encodeURIComponent(text)} HTTP/1.1\r\nHost: x\r\nUser-Agent: \x1b[31m\r\n\r\n`,
    );
    await raw.response();
    await call(river, "POST", `/v1/users/${encodeURIComponent(text)}/disconnect`, {});
  }
  const signed_in = await RawWebSocket.open(river.port, { path: `/v1/ws?token=${token}` });
  await signed_in.message((one) => one.type === "authenticated");
  await signed_in.ask({ type: "subscribe", channel: `a\r\nb` }, "error");
  const wrong_key = await RawConnection.open({ port: river.port });
  wrong_key.send("GET /v1/channels HTTP/1.1\r\nHost: x\r\nx-api-key: a-wrong-key-1234567\r\n\r\n");
  expect((await wrong_key.response()).status).toBe(401);
  await expect_service(river);
  const command_line = readFileSync(`/proc/${river.pid}/cmdline`, "utf8");
  await river.stop();

  const lines = river.stderr.split("\n").filter((line) => line !== "");
  expect(lines.length).toBeGreaterThan(4); // the refused tokens, at least
  for (const line of lines) {
    expect(Object.keys(JSON.parse(line))).toEqual(expect.arrayContaining(["level", "message"]));
    expect(line.length).toBeLessThan(2_000);
    expect(line).not.toMatch(/[\u0000-\u001f\u2028]/);
    expect(JSON.parse(line).message).not.toBe("forged");
  }
  for (const secret of [...secrets, "a-wrong-key-1234567"]) {
    expect(river.stderr).not.toContain(secret);
    expect(river.stdout).not.toContain(secret);
    expect(command_line).not.toContain(secret);
  }
});

test("A17 secrets cannot be given where every process can read them", () => {
  for (const flag of ["--auth-api-keys", "--auth-jwt-secrets", "--api-key", "--jwt-secret"]) {
    const { status, stderr } = spawnSync(river_binary, ["serve", flag, "s".repeat(40)]);
    expect(status, flag).toBe(2);
    expect(String(stderr)).toContain("RIVER_API_KEY");
    expect(String(stderr)).not.toContain("sss");
  }
});

test("A20 10,000 different paths make no new metric", async () => {
  const river = await start_river();
  const names = async () =>
    (await call(river, "GET", "/metrics")).body.replaceAll(/ \S+$/gm, "").split("\n").length;
  const before = await names();
  for (let batch = 0; batch < 100; ++batch) {
    const raw = await RawConnection.open({ port: river.port });
    const requests = Array.from(
      { length: 100 },
      (_, i) => `GET /path-${batch}-${i} HTTP/1.1\r\nHost: x\r\n\r\n`,
    );
    raw.send(requests.join(""));
    for (let i = 0; i < 100; ++i) expect((await raw.response()).status).toBe(404);
    raw.socket.destroy();
  }
  const raw = await RawConnection.open({ port: river.port });
  raw.send(upgrade_request({ path: "/v1/ws?token=x" }));
  await raw.response();
  expect(await names()).toBe(before);
});

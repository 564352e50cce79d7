// security.md F1–F7: tokens that are not what they should be. (F9 is measured by no clock here.)
import { createHmac, generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hs256_token, unix_now, user } from "../../e2e/src/tokens.ts";
import { start_river, use_river } from "../../e2e/src/use_river.ts";
import { call, expect_rest, expect_service, processor_ms_of } from "../src/health.ts";
import { RawConnection } from "../src/raw_connection.ts";
import { RawWebSocket } from "../src/websocket.ts";

const river = use_river();

const base64 = (text: string | Buffer) => Buffer.from(text as string).toString("base64url");
const good_header = '{"alg":"HS256","typ":"JWT"}';
const good_claims = () => `{"sub":"u","exp":${unix_now() + 3600}}`;

/** With a right signature, whatever is signed. */
function signed(header: string, claims: string, secret: string = river.jwt_secret): string {
  const text = `${base64(header)}.${base64(claims)}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

/** Every way in must refuse it, and in the same words. */
async function expect_refused(token: string): Promise<void> {
  const first = await RawWebSocket.open(river.port);
  first.send({ type: "auth", token });
  const closed = await first.closed();
  expect([4401, 1009], closed.reason).toContain(closed.code);
  if (token.length > 3_000 || /[^\x21-\x7e]/.test(token)) return;
  const by_url = await RawWebSocket.open(river.port, {
    path: `/v1/ws?token=${encodeURIComponent(token)}`,
  });
  expect(await by_url.closed()).toEqual(closed);
  const raw = await RawConnection.open({ port: river.port });
  raw.send(
    `GET /v1/events?channel=c HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  );
  expect((await raw.response()).status).toBe(401);
}

test("the tokens below would be taken if they were right", async () => {
  const client = await RawWebSocket.open(river.port);
  await client.ask({ type: "auth", token: signed(good_header, good_claims()) }, "authenticated");
});

describe("F1–F3 headers", () => {
  const key = base64("k".repeat(32));
  test.each<[string, string]>([
    ["F1 none", '{"alg":"none"}'],
    ["F1 None", '{"alg":"None"}'],
    ["F1 nOnE", '{"alg":"nOnE"}'],
    ["F1 none, escaped", '{"alg":"\\u006eone"}'],
    ["F1 empty", '{"alg":""}'],
    ["F1 hs256", '{"alg":"hs256"}'],
    ["F1 a list", '{"alg":["HS256"]}'],
    ["F1 missing", "{}"],
    ["F1 null", '{"alg":null}'],
    ["F1 twice", '{"alg":"HS256","alg":"none"}'],
    ["F1 HS512", '{"alg":"HS512"}'],
    ["F2 RS256", '{"alg":"RS256"}'],
    ["F3 kid of a path", '{"alg":"HS256","kid":"../../dev/null"}'],
    ["F3 kid with SQL", `{"alg":"HS256","kid":"' OR 1=1 --"}`],
    ["F3 kid of a number", '{"alg":"HS256","kid":1}'],
    ["F3 crit", '{"alg":"HS256","crit":["exp"],"exp":1}'],
    ["F1 no object", '["HS256"]'],
  ])("%s → 4401, signed or not", async (_name, header) => {
    if (!header.includes("kid")) await expect_refused(signed(header, good_claims()));
    await expect_refused(signed(header, good_claims(), ""));
    await expect_refused(`${base64(header)}.${base64(good_claims())}.`);
    await expect_refused(`${base64(header)}.${base64(good_claims())}`);
  });

  test("F3 keys and addresses in the header are not used", async () => {
    const secret = "k".repeat(32);
    for (const extra of [
      `"jwk":{"kty":"oct","k":"${key}"}`,
      `"jku":"http://127.0.0.1:${river.port}/keys"`,
      `"x5u":"http://127.0.0.1:${river.port}/keys"`,
      `"x5c":["${key}"]`,
    ]) {
      await expect_refused(signed(`{"alg":"HS256",${extra}}`, good_claims(), secret));
    }
  });

  test("F2 a public key is no secret: HS256 signed with its text → 4401", async () => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    const verifying = await start_river({ jwt_secret: null, config: "" }).then(async (one) => {
      const file = join(one.directory, "public.pem");
      writeFileSync(file, pem);
      await one.restart({ config: `[[auth.keys]]\npublic_key_file = "${file}"\n` });
      return one;
    });
    expect(privateKey.type).toBe("private");
    for (const secret of [pem, pem.trim(), publicKey.export({ type: "spki", format: "der" })]) {
      const client = await RawWebSocket.open(verifying.port);
      client.send({ type: "auth", token: signed(good_header, good_claims(), secret as string) });
      expect(await client.close_code()).toBe(4401);
    }
  });
});

describe("F4, F5, F7 forms", () => {
  test.each([0, 1, 16, 31, 33, 64, 1000])("F4 a signature of %i bytes → 4401", async (count) => {
    const [header, claims] = signed(good_header, good_claims()).split(".");
    await expect_refused(`${header}.${claims}.${base64(Buffer.alloc(count))}`);
  });

  test.each<[string, (token: string) => string]>([
    ["F5 15,000 dots", () => ".".repeat(15_000)],
    ["F5 more than 8 KiB", (token) => `${token}${"A".repeat(8192)}`],
    ["F5 60,000 bytes", (token) => token + "A".repeat(60_000)],
    ["F5 four parts", (token) => `${token}.`],
    ["F5 five parts", (token) => `${token}.a.b`],
    ["F5 two parts", (token) => token.slice(0, token.lastIndexOf("."))],
    ["F5 empty", () => ""],
    ["F7 padding", (token) => `${token}=`],
    ["F7 a space behind", (token) => `${token} `],
    ["F7 a space before", (token) => ` ${token}`],
    ["F7 a line end", (token) => `${token}\n`],
    ["F7 NUL", (token) => `${token}\u0000`],
    ["F7 standard base64", (token) => token.replaceAll("-", "+").replaceAll("_", "/") + "+"],
    ["F7 another last character", (token) => token.slice(0, -1) + next_character(token.at(-1)!)],
    ["F7 Bearer", (token) => `Bearer ${token}`],
  ])("%s → 4401", async (_name, change) => {
    await expect_refused(change(signed(good_header, good_claims())));
  });

  test("F5 a token of a thousand grants is refused, in little time", async () => {
    const grants = Array.from({ length: 1000 }, (_, i) => `"a${i}":["x"]`).join();
    const processor_ms = processor_ms_of(river);
    await expect_refused(signed(good_header, `{"river":{"channels":{${grants}}}}`));
    expect(processor_ms_of(river) - processor_ms).toBeLessThan(200);
  });

  test("F4 a secret under 32 bytes, or none → River does not start", async () => {
    for (const secret of ["short", "s".repeat(31)]) {
      const refused = start_river({ jwt_secret: secret }).catch((error: Error) => error.message);
      expect(await refused).toContain("did not start");
    }
  }, 20_000);
});

describe("F6 time", () => {
  const now = unix_now();
  test.each<[string, string]>([
    ["expired", `"exp":${now - 1}`],
    ["exp a string", `"exp":"${now + 3600}"`],
    ["exp null", '"exp":null'],
    ["exp -1", '"exp":-1'],
    ["exp 1e400", '"exp":1e400'],
    ["exp NaN", '"exp":NaN'],
    ["exp of 5,000 digits", `"exp":${"9".repeat(5000)}`],
    ["exp twice", `"exp":${now + 3600},"exp":${now + 3600}`],
    ["exp a list", `"exp":[${now + 3600}]`],
    ["nbf in the future", `"exp":${now + 3600},"nbf":${now + 600}`],
    ["nbf a string", `"nbf":"0"`],
    ["sub a number", '"sub":1'],
    ["sub too long", `"sub":"${"u".repeat(201)}"`],
    ["sub with a line end", '"sub":"a\\r\\nb"'],
    ["channels a list", '"river":{"channels":["*"]}'],
    ["a right that is none", '"river":{"channels":{"*":["everything"]}}'],
    ["river null", '"river":null'],
  ])("F6 %s → 4401", async (_name, claims) => {
    await expect_refused(signed(good_header, `{${claims}}`));
  });

  test("F6 the end of a token ends its connection, and its stream", async () => {
    const token = hs256_token(river.jwt_secret, { ...user("brief"), exp: unix_now() + 2 });
    const client = await RawWebSocket.open(river.port);
    await client.ask({ type: "auth", token }, "authenticated");
    const raw = await RawConnection.open({ port: river.port });
    raw.send(`GET /v1/events?channel=c&token=${token} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(await client.close_code()).toBe(4401);
    await raw.ended();
    expect(raw.received.toString()).toContain('"type":"close","code":4401');
  });

  test("F6 a renewal in time keeps it, a wrong one ends it, also in a race", async () => {
    const brief = () => hs256_token(river.jwt_secret, { ...user("brief"), exp: unix_now() + 2 });
    const renewed = await RawWebSocket.open(river.port);
    await renewed.ask({ type: "auth", token: brief() }, "authenticated");
    await renewed.ask({ type: "auth", token: river.token(user("brief")) }, "authenticated");
    const wrong = await RawWebSocket.open(river.port);
    await wrong.ask({ type: "auth", token: brief() }, "authenticated");
    wrong.send({ type: "auth", token: river.token(user("brief")).slice(0, -4) });
    expect(await wrong.close_code()).toBe(4401);
    const racing = await RawWebSocket.open(river.port);
    await racing.ask({ type: "auth", token: brief() }, "authenticated");
    const renewing = setInterval(() => racing.send({ type: "auth", token: brief() }), 100);
    const others = await RawWebSocket.open(river.port);
    await others.ask({ type: "auth", token: brief() }, "authenticated");
    expect(await others.close_code()).toBe(4401);
    clearInterval(renewing);
    await renewed.ask({ type: "subscribe", channel: "still-there" }, "subscribed");
    expect(await racing.close_code()).toBe(4401);
  });
});

describe("F10, and revocations", () => {
  test("F10 1,000 wrong tokens: one try a connection, the same answer to each", async () => {
    const reasons = new Set<string>();
    for (let i = 0; i < 1_000; ++i) {
      const client = await RawWebSocket.open(river.port);
      const token = i % 2 === 0 ? signed(good_header, good_claims(), `x${i}`) : "a.b.c";
      client.send({ type: "auth", token });
      client.send({ type: "auth", token: river.token({}) }); // no second try
      const { code, reason } = await client.closed();
      reasons.add(`${code} ${reason}`);
    }
    expect(reasons.size).toBe(1);
  });

  test("a flood of revocations: each holds, and the server goes on", async () => {
    const victim = await RawWebSocket.log_in(river, user("victim"));
    const tokens = [river.token(user("victim")), river.token(user("nobody-7"))];
    for (let i = 0; i < 300; ++i) {
      const path = `/v1/users/nobody-${i}/disconnect`;
      expect((await call(river, "POST", path, { revoke: true })).status).toBe(204);
    }
    expect(
      (await call(river, "POST", "/v1/users/victim/disconnect", { revoke: true })).status,
    ).toBe(204);
    expect(await victim.close_code()).toBe(4401);
    for (const token of tokens) await expect_refused(token);
    await expect_service(river);
    await river.restart();
    for (const token of tokens) await expect_refused(token);
  });

  test.each(["a%0Ab", "%00", "a%0D%0A0%20b", "%7F", "%1B[31m"])(
    "a user %s that no token can have is refused, and no revocation is lost by it",
    async (id) => {
      const token = river.token(user("revoked-before"));
      for (const name of ["revoked-before", id]) {
        const path = `/v1/users/${name}/disconnect`;
        const { status } = await call(river, "POST", path, { revoke: true });
        expect(status).toBe(name === id ? 400 : 204);
      }
      await river.restart();
      await expect_refused(token);
      expect(river.stderr).not.toContain("revocations are lost");
    },
  );
});

test("after all of that a client gets in, and nothing is left", async () => {
  await expect_service(river);
  await expect_rest(river);
});

/** The next character of base64url: other bits, of which the last may be unused. */
function next_character(character: string): string {
  const all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return all[(all.indexOf(character) + 1) % 64]!;
}

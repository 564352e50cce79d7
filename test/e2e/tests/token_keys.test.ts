import { generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { RawClient } from "../src/raw_client.ts";
import type { RiverProcess } from "../src/river_process.ts";
import { hs256_token, public_key_token } from "../src/tokens.ts";
import { start_river } from "../src/use_river.ts";

/** "in", or the code that the connection was closed with. */
async function show_token(river: RiverProcess, token: string): Promise<string | number> {
  const client = await RawClient.connect(river);
  client.send({ type: "auth", id: 1, token });
  try {
    await client.expect({ type: "authenticated" });
    return "in";
  } catch {
    return await client.close_code();
  }
}

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const ed25519 = generateKeyPairSync("ed25519");
const pairs = { RS256: rsa, ES256: p256, EdDSA: ed25519 } as const;

describe("public keys", () => {
  const directory = mkdtempSync(join(tmpdir(), "river-e2e-keys-"));
  afterAll(() => rmSync(directory, { recursive: true }));

  const pem = (key: KeyObject) => String(key.export({ type: "spki", format: "pem" }));

  it.each(["RS256", "ES256", "EdDSA"] as const)("by a file in PEM allow %s alone", async (alg) => {
    const file = join(directory, `${alg}.pem`);
    writeFileSync(file, pem(pairs[alg].publicKey));
    const river = await start_river({
      jwt_secret: null,
      config: `[[auth.keys]]\nkid = "k1"\npublic_key_file = "${file}"`,
    });
    const { privateKey, publicKey } = pairs[alg];
    const claims = { sub: "ada" };
    expect(await show_token(river, public_key_token(alg, privateKey, claims))).toBe("in");
    const named = public_key_token(alg, privateKey, claims, { kid: "k1" });
    expect(await show_token(river, named)).toBe("in");
    const unknown = public_key_token(alg, privateKey, claims, { kid: "k2" });
    expect(await show_token(river, unknown), "keys are tried in turn").toBe("in");
    const with_public_key_as_secret = hs256_token(pem(publicKey), claims);
    expect(await show_token(river, with_public_key_as_secret)).toBe(4401);
    for (const other of ["RS256", "ES256", "EdDSA"] as const) {
      if (other === alg) continue;
      const foreign = public_key_token(other, pairs[other].privateKey, claims);
      expect(await show_token(river, foreign)).toBe(4401);
    }
  });

  it("by a set of keys (JWKS) are chosen by kid", async () => {
    const file = join(directory, "jwks.json");
    const keys = Object.entries(pairs).map(([alg, { publicKey }]) => ({
      ...publicKey.export({ format: "jwk" }),
      kid: `key-${alg}`,
    }));
    writeFileSync(file, JSON.stringify({ keys }));
    const river = await start_river({
      jwt_secret: null,
      config: `[[auth.keys]]\njwks_file = "${file}"`,
    });
    for (const alg of ["RS256", "ES256", "EdDSA"] as const) {
      const sign = (kid: string) =>
        public_key_token(alg, pairs[alg].privateKey, { sub: "ada" }, { kid });
      expect(await show_token(river, sign(`key-${alg}`))).toBe("in");
      expect(await show_token(river, sign(alg === "RS256" ? "key-ES256" : "key-RS256"))).toBe(4401);
    }
  });
});

describe("secrets", () => {
  const old_secret = randomBytes(32).toString("hex");
  const new_secret = randomBytes(32).toString("hex");

  it("overlap while they rotate: both are taken, then only the new one", async () => {
    const river = await start_river({ jwt_secret: old_secret });
    const old_token = hs256_token(old_secret, { sub: "ada" });
    const new_token = hs256_token(new_secret, { sub: "ada" });
    expect(await show_token(river, old_token)).toBe("in");
    expect(await show_token(river, new_token)).toBe(4401);
    await river.restart({ jwt_secret: `${new_secret},${old_secret}` });
    expect(await show_token(river, old_token)).toBe("in");
    expect(await show_token(river, new_token)).toBe("in");
    await river.restart({ jwt_secret: new_secret });
    expect(await show_token(river, old_token)).toBe(4401);
    expect(await show_token(river, new_token)).toBe("in");
  });

  it("with a kid are used alone for tokens that name it, and in turn for others", async () => {
    const river = await start_river({
      jwt_secret: null,
      config: [
        `[[auth.keys]]\nkid = "2025"\nsecret = "${old_secret}"`,
        `[[auth.keys]]\nkid = "2026"\nsecret = "${new_secret}"`,
      ].join("\n"),
    });
    expect(await show_token(river, hs256_token(old_secret, {}, { kid: "2025" }))).toBe("in");
    expect(await show_token(river, hs256_token(new_secret, {}, { kid: "2026" }))).toBe("in");
    expect(await show_token(river, hs256_token(new_secret, {}))).toBe("in");
    expect(await show_token(river, hs256_token(new_secret, {}, { kid: "2025" }))).toBe(4401);
    expect(await show_token(river, hs256_token(new_secret, {}, { kid: "2027" }))).toBe("in");
  });

  it("of backends (API keys) overlap too", async () => {
    const [first, second] = ["a".repeat(16), "b".repeat(16)];
    const river = await start_river({ api_key: `${first},${second}` });
    const publish = (key: string) =>
      river.post("/publish", { channel: "dogs", eventName: "e", data: 1 }, { "x-api-key": key });
    expect((await publish(first!)).status).toBe(204);
    expect((await publish(second!)).status).toBe(204);
    expect((await publish("c".repeat(16))).status).toBe(401);
  });
});

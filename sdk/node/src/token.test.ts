import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { River } from "./index.js";

const jwt_secret = "0123456789abcdef0123456789abcdef";
const river = new River({ host: "localhost:8080", key: "k", jwt_secret });

function part(token: string, index: number): any {
  return JSON.parse(Buffer.from(token.split(".")[index] ?? "", "base64url").toString());
}

describe("a token", () => {
  it("says who may do what, and until when", () => {
    const now_s = Date.now() / 1000;
    const channels = { "presence-room-*": ["subscribe", "publish"] as ("subscribe" | "publish")[] };
    const token = river.token({ user: "ada", channels, info: { name: "Ada ✨" }, expires_in: 60 });
    expect(part(token, 0)).toEqual({ alg: "HS256", typ: "JWT" });
    const { iat, exp, ...claims } = part(token, 1);
    expect(claims).toEqual({ sub: "ada", river: { channels, info: { name: "Ada ✨" } } });
    expect(Math.abs(iat - now_s)).toBeLessThan(5);
    expect(exp - iat).toBe(60);
  });

  it("is signed with the secret", () => {
    const [head, claims, signature] = river.token({ user: "ada" }).split(".");
    const expected = createHmac("sha256", jwt_secret).update(`${head}.${claims}`);
    expect(signature).toBe(expected.digest("base64url"));
  });

  it("holds for an hour and for nobody if nothing is said", () => {
    const claims = part(river.token(), 1);
    expect(claims.exp - claims.iat).toBe(3600);
    expect(Object.keys(claims)).toEqual(["iat", "exp", "river"]);
  });

  it("is three parts of base64url without padding", () => {
    expect(river.token({ user: "??>>~~" })).toMatch(/^[\w-]+\.[\w-]+\.[\w-]{43}$/);
  });

  it.each([
    [{ expires_in: 0 }, "expires_in"],
    [{ expires_in: NaN }, "expires_in"],
    [{ user: "" }, "user"],
    [{ user: 7 as never }, "user"],
  ])("cannot be made with %o", (options, param) => {
    expect(() => river.token(options)).toThrow(expect.objectContaining({ param }));
  });

  it.each([undefined, "too short"])("cannot be made with the secret %s", (secret) => {
    const options = { host: "localhost:8080", key: "k", ...(secret && { jwt_secret: secret }) };
    const poor = new River(options);
    expect(() => poor.token()).toThrow(expect.objectContaining({ param: "jwt_secret" }));
  });
});

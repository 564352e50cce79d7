import { createHmac } from "node:crypto";
import { usage_error } from "./error.js";

export type Grant = "subscribe" | "publish" | "history" | "presence";

export interface TokenOptions {
  /** Who the token is for; left out, its bearer is anonymous. */
  user?: string;
  /** What the bearer may do, by channel or pattern: `{ "presence-room-*": ["subscribe"] }`. */
  channels?: Record<string, Grant[]>;
  /** What others in a presence channel see of the user. */
  info?: unknown;
  /** Seconds until the token expires; an hour if not given. */
  expires_in?: number;
}

/** RFC 7518, 3.2: no shorter than the hash. River would refuse to start with less. */
const secret_bytes_min = 32;
const expires_in_s_default = 3600;

/** A JWT that River takes: HS256, with the deployment's secret. */
export function sign_token(
  secret: string | undefined,
  options: TokenOptions,
  now_s: number,
): string {
  if (typeof secret !== "string" || Buffer.byteLength(secret) < secret_bytes_min) {
    const needed = `at least ${secret_bytes_min} bytes, the same as River's`;
    throw usage_error("jwt_secret", `token() needs new River({ jwt_secret }): ${needed}`);
  }
  const { user, channels, info, expires_in = expires_in_s_default } = options;
  if (!Number.isFinite(expires_in) || expires_in <= 0) {
    throw usage_error("expires_in", "expires_in is a number of seconds, more than 0");
  }
  if (user !== undefined && (typeof user !== "string" || !user)) {
    throw usage_error("user", "user is a text, and not an empty one; leave it out for anonymous");
  }
  // JSON leaves out what is undefined.
  const claims = {
    sub: user,
    iat: now_s,
    exp: now_s + Math.ceil(expires_in),
    river: { channels, info },
  };
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

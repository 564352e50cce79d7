import { createHmac, sign, type KeyObject } from "node:crypto";

export type Right = "subscribe" | "publish" | "history" | "presence";

export interface Claims {
  sub?: string | undefined;
  iat?: number;
  exp?: number;
  nbf?: number;
  iss?: string;
  aud?: string;
  river?: { channels?: Record<string, Right[]>; info?: unknown };
}

/** Short for the claims of a user who may do `channels`. */
export function user(sub: string, channels?: Record<string, Right[]>, info?: unknown): Claims {
  return {
    sub,
    river: { ...(channels ? { channels } : {}), ...(info === undefined ? {} : { info }) },
  };
}

export const all_rights: Right[] = ["subscribe", "publish", "history", "presence"];

export function unix_now(): number {
  return Math.floor(Date.now() / 1000);
}

/** A token as backends make it; an hour long unless `claims` says otherwise. */
export function hs256_token(secret: string, claims: Claims, header: object = {}): string {
  const signed = signed_part("HS256", claims, header);
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

/** A token as identity providers make it. */
export function public_key_token(
  alg: "RS256" | "ES256" | "EdDSA",
  key: KeyObject,
  claims: Claims,
  header: object = {},
): string {
  const signed = signed_part(alg, claims, header);
  const hash = alg === "EdDSA" ? null : "sha256";
  const signature = sign(hash, Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

function signed_part(alg: string, claims: Claims, header: object): string {
  const now = unix_now();
  const whole = { iat: now, exp: now + 3600, ...claims };
  return `${encode({ alg, typ: "JWT", ...header })}.${encode(whole)}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

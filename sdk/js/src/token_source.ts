import { local_error } from "./error.js";

/** A token, or what fetches a fresh one from your backend each time one is needed. */
export type Jwt = string | (() => string | Promise<string>);

export interface TokenSource {
  /** Whether asking again may give another token. */
  readonly is_renewable: boolean;
  fetch(): Promise<string>;
}

/** Error pages, whole answers in JSON and the like are none, whatever their status was. */
export function token_of(text: unknown): string | undefined {
  const trimmed = typeof text === "string" ? text.trim() : "";
  return /^[\w.+/=~-]+$/.test(trimmed) ? trimmed : undefined;
}

export function token_source(jwt: Jwt): TokenSource {
  return {
    is_renewable: typeof jwt === "function",
    async fetch() {
      const given = typeof jwt === "function" ? await jwt() : jwt;
      const token = token_of(given);
      if (token) return token;
      const start = String(given).slice(0, 40);
      throw local_error("no_token", `it must give the token as a string, not "${start}"`, true);
    },
  };
}

import { local_error } from "./error.js";

/** A token, or what fetches a fresh one from your backend each time one is needed. */
export type Jwt = string | (() => string | Promise<string>);

export interface TokenSource {
  /** Whether asking again may give another token. */
  readonly is_renewable: boolean;
  fetch(): Promise<string>;
}

export function token_source(jwt: Jwt): TokenSource {
  return {
    is_renewable: typeof jwt === "function",
    async fetch() {
      const token = typeof jwt === "function" ? await jwt() : jwt;
      if (typeof token === "string" && token) return token;
      throw local_error("no_token", "it must give the token as a string", true);
    },
  };
}

import { RiverError } from "./error.js";

/** What to do after the server ended a connection. */
export type AfterClose =
  | "resume" /** come back soon */
  | "back_off" /** the server is leaving or has too much to do: come back later */
  | "new_token" /** come back with another token */
  | "give_up"; /** coming back would end the same way */

/** Attempts that a back-off counts as already made, so that it starts at 4 seconds. */
export const back_off_attempts = 3;

/** Codes that no rule names, 1006 of a cut network among them, are worth another try. */
export function after_close(code: number): AfterClose {
  switch (code) {
    case 1002:
    case 1003:
    case 1007:
    case 1008:
    case 1009:
    case 4400:
    case 4403:
      return "give_up";
    case 4401:
      return "new_token";
    case 1001:
    case 1011:
    case 4429:
    case 4503:
      return "back_off";
    default:
      return "resume";
  }
}

const meanings: Record<number, [reason: string, advice: string]> = {
  1009: ["message_too_large", "a message was larger than the server allows: send less at once"],
  4400: ["invalid_message", "the server did not understand a message: do the versions match?"],
  4401: ["unauthenticated", "the token was refused or has expired: let `jwt` fetch a fresh one"],
  4403: ["forbidden", "not allowed here: check the page's origin and the user's connections"],
};

/** A connection's end as an error, for those who were relying on it. */
export function closing_error(code: number, server_reason: string): RiverError {
  const [reason, advice] = meanings[code] ?? ["closed", `the connection was closed (${code})`];
  const message = server_reason ? `${advice} (${server_reason})` : advice;
  return new RiverError(code, reason, message, after_close(code) !== "give_up");
}

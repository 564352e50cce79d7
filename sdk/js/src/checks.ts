import { local_error } from "./error.js";

/**
 * Throws a caller's mistake. The server ends a connection on which a field has a wrong type, and
 * all channels with it, so no such field is sent.
 */
export function check(is_right: boolean, message: string, reason = "invalid_value"): void {
  if (!is_right) throw local_error(reason, message);
}

export function check_number(name: string, value: unknown): void {
  check(value === undefined || Number.isFinite(value), `${name} must be a number`);
}

/** Options without those that are undefined or null, which say no more than those left out. */
export function given<Options extends object>(options: Options): Given<Options> {
  const entries = Object.entries(options).filter(([, value]) => value != null);
  return Object.fromEntries(entries) as Given<Options>;
}

type Given<Options> = { [Name in keyof Options]?: NonNullable<Options[Name]> };

/** Text of whole characters: half of a surrogate pair, as `slice` may leave it, has no UTF-8. */
export function is_text(value: unknown): value is string {
  return typeof value === "string" && !/\p{Surrogate}/u.test(value);
}

/** The server reads JSON to 64 levels; the message around the data is the first. */
const levels_max = 63;

/** A copy as it will travel, so that what happens to `data` later does not matter. */
export function json_copy(data: unknown): unknown {
  let text: string | undefined;
  try {
    text = JSON.stringify(data);
  } catch {
    // Said below.
  }
  check(text !== undefined, "data must be a JSON value");
  const copy: unknown = JSON.parse(text as string);
  check_data(copy, levels_max);
  return copy;
}

function check_data(value: unknown, levels: number): void {
  if (typeof value === "string") return check(is_text(value), "data has half a character in it");
  if (typeof value === "number") return check(is_readable(value), `data has ${value}: send a text`);
  if (typeof value !== "object" || !value) return;
  check(levels > 0, `data is nested deeper than ${levels_max} levels`);
  for (const [name, part] of Object.entries(value)) {
    check_data(name, 0);
    check_data(part, levels - 1);
  }
}

/**
 * JSON.stringify writes whole numbers below 1e21 with all their digits, and the server reads those
 * of 64 bits. -(2^63) is one, but is written as -9223372036854776000.
 */
function is_readable(value: number): boolean {
  return (value > -(2 ** 63) && value < 2 ** 64) || Math.abs(value) >= 1e21;
}

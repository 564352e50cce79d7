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

/** A copy as it will travel, so that what happens to `data` later does not matter. */
export function json_copy(data: unknown): unknown {
  let text: string | undefined;
  try {
    text = JSON.stringify(data);
  } catch {
    // Said below.
  }
  check(text !== undefined, "data must be a JSON value");
  return JSON.parse(text as string);
}

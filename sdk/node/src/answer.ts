import { RiverError } from "./error.js";

/** An answer that is worth another try, and when the server wants to see it. */
export interface Refusal {
  error: RiverError;
  after_ms: number | undefined;
}

/** Statuses of a server that is overloaded, leaving, or behind a proxy that did not reach it. */
const retry_statuses = new Set([429, 500, 502, 503, 504]);
/** The same for one message of a batch, which has no status of its own. */
const retry_codes = new Set(["rate_limited", "internal", "unavailable"]);

/** The `error` of an answer; a stranger on the way may have sent none. */
export function error_of(status: number, error: Record<string, unknown> | undefined): RiverError {
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  const code = text(error?.code) ?? `http_${status}`;
  const message = text(error?.message) ?? `the server answered with HTTP status ${status}`;
  const is_passing = retry_statuses.has(status) || retry_codes.has(code);
  return new RiverError(status, code, message, is_passing, text(error?.param));
}

/** Reads an answer whole, since a connection is used again only after that. */
export async function read_answer(response: Response): Promise<{ body: any } | Refusal> {
  const body = parse(await response.text());
  if (response.ok) return { body };
  const error = error_of(response.status, body?.error);
  const location = response.headers.get("location");
  if (location && response.status < 400) error.message += ` and points to ${location}: wrong host?`;
  return { error, after_ms: retry_after_ms(response.headers.get("retry-after")) };
}

/** Proxies answer in HTML; that is no reason to fail in another way than the status says. */
function parse(text: string): any {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/** Seconds or a date (RFC 9110, 10.2.3). */
function retry_after_ms(header: string | null): number | undefined {
  if (!header) return undefined;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

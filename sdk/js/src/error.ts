/** What a failed call rejects with, and what `error` events carry. */
export class RiverError extends Error {
  override readonly name = "RiverError";

  constructor(
    /** The protocol's code (4400, 4403, …); 0 if the error arose in this library. */
    readonly code: number,
    /** One word that a program can compare: `forbidden`, `timeout`, `connection_lost`, … */
    readonly reason: string,
    /** One sentence for people: what went wrong and what to do. */
    message: string,
    /** Whether the same call may succeed later. */
    readonly retry = false,
  ) {
    super(message);
  }
}

/** An error that arose on this side of the wire. */
export function local_error(reason: string, message: string, retry = false): RiverError {
  return new RiverError(0, reason, message, retry);
}

/** Any thrown value as text, for messages. */
export function text_of(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

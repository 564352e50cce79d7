/** What a failed call rejects with. */
export class RiverError extends Error {
  override readonly name = "RiverError";

  constructor(
    /** The HTTP status (of a batch: 200); 0 if there was no answer, or the call was not made. */
    readonly status: number,
    /** A word that a program can compare: `invalid_channel`, `unauthenticated`, `timeout`, … */
    readonly code: string,
    /** A sentence for people: what went wrong and what to do. */
    message: string,
    /** Whether the same call may succeed later. */
    readonly retry = false,
    /** The field of the request that is at fault, if it is one. */
    readonly param?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A mistake in how this library is called. */
export function usage_error(param: string, message: string): RiverError {
  return new RiverError(0, "invalid_argument", message, false, param);
}

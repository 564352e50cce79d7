import type { Emitter } from "./emitter.js";
import type { Position } from "./messages.js";

/**
 * initialized ▸ connecting ▸ connected ▸ unavailable (a retry is due) ▸ connecting ▸ …
 * until `disconnected` (you said so) or `failed` (a retry would end the same way).
 */
export type ConnectionState =
  | "initialized"
  | "connecting"
  | "connected"
  | "unavailable"
  | "disconnected"
  | "failed";

export interface StateChange {
  previous: ConnectionState;
  current: ConnectionState;
}

/** Events between `previous` and `position` were missed: load the state they led to. */
export interface Gap {
  channel: string;
  previous: Position;
  position: Position;
}

/**
 * The connection to the server. Its events, for `bind`:
 * - `state_change` with a {@link StateChange}, then the new state's own name with the same
 * - `error` with a `RiverError`: the connection or its token has a problem
 * - `gap` with a {@link Gap}: a channel could not be caught up after a lost connection
 */
export interface Connection extends Emitter {
  readonly state: ConnectionState;
  /**
   * The server's name for this connection while there is one. A backend that publishes with it
   * as `exclude` spares this client its own echo.
   */
  readonly id: string | undefined;
}

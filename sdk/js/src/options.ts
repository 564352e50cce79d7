import { check, given } from "./checks.js";
import { system_clock, type Clock } from "./clock.js";
import { local_error } from "./error.js";
import { http_url } from "./host.js";
import { browser_page, type Page } from "./page.js";
import { token_of, type Jwt } from "./token_source.js";
import type { OpenTransport, TransportKind } from "./transport.js";
import type { WebSocketConstructor } from "./websocket_transport.js";

export interface RiverOptions {
  /** Where River listens: `https://river.example.com`, or `localhost:8080`. */
  host: string;
  /**
   * The user's token from your backend, or a (better: async) function that fetches a fresh one.
   * Only a function can outlive the token. It is asked again if it throws, unless what it throws
   * has `retry: false`.
   */
  jwt: Jwt;
  /** Connect at once; the default. Otherwise `connect()` does. */
  auto_connect?: boolean;
  /** The ways to the server that may be used; all by default. "sse" needs a channel first. */
  transports?: TransportKind[];
  /** For a JavaScript without a WebSocket of its own. */
  WebSocket?: WebSocketConstructor;
  /** For a JavaScript without a fetch of its own. */
  fetch?: typeof fetch;
  /** How long an attempt to connect may take, token and all. */
  connect_timeout_ms?: number;
  /** How long `publish`, `history` and `presence` wait for their answer. */
  call_timeout_ms?: number;
  /** @internal For tests. */
  random?: () => number;
  /** @internal For tests. */
  clock?: Clock;
  /** @internal For tests. */
  page?: Page;
  /** @internal For tests. */
  open_transport?: OpenTransport;
}

const transport_kinds: readonly TransportKind[] = ["websocket", "sse"];

/** @internal The options with their defaults. */
export type Settings = Required<Omit<RiverOptions, "WebSocket" | "fetch" | "open_transport">> &
  Pick<RiverOptions, "WebSocket" | "fetch" | "open_transport">;

/** @internal Says what is wrong now, while the stack still shows where. */
export function settings_of(options: RiverOptions): Settings {
  if (typeof options?.host !== "string" || !options.host) {
    throw local_error("invalid_host", 'new River() needs { host: "https://…" }');
  }
  http_url(options.host);
  const { jwt } = options;
  if (typeof jwt !== "function" && !token_of(jwt)) {
    throw local_error("no_token", "new River() needs { jwt }: a token, or a function to fetch one");
  }
  const settings = {
    auto_connect: true,
    transports: [...transport_kinds],
    connect_timeout_ms: 20_000,
    call_timeout_ms: 10_000,
    random: Math.random,
    clock: system_clock,
    page: browser_page,
    ...given(options),
    host: options.host,
    jwt,
  };
  const kinds = settings.transports;
  const is_list = Array.isArray(kinds) && kinds.length > 0;
  const is_right = is_list && kinds.every((kind) => transport_kinds.includes(kind));
  check(is_right, 'transports is a list of "websocket" and "sse"');
  return settings;
}

import { local_error } from "./error.js";
import type { Opening } from "./transport.js";

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?(\/|$)/i;

/** A host without a scheme is taken to be encrypted, unless it is this machine. */
export function http_url(host: string): string {
  const given = host.trim().replace(/^ws(s?):\/\//i, "http$1://");
  const scheme = loopback.test(given) ? "http://" : "https://";
  const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : scheme + given;
  let url: URL | undefined;
  try {
    url = new URL(absolute);
  } catch {
    // Said below.
  }
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) {
    throw local_error(
      "invalid_host",
      `"${host}" is no host: give an address such as "https://river.example.com"`,
    );
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}

export function websocket_url(host: string): string {
  return http_url(host).replace(/^http/, "ws") + "/v1/ws";
}

/**
 * A stream says its position as "epoch:offset,-,epoch:offset", in the order of its channels. It
 * goes into the query, since the header Last-Event-ID would cost a CORS request each time.
 */
export function events_url(host: string, { token, wanted }: Opening): string {
  const query = new URLSearchParams(wanted.map(({ channel }) => ["channel", channel]));
  const positions = wanted.map(({ since }) => (since ? `${since.epoch}:${since.offset}` : "-"));
  if (wanted.some(({ since }) => since)) query.append("last_event_id", positions.join());
  query.append("token", token);
  return `${http_url(host)}/v1/events?${query}`;
}

import { local_error } from "./error.js";

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

export function events_url(host: string, channels: string[], token: string): string {
  const query = new URLSearchParams(channels.map((channel) => ["channel", channel]));
  query.append("token", token);
  return `${http_url(host)}/v1/events?${query}`;
}

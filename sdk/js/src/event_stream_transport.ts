import { text_of } from "./error.js";
import { EventStreamParser } from "./event_stream_parser.js";
import { parse_message } from "./messages.js";
import {
  CuttableListener,
  type Closing,
  type Transport,
  type TransportListener,
} from "./transport.js";

/** Answers of HTTP as the close codes that a WebSocket would have got. */
const codes: Record<number, number> = { 429: 4429, 503: 4503 };
/** Those that only River can give: a proxy's say nothing of the token or the page. */
const own_codes: Record<number, number> = { 400: 4400, 401: 4401, 403: 4403, 414: 4400 };

/**
 * Server-Sent Events, for where a proxy blocks WebSockets; it can only receive. Read by `fetch`
 * and not by EventSource, which hides why a connection failed and reconnects as it likes.
 */
export class EventStreamTransport implements Transport {
  readonly kind = "sse";
  private readonly listener_: CuttableListener;
  private readonly abort_ = new AbortController();
  private last_words_: Closing | undefined;

  constructor(
    url: string,
    private readonly fetch_: typeof fetch,
    listener: TransportListener,
  ) {
    this.listener_ = new CuttableListener(listener);
    this.run_(url).then(
      (closing) => this.listener_.closed(closing),
      (error) => this.listener_.closed({ code: 1006, reason: text_of(error) }),
    );
  }

  /** Nothing can be sent on this way. */
  send(): void {}

  close(): void {
    this.listener_.cut();
    this.abort_.abort();
  }

  private async run_(url: string): Promise<Closing> {
    // No header that would make the browser ask for leave first (CORS).
    const response = await this.fetch_.call(globalThis, url, {
      headers: { accept: "text/event-stream" },
      cache: "no-store",
      signal: this.abort_.signal,
    });
    if (!response.ok || !response.body) return refusal(response);
    this.listener_.opened();
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    const parser = new EventStreamParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return this.last_words_ ?? { code: 1006, reason: "the event stream ended" };
      for (const data of parser.feed(decoder.decode(value, { stream: true }))) this.take_(data);
    }
  }

  private take_(data: string): void {
    const message = parse_message(data);
    if (message?.type === "close") {
      // A stream has no close frame, so this comes before its end.
      this.last_words_ = { code: message.code, reason: message.reason };
    } else if (message) {
      this.listener_.received(message);
    }
  }
}

async function refusal(response: Response): Promise<Closing> {
  const { status } = response;
  const body = await response.json().catch(() => undefined);
  const own_code = typeof body?.error?.code === "string" ? own_codes[status] : undefined;
  const closing: Closing = {
    code: codes[status] ?? own_code ?? 1006,
    reason: body?.error?.message ?? `HTTP ${status}`,
  };
  const retry_after_s = Number(response.headers.get("retry-after") || NaN);
  if (retry_after_s >= 0) closing.after_ms = retry_after_s * 1000;
  return closing;
}

import { text_of } from "./error.js";
import { EventStreamParser, type StreamEvent } from "./event_stream_parser.js";
import { parse_message } from "./messages.js";
import {
  CuttableListener,
  type Closing,
  type Transport,
  type TransportListener,
} from "./transport.js";

/** What one stream leaves to the next, so that the server can send what was missed. */
export interface Resume {
  last_event_id: string | undefined;
}

/** Answers of HTTP as the close codes that a WebSocket would have got. */
const codes: Record<number, number> = {
  400: 4400,
  401: 4401,
  403: 4403,
  414: 4400,
  429: 4429,
  503: 4503,
};

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
    private readonly resume_: Resume,
    listener: TransportListener,
  ) {
    this.listener_ = new CuttableListener(listener);
    this.run_(url).then(
      (closing) => this.listener_.closed(closing),
      (error) => this.listener_.closed({ code: 1006, reason: text_of(error) }),
    );
  }

  /** Nothing is sent on this way; the connection asks for nothing but answers to pings. */
  send(): void {}

  close(): void {
    this.listener_.cut();
    this.abort_.abort();
  }

  private async run_(url: string): Promise<Closing> {
    const last_event_id = this.resume_.last_event_id;
    const response = await this.fetch_.call(globalThis, url, {
      headers: {
        accept: "text/event-stream",
        ...(last_event_id === undefined ? {} : { "last-event-id": last_event_id }),
      },
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
      for (const event of parser.feed(decoder.decode(value, { stream: true }))) this.take_(event);
    }
  }

  private take_(event: StreamEvent): void {
    if (this.listener_.is_cut) return;
    const message = parse_message(event.data);
    if (message?.type === "error" && message.id === undefined && !message.channel) {
      // A stream has no close code: an error about the whole of it stands for one.
      this.last_words_ = { code: message.code, reason: message.message };
    } else if (message) {
      this.listener_.received(message);
    }
    // Only now: an event that was not taken must be sent again.
    if (event.id !== undefined) this.resume_.last_event_id = event.id;
  }
}

async function refusal(response: Response): Promise<Closing> {
  const body = await response.json().catch(() => undefined);
  const closing: Closing = {
    code: codes[response.status] ?? 1006,
    reason: body?.error?.message ?? `HTTP ${response.status}`,
  };
  const retry_after_s = Number(response.headers.get("retry-after") || NaN);
  if (retry_after_s >= 0) closing.after_ms = retry_after_s * 1000;
  return closing;
}

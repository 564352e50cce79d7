import { onTestFinished } from "vitest";
import { eventually } from "./deadline.ts";
import type { Message } from "./raw_client.ts";

/** What `/v1/events` sends, read as a browser's EventSource would. Ends with its test. */
export class EventStream {
  readonly messages: Message[] = [];
  last_event_id = "";
  retry_ms = 0;
  has_ended = false;
  private readonly abort_ = new AbortController();

  private constructor() {
    onTestFinished(() => this.close());
  }

  /** Throws the answer if it is no stream. */
  static async open(url: string, headers: Record<string, string> = {}): Promise<EventStream> {
    const stream = new EventStream();
    const response = await fetch(url, { headers, signal: stream.abort_.signal });
    if (response.headers.get("content-type") !== "text/event-stream") throw response;
    stream.read_(response.body!).catch(() => {}).finally(() => (stream.has_ended = true));
    return stream;
  }

  close(): void {
    this.abort_.abort();
  }

  /** All events of channels so far, once there are `count`. */
  async events(count: number): Promise<Message[]> {
    const events = () => this.messages.filter((message) => message.type === "event");
    await eventually(() => events().length >= count, `${count} events`);
    return events();
  }

  /** The first message of a type. */
  message(type: string): Promise<Message> {
    const find = () => this.messages.find((message) => message.type === type);
    return eventually(find, `the message ${type}`);
  }

  private async read_(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = "";
    let id: string | undefined;
    for await (const bytes of body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(bytes, { stream: true });
      const lines = text.split("\n");
      text = lines.pop()!;
      for (const line of lines) {
        if (line.startsWith("data: ")) this.messages.push(JSON.parse(line.slice(6)));
        if (line.startsWith("retry: ")) this.retry_ms = Number(line.slice(7));
        if (line.startsWith("id: ")) id = line.slice(4);
        // An id counts with the empty line that ends its block, whether or not it has data.
        if (line === "" && id !== undefined) this.last_event_id = id;
      }
    }
  }
}

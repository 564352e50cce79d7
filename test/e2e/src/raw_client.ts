import { isDeepStrictEqual } from "node:util";
import { WebSocket, type ClientOptions } from "ws";
import { onTestFinished } from "vitest";
import { deadline_ms, within } from "./deadline.ts";
import type { RiverProcess } from "./river_process.ts";
import type { Claims } from "./tokens.ts";

/** A message of the server; what is in it is for the test to say. */
export type Message = Record<string, any>;
type Wanted = Message | ((message: Message) => boolean);

export interface Closed {
  code: number;
  reason: string;
}

export interface ConnectOptions extends ClientOptions {
  /** What follows `/v1/ws`, such as `?token=…`. */
  query?: string;
  /** Instead of River's own, that of a proxy perhaps. */
  url?: string;
}

/**
 * River's protocol word for word: what is sent and what comes is in the test's hands.
 * Ends with its test.
 */
export class RawClient {
  /** Every message since the start, as text. */
  readonly texts: string[] = [];
  /** Those that no expect() has taken yet, oldest first. */
  readonly pending: Message[] = [];
  /** Code and reason, when the connection ends; never, if it does not. */
  readonly closed: Promise<Closed>;
  /** Its name at the server, from `welcome`. */
  connection = "";

  private last_id_ = 0;
  private is_closed_: Closed | undefined;
  private wake_: () => void = () => {};

  private constructor(readonly socket: WebSocket) {
    socket.on("message", (bytes) => {
      const text = String(bytes);
      this.texts.push(text);
      this.pending.push(JSON.parse(text));
      this.wake_();
    });
    socket.on("error", () => {}); // "close" follows
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => {
        this.is_closed_ = { code, reason: String(reason) };
        resolve(this.is_closed_);
        this.wake_();
      });
    });
    onTestFinished(() => socket.terminate());
  }

  /** Connects, and takes the welcome. */
  static async connect(river: RiverProcess, options: ConnectOptions = {}): Promise<RawClient> {
    const { query = "", url = river.websocket_url, ...socket_options } = options;
    const client = new RawClient(new WebSocket(url + query, socket_options));
    const welcome = await client.expect({ type: "welcome" });
    client.connection = welcome.connection;
    return client;
  }

  /** Connects as the user of these claims. */
  static async log_in(
    river: RiverProcess,
    claims: Claims = {},
    options: ConnectOptions = {},
  ): Promise<RawClient> {
    const client = await RawClient.connect(river, options);
    await client.ask({ type: "auth", token: river.token(claims) }, { type: "authenticated" });
    return client;
  }

  send(message: object): void {
    this.send_text(JSON.stringify(message));
  }

  send_text(text: string): void {
    this.socket.send(text);
  }

  next_id(): number {
    return ++this.last_id_;
  }

  /** Sends with a new id, and gives the answer with that id, which must match. */
  async ask(message: object, wanted: Message = {}): Promise<Message> {
    const id = this.next_id();
    this.send({ id, ...message });
    const answer = await this.expect((one) => one.id === id);
    if (!matches(answer, wanted)) {
      throw new Error(`expected ${show(wanted)}, the answer was ${show(answer)}`);
    }
    return answer;
  }

  /** Subscribes and gives `subscribed`. */
  subscribe(channel: string, options: object = {}): Promise<Message> {
    return this.ask({ type: "subscribe", channel, ...options }, { type: "subscribed", channel });
  }

  /** The very next message, which no test has taken yet. */
  next(): Promise<Message> {
    return this.expect(() => true);
  }

  /**
   * The first message that matches, by predicate or by the fields named. It is taken; the others
   * stay, in order.
   */
  async expect(wanted: Wanted, ms = deadline_ms): Promise<Message> {
    const is_wanted = typeof wanted === "function" ? wanted : (m: Message) => matches(m, wanted);
    const give_up_at_ms = Date.now() + ms;
    for (let seen = 0; ; ) {
      for (; seen < this.pending.length; seen += 1) {
        if (is_wanted(this.pending[seen]!)) return this.pending.splice(seen, 1)[0]!;
      }
      const came = () => `${show(wanted)}; untaken: ${show(this.pending.slice(-5))}`;
      if (this.is_closed_) throw new Error(`closed (${show(this.is_closed_)}) before ${came()}`);
      const left_ms = give_up_at_ms - Date.now();
      if (left_ms <= 0) throw new Error(`waited ${ms} ms in vain for ${came()}`);
      await this.woken_(left_ms);
    }
  }

  /** The next `count` events, which must come before anything else about the channel. */
  async events(count: number, channel?: string): Promise<Message[]> {
    const about = (m: Message) =>
      m.type !== "ping" && (channel === undefined || m.channel === channel);
    const events: Message[] = [];
    while (events.length < count) {
      const message = await this.expect(about);
      if (message.type !== "event") throw new Error(`no event, but ${show(message)}`);
      events.push(message);
    }
    return events;
  }

  /**
   * Everything that was on the way when called has come: the answer to a ping is behind it.
   * With several workers only what has reached this client's own one is on the way.
   */
  async settle(): Promise<void> {
    this.send({ type: "ping" });
    await this.expect({ type: "pong" });
  }

  /** Code and reason, once the connection has ended. */
  end(ms = deadline_ms): Promise<Closed> {
    return within(this.closed, "the connection's end", ms);
  }

  async close_code(ms = deadline_ms): Promise<number> {
    return (await this.end(ms)).code;
  }

  /** Ends the connection in good order. */
  async close(): Promise<void> {
    this.socket.close(1000);
    await this.end();
  }

  /** Ends the connection as a lost network would. */
  cut(): void {
    this.socket.terminate();
  }

  private woken_(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake_ = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Has `message` all that `wanted` names, with equal values? */
export function matches(message: Message, wanted: Message): boolean {
  return Object.entries(wanted).every(([name, value]) => isDeepStrictEqual(message[name], value));
}

function show(value: unknown): string {
  return typeof value === "function" ? String(value) : JSON.stringify(value);
}

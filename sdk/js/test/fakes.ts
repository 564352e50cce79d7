import { River } from "../src/index.js";
import type { Clock } from "../src/clock.js";
import type { ClientMessage, ServerMessage } from "../src/messages.js";
import type { RiverOptions } from "../src/options.js";
import type { PageListener } from "../src/page.js";
import type { Opening, Transport, TransportKind, TransportListener } from "../src/transport.js";

/** Lets everything happen that waits for promises only. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

export class FakeClock implements Clock {
  private now_ms_ = 0;
  private readonly timers_ = new Set<{ at_ms: number; action: () => void }>();

  now_ms = () => this.now_ms_;

  after(delay_ms: number, action: () => void): () => void {
    const timer = { at_ms: this.now_ms_ + delay_ms, action };
    this.timers_.add(timer);
    return () => this.timers_.delete(timer);
  }

  /** Passes time, timer by timer. */
  async advance(ms: number): Promise<void> {
    const until_ms = this.now_ms_ + ms;
    for (;;) {
      await settle();
      const [next] = [...this.timers_].sort((one, other) => one.at_ms - other.at_ms);
      if (!next || next.at_ms > until_ms) break;
      this.timers_.delete(next);
      this.now_ms_ = Math.max(this.now_ms_, next.at_ms);
      next.action();
    }
    this.now_ms_ = until_ms;
  }

  /** The machine sleeps: time passes, and timers that were due run only later. */
  sleep(ms: number): void {
    this.now_ms_ += ms;
  }

  /** Somebody sets the machine's clock back, by which its timers do not go. */
  set_back(ms: number): void {
    this.now_ms_ -= ms;
    for (const timer of this.timers_) timer.at_ms -= ms;
  }

  get timer_count(): number {
    return this.timers_.size;
  }
}

/** A transport whose other end is the test. */
export class FakeTransport implements Transport {
  readonly sent: ClientMessage[] = [];
  is_closed = false;

  constructor(
    readonly kind: TransportKind,
    readonly opening: Opening,
    private readonly listener_: TransportListener,
  ) {}

  send(message: ClientMessage): void {
    this.sent.push(message);
  }

  close(): void {
    this.is_closed = true;
  }

  opens(): void {
    this.listener_.opened();
  }

  says(message: ServerMessage): void {
    if (!this.is_closed) this.listener_.received(message);
  }

  /** Opens, and accepts the token. */
  accepts({ connection = "c-1", expires_in = 3600 } = {}): void {
    this.opens();
    this.says({ type: "welcome", connection, auth_timeout: 15 });
    this.says({
      type: "authenticated",
      ...this.asked("auth", { id: undefined }),
      user: "u1",
      expires_in,
      ping_interval: 25,
    });
  }

  ends(code = 1006, after_ms?: number): void {
    this.is_closed = true;
    this.listener_.closed({ code, reason: "", ...(after_ms === undefined ? {} : { after_ms }) });
  }

  /** The messages of a type that the client has sent. */
  all<Type extends ClientMessage["type"]>(type: Type) {
    type Wanted = Extract<ClientMessage, { type: Type }>;
    return this.sent.filter((message): message is Wanted => message.type === type);
  }

  /** The id of the last message of a type, for the answer. */
  asked(type: "auth" | "subscribe" | "publish" | "history" | "presence", otherwise?: object): any {
    const last = this.all(type).at(-1);
    if (!last && !otherwise) throw new Error(`the client sent no ${type}`);
    return last ? { id: last.id } : otherwise;
  }

  subscribes(channel: string, answer: object = {}): void {
    const asked = this.all("subscribe").filter((message) => message.channel === channel);
    const id = asked.at(-1)?.id;
    if (id === undefined && this.kind === "websocket") throw new Error(`nobody asked: ${channel}`);
    const position = { epoch: "x7", offset: 0 };
    const message = { type: "subscribed", channel, ...(id && { id }), ...position, ...answer };
    this.says(message as ServerMessage);
  }

  publishes(channel: string, offset: number, event = "bark", data: unknown = offset): void {
    this.says({ type: "event", channel, event, data, offset });
  }
}

export class FakePage {
  is_away = false;
  listener: PageListener | undefined;

  is_offline = () => this.is_away;

  watch(listener: PageListener): () => void {
    this.listener = listener;
    return () => (this.listener = undefined);
  }
}

/** A client in a world that the test moves. */
export class Scene {
  readonly clock = new FakeClock();
  readonly page = new FakePage();
  readonly transports: FakeTransport[] = [];
  readonly states: string[] = [];
  readonly errors: any[] = [];
  readonly gaps: any[] = [];
  readonly river: River;
  random = 0.5;

  constructor(options: Partial<RiverOptions> = {}) {
    this.river = new River({
      host: "localhost:8080",
      jwt: "token",
      clock: this.clock,
      page: this.page,
      random: () => this.random,
      open_transport: (kind, opening, listener) => {
        const transport = new FakeTransport(kind, opening, listener);
        this.transports.push(transport);
        return transport;
      },
      ...options,
    });
    this.river.connection.bind("state_change", ({ current }) => this.states.push(current));
    this.river.connection.bind("error", (error) => this.errors.push(error));
    this.river.connection.bind("gap", (gap) => this.gaps.push(gap));
  }

  /** The newest transport. */
  get server(): FakeTransport {
    const last = this.transports.at(-1);
    if (!last) throw new Error("the client opened no transport");
    return last;
  }

  get state(): string {
    return this.river.connection.state;
  }

  async connects(): Promise<void> {
    await settle();
    this.server.accepts();
    await settle();
  }
}

/** The data of a channel's events, as they arrive. */
export function heard(channel: { bind_all(callback: any): unknown }): unknown[] {
  const list: unknown[] = [];
  channel.bind_all((event: string, data: unknown) => {
    if (!event.startsWith("river:")) list.push(data);
  });
  return list;
}

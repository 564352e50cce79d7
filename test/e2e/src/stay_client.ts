import { once } from "node:events";
import { WebSocket } from "ws";
import { eventually } from "./deadline.ts";
import type { Message } from "./raw_client.ts";

interface Position {
  epoch: string;
  offset: number;
}

/** One uninterrupted part of a channel's stream, as one client saw it. */
export interface Stay {
  channel: string;
  /** The offset before the first event. */
  after: number;
  data: unknown[];
}

interface Subscription {
  id: number;
  since: Position | undefined;
  rewind: number;
  stay: Stay | undefined;
}

/**
 * Comes and goes, and notes every fault of what it is told: an event that is missing, comes twice,
 * out of order or uncalled for, and a resume that lost something.
 */
export class StayClient {
  readonly faults: string[] = [];
  readonly stays: Stay[] = [];
  readonly subscriptions = new Map<string, Subscription>();
  /** Where it was in each channel when it left, which the next stay resumes from. */
  private readonly positions_ = new Map<string, Position>();
  private socket_: WebSocket | undefined;
  private is_in_ = false;
  private last_id_ = 0;

  constructor(
    private readonly url_: string,
    private readonly token_: string,
  ) {}

  get channels(): string[] {
    return [...this.subscriptions.keys()];
  }

  /** Connects, and takes up all subscriptions where they were. */
  async connect(): Promise<void> {
    const socket = new WebSocket(`${this.url_}?token=${this.token_}`);
    this.socket_ = socket;
    socket.on("message", (text) => {
      // What a cut has left behind is never seen.
      if (socket === this.socket_) this.received_(JSON.parse(String(text)));
    });
    socket.on("error", () => {});
    socket.on("close", (code) => {
      if (socket === this.socket_) this.faults.push(`closed with ${code}`);
    });
    await once(socket, "open");
    for (const channel of this.channels) this.ask_(channel, 0);
    await eventually(() => this.is_in_ || this.faults.length > 0, "being let in");
  }

  cut(): void {
    const socket = this.socket_;
    this.socket_ = undefined;
    this.is_in_ = false;
    socket?.terminate();
    for (const subscription of this.subscriptions.values()) subscription.stay = undefined;
  }

  subscribe(channel: string, rewind: number): void {
    if (!this.subscriptions.has(channel)) this.ask_(channel, rewind);
  }

  unsubscribe(channel: string): void {
    this.subscriptions.delete(channel);
    this.send_({ type: "unsubscribe", id: ++this.last_id_, channel });
  }

  /** Has it seen everything up to these offsets, of the channels that it stays in? */
  has_seen(offsets: Map<string, number>): boolean {
    return [...this.subscriptions].every(
      ([channel, { stay }]) =>
        stay !== undefined && stay.after + stay.data.length >= (offsets.get(channel) ?? 0),
    );
  }

  private ask_(channel: string, rewind: number): void {
    const since = this.positions_.get(channel);
    const id = ++this.last_id_;
    this.subscriptions.set(channel, { id, since, rewind, stay: undefined });
    const from = since ? { since } : rewind > 0 ? { rewind } : {};
    this.send_({ type: "subscribe", id, channel, ...from });
  }

  private send_(message: object): void {
    this.socket_?.send(JSON.stringify(message));
  }

  private received_(message: Message): void {
    switch (message.type) {
      case "authenticated":
        this.is_in_ = true;
        break;
      case "subscribed":
        this.subscribed_(message);
        break;
      case "event":
        this.event_(message);
        break;
      case "error":
        this.faults.push(JSON.stringify(message));
        break;
    }
  }

  private subscribed_({ id, channel, epoch, offset, recovered }: Message): void {
    const subscription = this.subscriptions.get(channel);
    // An answer to a subscription that was ended meanwhile.
    if (subscription === undefined || subscription.id !== id) return;
    const { since, rewind } = subscription;
    if (since && recovered !== true) this.faults.push(`${channel}: lost after ${since.offset}`);
    if (since && since.epoch !== epoch) this.faults.push(`${channel}: another epoch`);
    const after = since ? since.offset : Math.max(0, offset - rewind);
    subscription.stay = { channel, after, data: [] };
    this.stays.push(subscription.stay);
    this.positions_.set(channel, { epoch, offset: after });
  }

  private event_({ channel, offset, data }: Message): void {
    const stay = this.subscriptions.get(channel)?.stay;
    // Events may be on the way while it leaves or subscribes anew.
    if (stay === undefined) return;
    const expected = stay.after + stay.data.length + 1;
    if (offset !== expected) this.faults.push(`${channel}: ${offset} instead of ${expected}`);
    stay.data.push(data);
    this.positions_.get(channel)!.offset = offset;
  }
}

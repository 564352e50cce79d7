import { backoff_ms } from "./backoff.js";
import { Channel } from "./channel.js";
import { Timer, type Clock } from "./clock.js";
import type { Gap } from "./connection.js";
import { RiverError, local_error } from "./error.js";
import type { MemberChanges } from "./members.js";
import type {
  Answer,
  Call,
  ChannelMessage,
  ClientMessage,
  ErrorMessage,
  EventMessage,
  Position,
  SubscribedMessage,
  UnsubscribedMessage,
} from "./messages.js";
import { StreamPosition } from "./stream_position.js";

export interface SubscribeOptions {
  /** Resume here: everything after this position is delivered, or `river:gap` says otherwise. */
  since?: Position;
  /** Begin with the last events of the channel, this many; ignored with `since`. */
  rewind?: number;
}

export interface SubscriptionPorts {
  clock: Clock;
  random: () => number;
  next_id(): number;
  /** False if nothing can be sent now; the connection says when it can. */
  send(message: ClientMessage): boolean;
  call(call: Call): Promise<Answer>;
  /** A connection that cannot send must be told in another way what is wanted. */
  wants_changed(): void;
  missed(gap: Gap): void;
}

/** idle ▸ asked ▸ live; refused until somebody subscribes again. */
type SubscriptionState = "idle" | "asked" | "live" | "refused";

/** One channel's stream of messages, brought into order for its {@link Channel}. */
export class Subscription {
  readonly channel: Channel;
  /** What the answer to the present request will repeat. */
  request_id = 0;
  private state_: SubscriptionState = "idle";
  private refusals_ = 0;
  private was_live_ = false;
  private readonly position_: StreamPosition;
  private readonly retry_: Timer;

  constructor(
    readonly name: string,
    private readonly options_: SubscribeOptions,
    private readonly ports_: SubscriptionPorts,
  ) {
    this.channel = new Channel(name, this);
    this.position_ = new StreamPosition(options_.since);
    this.retry_ = new Timer(ports_.clock);
  }

  get is_live(): boolean {
    return this.state_ === "live";
  }

  get is_refused(): boolean {
    return this.state_ === "refused";
  }

  get position(): Position | undefined {
    return this.position_.current;
  }

  call(call: Call): Promise<Answer> {
    return this.ports_.call(call);
  }

  /** The connection takes messages, or has said its channels as it opened. */
  ask(): void {
    this.retry_.clear();
    const since = this.position_.current;
    const { rewind } = this.options_;
    this.request_id = this.ports_.next_id();
    this.state_ = "asked";
    this.ports_.send({
      type: "subscribe",
      id: this.request_id,
      channel: this.name,
      ...(since ? { since } : rewind === undefined ? {} : { rewind }),
    });
  }

  /** The connection is gone. */
  lost(): void {
    this.retry_.clear();
    if (!this.is_refused) this.state_ = "idle";
  }

  /** Nobody wants it any more. */
  end(): void {
    if (this.state_ === "asked" || this.state_ === "live") {
      this.ports_.send({ type: "unsubscribe", id: this.ports_.next_id(), channel: this.name });
    }
    this.retry_.clear();
    this.state_ = "idle";
  }

  received(message: ChannelMessage): void {
    switch (message.type) {
      case "event":
        return this.event_(message);
      case "subscribed":
        return this.subscribed_(message);
      case "presence":
        if (this.is_live) this.tell_(this.channel.members.change(message));
        return;
      case "unsubscribed":
        return this.unsubscribed_(message);
      case "error":
        return this.refused_(message);
    }
  }

  /** What arrives before the answer belongs to an earlier subscription of the same name. */
  private event_(message: EventMessage): void {
    if (!this.is_live || !this.position_.take(message.offset)) return;
    const { event, data, offset } = message;
    const info = offset === undefined ? {} : { offset };
    this.channel.emit(event, data, { channel: this.name, ...info });
  }

  private subscribed_(message: SubscribedMessage): void {
    // Without an id it answers on a stream of events; when live, the server has begun anew.
    const is_answer = message.id === undefined || message.id === this.request_id;
    if (!is_answer || !(this.state_ === "asked" || this.is_live)) return;
    const previous = this.position_.current;
    const is_gap = this.position_.begin(message);
    this.state_ = "live";
    this.refusals_ = 0;
    const position = { epoch: message.epoch, offset: message.offset };
    const changes = this.channel.members.begin(message);
    this.channel.emit("river:subscribed", { position, recovered: !is_gap });
    if (this.was_live_) this.tell_(changes);
    this.was_live_ = true;
    if (is_gap && previous) this.ports_.missed({ channel: this.name, previous, position });
  }

  private tell_(changes: MemberChanges): void {
    const info = { channel: this.name };
    for (const member of changes.joined) this.channel.emit("river:member_joined", member, info);
    for (const member of changes.left) this.channel.emit("river:member_left", member, info);
  }

  private unsubscribed_(message: UnsubscribedMessage): void {
    if (message.id !== undefined || !this.is_live) return;
    this.state_ = "refused";
    const reason = message.reason ?? "ended";
    const text = `the server ended the subscription to ${this.name}: ${reason}`;
    this.channel.emit("river:error", local_error(reason, text));
  }

  private refused_(message: ErrorMessage): void {
    if (this.state_ !== "asked") return;
    if (message.id !== undefined && message.id !== this.request_id) return;
    this.state_ = message.retry ? "idle" : "refused";
    if (message.retry) {
      this.retry_.set(backoff_ms(++this.refusals_, this.ports_.random), () => {
        this.ask();
        this.ports_.wants_changed();
      });
    }
    const { code, reason, message: text, retry } = message;
    this.channel.emit("river:error", new RiverError(code, reason, text, retry));
  }
}

import type { ErrorMessage, ServerMessage } from "./messages.js";
import { Subscription, type SubscribeOptions, type SubscriptionPorts } from "./subscription.js";
import type { Wanted } from "./transport.js";

/** The channels that the application wants, by name. */
export class Subscriptions {
  private readonly by_name_ = new Map<string, Subscription>();
  private is_open_ = false;

  constructor(private readonly ports_: SubscriptionPorts) {}

  wanted(): Wanted[] {
    return [...this.by_name_.values()]
      .filter((one) => !one.is_refused)
      .map((one) => ({ channel: one.name, since: one.position }));
  }

  get(name: string): Subscription | undefined {
    return this.by_name_.get(name);
  }

  /** The same channel again is the same subscription; one that was refused is tried again. */
  add(name: string, options: SubscribeOptions): Subscription {
    let subscription = this.by_name_.get(name);
    if (subscription && !subscription.is_refused) return subscription;
    subscription ??= new Subscription(name, options, this.ports_);
    this.by_name_.set(name, subscription);
    if (this.is_open_) subscription.ask();
    return subscription;
  }

  remove(name: string): boolean {
    this.by_name_.get(name)?.end();
    return this.by_name_.delete(name);
  }

  opened(): void {
    this.is_open_ = true;
    for (const subscription of this.by_name_.values()) {
      if (!subscription.is_refused) subscription.ask();
    }
  }

  lost(): void {
    this.is_open_ = false;
    for (const subscription of this.by_name_.values()) subscription.lost();
  }

  /** False if the message belongs to no channel. */
  received(message: ServerMessage): boolean {
    switch (message.type) {
      case "event":
      case "subscribed":
      case "presence":
      case "unsubscribed":
        if (!message.channel) return false;
        this.by_name_.get(message.channel)?.received(message);
        return true;
      case "error": {
        const refused = this.refused_by_(message);
        refused?.received(message);
        return refused !== undefined;
      }
      default:
        return false;
    }
  }

  /** An error names its request on a WebSocket, and its channel on a stream of events. */
  private refused_by_({ id, channel }: ErrorMessage): Subscription | undefined {
    if (id === undefined) return channel === undefined ? undefined : this.by_name_.get(channel);
    return [...this.by_name_.values()].find((one) => one.request_id === id);
  }
}

import { randomUUID } from "node:crypto";
import { error_of } from "./answer.js";
import { RiverError, usage_error } from "./error.js";
import { HttpClient, type HttpCall } from "./http_client.js";
import type {
  BatchMessage,
  ChannelDetails,
  ChannelInfo,
  HistoryPage,
  HistoryQuery,
  Member,
  PublishOptions,
  PublishResult,
} from "./messages.js";
import { sign_token, type TokenOptions } from "./token.js";

export interface RiverOptions {
  /** Where River listens: `https://river.example.com`, or `localhost:8080`. */
  host: string;
  /** The API key. It publishes anything to anyone: keep it out of browsers. */
  key: string | undefined;
  /** The secret that tokens are signed with; only `token()` needs it. */
  jwt_secret?: string | undefined;
  /** How long one attempt may take; 10 seconds if not given. */
  timeout_ms?: number;
  /** How often a failed call is made again; 4 times if not given. */
  retries?: number;
  /** The first pause before that is random up to this, and later ones longer; 200 by default. */
  retry_delay_ms?: number;
  /** @internal For tests. */
  random?: () => number;
}

/**
 * River, as a backend uses it.
 *
 * ```ts
 * const river = new River({ host: "https://river.example.com", key: process.env.RIVER_API_KEY });
 * await river.publish("dogs", "new-post", post);
 * ```
 *
 * Whatever fails rejects with a {@link RiverError}. Network errors, overload and restarts are
 * retried first.
 */
export class River {
  private readonly http_: HttpClient;
  private readonly jwt_secret_: string | undefined;

  constructor(options: RiverOptions) {
    const { host, key, timeout_ms = 10_000, retries = 4, retry_delay_ms = 200 } = options;
    const random = options.random ?? Math.random;
    this.http_ = new HttpClient({ host, key, timeout_ms, retries, retry_delay_ms, random });
    this.jwt_secret_ = options.jwt_secret;
  }

  /** Publishes an event. Resolves once it has its place in the channel's order and history. */
  publish(
    channel: string,
    event: string,
    data?: unknown,
    options?: PublishOptions,
  ): Promise<PublishResult>;
  /** Publishes an event to several channels; has for each, in their order, a result or an error. */
  publish(
    channels: string[],
    event: string,
    data?: unknown,
    options?: PublishOptions,
  ): Promise<(PublishResult | RiverError)[]>;
  async publish(
    channel: string | string[],
    event: string,
    data: unknown = null,
    options: PublishOptions = {},
  ): Promise<PublishResult | (PublishResult | RiverError)[]> {
    const is_one = !Array.isArray(channel);
    const to = is_one ? { channel: name_of("channel", channel) } : { channels: channel };
    const { id = randomUUID(), exclude } = options;
    const body = { ...to, event, data, id, exclude };
    const results = (await this.publish_("/v1/publish", body)).map(result_of);
    const [first] = results;
    if (!is_one) return results;
    if (first instanceof RiverError || !first) throw first ?? stranger_error();
    return first;
  }

  /**
   * Publishes many events in one call. Each may fail for itself, so the answer has for each
   * message, in their order, a result or a {@link RiverError}.
   */
  async publish_batch(messages: BatchMessage[]): Promise<(PublishResult | RiverError)[]> {
    const identified = messages.map((message) => ({
      ...message,
      data: message.data ?? null,
      id: message.id ?? randomUUID(),
    }));
    const results = await this.publish_("/v1/publish/batch", { messages: identified });
    return results.map(result_of);
  }

  /** Publishes an event to all connections of a user; it arrives at `river.user` there. */
  async publish_to_user(user: string, event: string, data: unknown = null): Promise<void> {
    // Without an id, River could not tell a second try from a second event.
    const call = post(`${user_path(user)}/publish`, { event, data });
    await this.http_.call({ ...call, is_repeatable: false });
  }

  /** Closes all connections of a user; `revoke` also refuses the tokens they came with. */
  async disconnect_user(user: string, options: { revoke?: boolean } = {}): Promise<void> {
    const { revoke = false } = options;
    const call = post(`${user_path(user)}/disconnect`, { revoke });
    await this.http_.call({ ...call, is_repeatable: true });
  }

  /** The channels that are in use, page by page as you go through them. */
  channels(query: { prefix?: string } = {}): AsyncIterableIterator<ChannelInfo> {
    return this.pages_("/v1/channels", "channels", { prefix: query.prefix });
  }

  /** One channel. */
  async channel(name: string): Promise<ChannelDetails> {
    return this.get_(channel_path(name));
  }

  /** A channel's past, newest first. */
  async history(channel: string, query: HistoryQuery = {}): Promise<HistoryPage> {
    return this.get_(`${channel_path(channel)}/history`, { ...query });
  }

  /** Who is in a presence channel, page by page as you go through them. */
  async *members(channel: string): AsyncIterableIterator<Member> {
    yield* this.pages_(`${channel_path(channel)}/members`, "members");
  }

  /** A token for a client. Makes no call. */
  token(options: TokenOptions = {}): string {
    return sign_token(this.jwt_secret_, options, Math.floor(Date.now() / 1000));
  }

  /** The same as `publish_batch`. */
  publishBatch(messages: BatchMessage[]): Promise<(PublishResult | RiverError)[]> {
    return this.publish_batch(messages);
  }

  /** The same as `publish_to_user`. */
  publishToUser(user: string, event: string, data?: unknown): Promise<void> {
    return this.publish_to_user(user, event, data);
  }

  /** The same as `disconnect_user`. */
  disconnectUser(user: string, options?: { revoke?: boolean }): Promise<void> {
    return this.disconnect_user(user, options);
  }

  private get_(path: string, query: Query = {}): Promise<any> {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) parameters.append(name, String(value));
    }
    const full_path = parameters.size ? `${path}?${parameters}` : path;
    return this.ask_({ method: "GET", path: full_path, is_repeatable: true });
  }

  private async publish_(path: string, body: object): Promise<any[]> {
    const { results } = await this.ask_({ ...post(path, body), is_repeatable: true });
    if (!Array.isArray(results)) throw stranger_error();
    return results;
  }

  /** For calls whose answer has a body. */
  private async ask_(call: HttpCall): Promise<any> {
    const body = await this.http_.call(call);
    if (typeof body === "object" && body !== null) return body;
    throw stranger_error();
  }

  private async *pages_(path: string, list: string, query: Query = {}): AsyncGenerator<any, void> {
    let after: string | undefined;
    do {
      const page = await this.get_(path, { ...query, after });
      if (!Array.isArray(page[list])) throw stranger_error();
      yield* page[list];
      after = page.next;
    } while (after);
  }
}

type Query = Record<string, string | number | undefined>;

function post(path: string, body: object) {
  return { method: "POST" as const, path, body };
}

function channel_path(channel: string): string {
  return `/v1/channels/${encodeURIComponent(name_of("channel", channel))}`;
}

function user_path(user: string): string {
  return `/v1/users/${encodeURIComponent(name_of("user", user))}`;
}

/** In a path, `undefined` would be a name like any other. */
function name_of(param: string, name: string): string {
  if (typeof name === "string" && name) return name;
  throw usage_error(param, `${param} is a text, and not an empty one`);
}

function stranger_error(): RiverError {
  return new RiverError(200, "invalid_answer", "this is no answer of River: check the host");
}

function result_of(result: any): PublishResult | RiverError {
  if (result.error) return error_of(200, result.error);
  return result.results?.[0] ?? result;
}

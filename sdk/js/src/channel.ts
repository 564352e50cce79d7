import { check, check_number, given, is_text, json_copy } from "./checks.js";
import { Emitter } from "./emitter.js";
import { Members } from "./members.js";
import type {
  Answer,
  Call,
  HistoryPage,
  HistoryQuery,
  MemberPage,
  MemberQuery,
  Position,
} from "./messages.js";

/** @internal What a channel asks of the client that it belongs to. */
export interface ChannelSource {
  readonly is_live: boolean;
  readonly position: Position | undefined;
  call(call: Call): Promise<Answer>;
}

/** Data of the event `river:subscribed`. */
export interface Subscribed {
  position: Position;
  /** After a lost connection: whether everything that was missed follows. */
  recovered: boolean;
}

/**
 * A channel that this client is subscribed to. Beside the channel's own events, `bind` knows
 * - `river:subscribed` with a {@link Subscribed}, at the start and after each lost connection
 * - `river:gap` with a `Gap`: events were missed, so load the state anew
 * - `river:error` with a `RiverError`: refused, or ended by the server
 * - `river:member_joined`, `river:member_left` with a `Member`, in presence channels
 */
export class Channel extends Emitter {
  /** Who is here, kept up to date; for presence channels. */
  readonly members = new Members();

  /** @internal */
  constructor(
    readonly name: string,
    private readonly source_: ChannelSource,
  ) {
    super();
  }

  /** Whether events arrive now. */
  get is_subscribed(): boolean {
    return this.source_.is_live;
  }

  /** How far events have been delivered. Kept by you, it is a later `since`. */
  get position(): Position | undefined {
    return this.source_.position;
  }

  /**
   * Publishes to the channel; the token must grant it. Resolves with the event's place. It is
   * published once, however often the connection is lost on the way; by a client without a user
   * (`sub`) it may be published again over a new connection.
   */
  async publish(event: string, data: unknown = null): Promise<Position> {
    check(is_text(event), "an event's name must be a string", "invalid_event");
    const about = { channel: this.name, publication_id: random_id(), data: json_copy(data) };
    const answer = await this.source_.call({ type: "publish", event, ...about });
    const { epoch, offset } = answer as Position;
    return { epoch, offset };
  }

  /** The channel's past, newest first; the token must grant it. */
  async history(query: HistoryQuery = {}): Promise<HistoryPage> {
    const { limit, before } = given(query);
    check_number("limit", limit);
    check_number("before", before);
    const about = { channel: this.name, ...given({ limit, before }) };
    const answer = await this.source_.call({ type: "history", ...about });
    const { epoch, events, more } = answer as HistoryPage;
    return epoch === undefined ? { events, more } : { epoch, events, more };
  }

  /** Asks the server who is here, page by page; {@link members} knows without asking. */
  async presence(query: MemberQuery = {}): Promise<MemberPage> {
    const { limit, after } = given(query);
    check_number("limit", limit);
    check(after === undefined || is_text(after), "after must be a string");
    const about = { channel: this.name, ...given({ limit, after }) };
    const answer = await this.source_.call({ type: "presence", ...about });
    const { members, member_count, next } = answer as MemberPage;
    return next === undefined ? { members, member_count } : { members, member_count, next };
  }
}

/** `crypto.randomUUID` would need a page that came over https. */
function random_id(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** An event's place in its channel. Positions of different epochs cannot be compared. */
export interface PublishResult {
  channel: string;
  epoch: string;
  offset: number;
}

export interface PublishOptions {
  /**
   * Within five minutes the same id is published once, and answered each time. Without one, the
   * library makes one, so that its own retries publish nothing twice.
   */
  id?: string | undefined;
  /** The client's `connection.id`, to spare it its own echo. */
  exclude?: string | undefined;
}

export interface BatchMessage extends PublishOptions {
  channel: string;
  event: string;
  /** Any JSON value. */
  data?: unknown;
}

/** A channel that has a subscriber or history. */
export interface ChannelInfo {
  channel: string;
  subscribers: number;
}

/** What is known of one channel. */
export interface ChannelDetails extends ChannelInfo {
  /** Presence channels only. */
  member_count?: number;
  epoch?: string;
  offset?: number;
}

export interface Member {
  id: string;
  info?: any;
}

export interface HistoryQuery {
  limit?: number;
  /** Only events of a smaller offset. */
  before?: number;
}

export interface HistoryEvent {
  event: string;
  data: any;
  offset: number;
  /** When it was published, in seconds since 1970. */
  time?: number;
}

/** A page of a channel's past, newest first. */
export interface HistoryPage {
  /** Missing for a channel of which nothing is known. */
  epoch?: string;
  events: HistoryEvent[];
  /** Whether there are older events: ask again with `before` set to the last offset. */
  more: boolean;
}

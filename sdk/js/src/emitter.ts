/** What is known about an event beside its data. */
export interface EventInfo {
  channel?: string;
  /** Its place in the channel; the library's own events and user events have none. */
  offset?: number;
}

export type Callback<Data = any> = (data: Data, info: EventInfo) => void;
export type CatchAll = (event: string, data: any, info: EventInfo) => void;

/** Where callbacks are bound to events. All methods but the `emit` of the library return `this`. */
export class Emitter {
  private readonly callbacks_ = new Map<string, Callback[]>();
  private catch_alls_: CatchAll[] = [];

  /** Calls `callback` at each `event`. */
  bind<Data = any>(event: string, callback: Callback<Data>): this {
    this.callbacks_.set(event, [...(this.callbacks_.get(event) ?? []), callback]);
    return this;
  }

  /** Takes back one binding, all of an event, all of a callback, or (without arguments) all. */
  unbind(event?: string | null, callback?: Callback): this {
    const events = event == null ? [...this.callbacks_.keys()] : [event];
    for (const name of events) {
      const kept = callback && this.callbacks_.get(name)?.filter((bound) => bound !== callback);
      if (kept?.length) this.callbacks_.set(name, kept);
      else this.callbacks_.delete(name);
    }
    return this;
  }

  /** Calls `callback` at every event, those of the library (`river:…`) among them. */
  bind_all(callback: CatchAll): this {
    this.catch_alls_ = [...this.catch_alls_, callback];
    return this;
  }

  /** Takes back one catch-all, or all of them. */
  unbind_all(callback?: CatchAll): this {
    this.catch_alls_ = callback ? this.catch_alls_.filter((bound) => bound !== callback) : [];
    return this;
  }

  /** The same as `bind_all`. */
  bindAll(callback: CatchAll): this {
    return this.bind_all(callback);
  }

  /** The same as `unbind_all`. */
  unbindAll(callback?: CatchAll): this {
    return this.unbind_all(callback);
  }

  /** @internal Lists are replaced and never changed, so callbacks may bind and unbind. */
  emit(event: string, data?: unknown, info: EventInfo = {}): void {
    for (const callback of this.callbacks_.get(event) ?? []) {
      guarded(() => callback(data, info));
    }
    for (const callback of this.catch_alls_) guarded(() => callback(event, data, info));
  }
}

/** One callback's mistake must reach its developer, and must not stop the others. */
function guarded(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (typeof reportError === "function") reportError(error);
    else console.error(error);
  }
}

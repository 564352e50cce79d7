export interface StreamEvent {
  /** The last id seen so far, as the standard wants it. */
  id: string | undefined;
  data: string;
}

/** Text in pieces of any size ▸ server-sent events. */
export class EventStreamParser {
  private rest_ = "";
  private data_: string[] = [];
  private id_: string | undefined;

  feed(text: string): StreamEvent[] {
    const events: StreamEvent[] = [];
    // A CR that ends a piece may be the first half of a CRLF.
    const lines = (this.rest_ + text).split(/\r\n|\n|\r(?!$)/);
    this.rest_ = lines.pop() ?? "";
    for (const line of lines) {
      if (line) this.field_(line);
      else if (this.data_.length) events.push({ id: this.id_, data: this.data_.join("\n") });
      if (!line) this.data_ = [];
    }
    return events;
  }

  private field_(line: string): void {
    const [, name, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === "data") this.data_.push(value);
    if (name === "id") this.id_ = value;
  }
}

/**
 * Text in pieces of any size ▸ the data of server-sent events. Their ids are passed over: the
 * client knows better than the stream what it has delivered.
 */
export class EventStreamParser {
  private rest_ = "";
  private data_: string[] = [];

  feed(text: string): string[] {
    const events: string[] = [];
    // A CR that ends a piece may be the first half of a CRLF.
    const lines = (this.rest_ + text).split(/\r\n|\n|\r(?!$)/);
    this.rest_ = lines.pop() ?? "";
    for (const line of lines) {
      if (line) {
        this.field_(line);
      } else if (this.data_.length) {
        events.push(this.data_.join("\n"));
        this.data_ = [];
      }
    }
    return events;
  }

  private field_(line: string): void {
    const [, name, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === "data") this.data_.push(value);
  }
}

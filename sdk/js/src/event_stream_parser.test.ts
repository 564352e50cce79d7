import { describe, expect, it } from "vitest";
import { EventStreamParser } from "./event_stream_parser.js";

describe("an event stream", () => {
  it.each(["\n", "\r\n", "\r"])("is read with lines that end in %j, wherever it is cut", (end) => {
    const lines = ["id: 7", 'data: {"a":"\u2028"}', "", ": a comment", "data:x", "data: y", "", ""];
    const text = lines.join(end) + (end === "\r" ? "\n" : "");
    const expected = [
      { id: "7", data: '{"a":"\u2028"}' },
      { id: "7", data: "x\ny" },
    ];
    for (let cut = 0; cut <= text.length; cut += 1) {
      const parser = new EventStreamParser();
      const events = [...parser.feed(text.slice(0, cut)), ...parser.feed(text.slice(cut))];
      expect(events).toEqual(expected);
    }
  });

  it("gives no event that is not whole", () => {
    expect(new EventStreamParser().feed("data: x\n")).toEqual([]);
  });

  it("gives no event without data, and keeps its id", () => {
    const parser = new EventStreamParser();
    expect(parser.feed("id: 1\n\ndata: x\n\n")).toEqual([{ id: "1", data: "x" }]);
  });

  it("knows no id before the first", () => {
    expect(new EventStreamParser().feed("data: x\n\n")).toEqual([{ id: undefined, data: "x" }]);
  });
});

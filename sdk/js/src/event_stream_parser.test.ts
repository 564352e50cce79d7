import { describe, expect, it } from "vitest";
import { EventStreamParser } from "./event_stream_parser.js";

describe("an event stream", () => {
  it.each(["\n", "\r\n", "\r"])("is read with lines that end in %j, wherever it is cut", (end) => {
    const lines = ["id: 7", 'data: {"a":"\u2028"}', "", ": a comment", "data:x", "data: y", "", ""];
    const text = lines.join(end) + (end === "\r" ? "\n" : "");
    const expected = ['{"a":"\u2028"}', "x\ny"];
    for (let cut = 0; cut <= text.length; cut += 1) {
      const parser = new EventStreamParser();
      const events = [...parser.feed(text.slice(0, cut)), ...parser.feed(text.slice(cut))];
      expect(events).toEqual(expected);
    }
  });

  it("gives no event that is not whole", () => {
    expect(new EventStreamParser().feed("data: x\n")).toEqual([]);
  });

  it("gives no event without data", () => {
    expect(new EventStreamParser().feed("id: 1\n\n: \n\ndata: x\n\nevent: y\n\n")).toEqual(["x"]);
  });
});

import { afterEach, describe, expect, it, vi } from "vitest";
import { Emitter } from "./emitter.js";

afterEach(() => vi.restoreAllMocks());

describe("an emitter", () => {
  it("calls every callback of an event, in the order of their binding", () => {
    const order: string[] = [];
    const emitter = new Emitter();
    emitter.bind("bark", () => order.push("one")).bind("bark", () => order.push("two"));
    emitter.bind("meow", () => order.push("never"));
    emitter.emit("bark");
    expect(order).toEqual(["one", "two"]);
  });

  it("gives everything to catch-alls", () => {
    const callback = vi.fn();
    new Emitter().bind_all(callback).emit("bark", "woof", { channel: "dogs", offset: 1 });
    expect(callback).toHaveBeenCalledWith("bark", "woof", { channel: "dogs", offset: 1 });
  });

  it("goes on after a callback that throws, and reports it", () => {
    const reported = vi.spyOn(console, "error").mockImplementation(() => {});
    const later = vi.fn();
    const mistake = new Error("mistake");
    const emitter = new Emitter();
    emitter.bind("bark", () => {
      throw mistake;
    });
    emitter.bind("bark", later).bind_all(later);
    emitter.emit("bark");
    expect(later).toHaveBeenCalledTimes(2);
    expect(reported).toHaveBeenCalledWith(mistake);
  });

  it("lets a callback unbind itself without another being left out", () => {
    const emitter = new Emitter();
    const later = vi.fn();
    const once = vi.fn(() => emitter.unbind("bark", once));
    emitter.bind("bark", once).bind("bark", later);
    emitter.emit("bark");
    emitter.emit("bark");
    expect(once).toHaveBeenCalledTimes(1);
    expect(later).toHaveBeenCalledTimes(2);
  });

  it.each<[string, (emitter: Emitter, one: () => void) => void, string[]]>([
    ["one binding", (emitter, one) => emitter.unbind("a", one), ["two:a", "one:b"]],
    ["an event", (emitter) => emitter.unbind("a"), ["one:b"]],
    ["a callback", (emitter, one) => emitter.unbind(undefined, one), ["two:a"]],
    ["a callback, as Pusher writes it", (emitter, one) => emitter.unbind(null, one), ["two:a"]],
    ["everything", (emitter) => emitter.unbind(), []],
  ])("takes back %s", (_what, unbind, expected) => {
    const calls: string[] = [];
    const emitter = new Emitter();
    let event = "";
    const one = () => calls.push(`one:${event}`);
    emitter.bind("a", one).bind("a", () => calls.push(`two:${event}`));
    emitter.bind("b", one);
    unbind(emitter, one);
    for (event of ["a", "b"]) emitter.emit(event);
    expect(calls).toEqual(expected);
  });

  it("takes back catch-alls, one or all, under both spellings", () => {
    const [one, two, three] = [vi.fn(), vi.fn(), vi.fn()];
    const emitter = new Emitter().bindAll(one).bindAll(two).bindAll(three);
    emitter.unbindAll(one).emit("a");
    expect([one, two, three].map((each) => each.mock.calls.length)).toEqual([0, 1, 1]);
    emitter.unbind_all().emit("a");
    expect(two).toHaveBeenCalledTimes(1);
  });

  it("keeps events apart that are named as parts of every object are", () => {
    const callback = vi.fn();
    const emitter = new Emitter();
    emitter.emit("constructor");
    emitter.bind("__proto__", callback).emit("__proto__", 1);
    expect(callback).toHaveBeenCalledTimes(1);
  });
});

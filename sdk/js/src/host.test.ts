import { describe, expect, it } from "vitest";
import { events_url, http_url, websocket_url } from "./host.js";
import { River } from "./index.js";

describe("a host", () => {
  it.each([
    ["https://river.example.com", "https://river.example.com"],
    ["wss://river.example.com/", "https://river.example.com"],
    ["ws://localhost:8080", "http://localhost:8080"],
    ["HTTP://localhost:8080", "http://localhost:8080"],
    ["localhost:8080", "http://localhost:8080"],
    ["127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["[::1]:8080", "http://[::1]:8080"],
    ["river.example.com", "https://river.example.com"],
    ["localhost.example.com", "https://localhost.example.com"],
    ["https://example.com/river/", "https://example.com/river"],
  ])("%s is at %s", (host, url) => {
    expect(http_url(host)).toBe(url);
  });

  it.each(["ftp://example.com", "https://", "https://a b", "https://a.example/?x=1", "//"])(
    "%s is none, and the error says what one looks like",
    (host) => {
      expect(() => http_url(host)).toThrow('such as "https://river.example.com"');
    },
  );

  it("has its WebSocket under the same path", () => {
    expect(websocket_url("https://example.com/river")).toBe("wss://example.com/river/v1/ws");
    expect(websocket_url("localhost:8080")).toBe("ws://localhost:8080/v1/ws");
  });

  it("has a stream of events for some channels", () => {
    const wanted = ["dogs", "a/b#c=d"].map((channel) => ({ channel, since: undefined }));
    const url = new URL(events_url("localhost:8080", { token: "t.o.k", wanted }));
    expect(url.pathname).toBe("/v1/events");
    expect(url.searchParams.getAll("channel")).toEqual(["dogs", "a/b#c=d"]);
    expect(url.searchParams.get("token")).toBe("t.o.k");
    expect(url.searchParams.has("last_event_id")).toBe(false);
    expect(url.hash).toBe("");
  });

  it("has a stream of events that goes on where others ended", () => {
    const wanted = [
      { channel: "dogs", since: { epoch: "x7", offset: 41 } },
      { channel: "new", since: undefined },
      { channel: "cats", since: { epoch: "y1", offset: 0 } },
    ];
    const url = new URL(events_url("localhost:8080", { token: "t.o.k", wanted }));
    expect(url.searchParams.get("last_event_id")).toBe("x7:41,-,y1:0");
  });
});

describe("new River()", () => {
  it.each([
    [{}, "invalid_host"],
    [{ host: "ftp://x", jwt: "token" }, "invalid_host"],
    [{ host: "localhost:8080" }, "no_token"],
    [{ host: "localhost:8080", jwt: "" }, "no_token"],
  ])("with %o throws %s", (options, reason) => {
    expect(() => new River(options as never)).toThrow(expect.objectContaining({ reason }));
  });
});

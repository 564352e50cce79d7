import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { HaProxy } from "../src/haproxy.ts";
import { RawClient } from "../src/raw_client.ts";
import { start_river, use_river } from "../src/use_river.ts";

const config = `
trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]
[limits]
connections_per_address_max = 2`;

describe("trusted_proxies", () => {
  const river = use_river({ config });
  const from = (forwarded: string) => ({ headers: { "X-Forwarded-For": forwarded } });
  const refused = "Unexpected server response: 429";
  const connect = (forwarded: string) => RawClient.connect(river, from(forwarded));

  it("makes the limits hold for each client, not for the proxy", async () => {
    const clients = [await connect("203.0.113.1"), await connect("203.0.113.1")];
    expect(await why_refused(river.websocket_url, from("203.0.113.1"))).toBe(refused);
    await connect("203.0.113.2");

    await clients[0]!.close();
    await expect.poll(() => why_refused(river.websocket_url, from("203.0.113.1"))).toBe("");
  });

  it("reads the list from the right, through the proxies in it", async () => {
    for (let i = 0; i < 2; i += 1) await connect(`192.0.2.${i}, 203.0.113.3, 10.0.0.9`);
    const again = from("192.0.2.200, 203.0.113.3, 10.0.0.9");
    expect(await why_refused(river.websocket_url, again)).toBe(refused);
  });

  it("takes a /64 of IPv6 for one", async () => {
    await connect("2001:db8::1");
    await connect("2001:db8::2");
    expect(await why_refused(river.websocket_url, from("2001:db8::3"))).toBe(refused);
    await connect("2001:db8:0:1::1");
  });

  it("refuses streams, too", async () => {
    const url = `${river.url}/v1/events?channel=a&token=${river.token()}`;
    const answers = [];
    const abort = new AbortController();
    for (let i = 0; i < 3; i += 1) {
      answers.push(await fetch(url, { ...from("203.0.113.4"), signal: abort.signal }));
    }
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 429]);
    expect(await answers[2]!.json()).toMatchObject({ error: { code: "too_many_connections" } });
    abort.abort();
  });

  it("takes a broken list for nobody's", async () => {
    await connect("203.0.113.5");
    for (let i = 0; i < 5; i += 1) await connect(`203.0.113.5, garbage${i}`); // counts as loopback
    await connect("203.0.113.5");
    expect(await why_refused(river.websocket_url, from("203.0.113.5"))).toBe(refused);
  });
});

describe("behind HAProxy", () => {
  it("clients are limited by their own addresses", async () => {
    const river = await start_river({ config });
    const proxy = await HaProxy.start(river);
    // The lists that they send themselves come first, and count for nothing.
    const made_up = () => ({ headers: { "X-Forwarded-For": "198.51.100.1" } });
    const from = (address: string) => ({ ...proxy.from(address), ...made_up() });
    await RawClient.log_in(river, {}, from("203.0.113.1"));
    const second = await RawClient.log_in(river, {}, from("203.0.113.1"));
    expect(await why_refused(proxy.websocket_url, from("203.0.113.1"))).toMatch("429");
    const other = await RawClient.log_in(river, {}, from("203.0.113.2"));
    await other.subscribe("dogs");
    await river.publish("dogs", "e", 1);
    await other.events(1, "dogs");

    await second.close();
    await expect.poll(() => why_refused(proxy.websocket_url, from("203.0.113.1"))).toBe("");
  });
});

/** What a WebSocket is told that is not let in; empty if it was. */
function why_refused(url: string, options: object): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, options);
    socket.on("open", () => {
      socket.terminate();
      resolve("");
    });
    socket.on("error", (error) => resolve(error.message));
  });
}

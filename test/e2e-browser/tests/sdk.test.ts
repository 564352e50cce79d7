import { describe, expect, it } from "vitest";
import { block_websockets } from "../../e2e/src/tcp_proxy.ts";
import { use_river } from "../../e2e/src/use_river.ts";
import { use_browser } from "../src/browser.ts";
import { Network } from "../src/network.ts";
import { serve_plain_page, type PlainWindow } from "../src/plain_page.ts";
import type { Tab, TabOptions } from "../src/tab.ts";

const browser = use_browser();
const river = use_river();

const heard = (tab: Tab) => tab.page.evaluate(() => (window as unknown as PlainWindow).heard);
const happened = (tab: Tab) => tab.page.evaluate(() => (window as unknown as PlainWindow).happened);
const streams_of = (tab: Tab) => tab.count_of("GET /v1/events");

/** A page that listens to "dogs" through `network`. */
async function listen(network: Network, options?: TabOptions): Promise<Tab> {
  const tab = await browser.open(await serve_plain_page(river, network.url), options);
  await has_happened(tab, ["connecting", "connected", "subscribed"]);
  return tab;
}

/** Waits until these are the last things that have happened. */
async function has_happened(tab: Tab, last: string[]): Promise<void> {
  await expect.poll(async () => (await happened(tab)).slice(-last.length)).toEqual(last);
}

async function bark(...sounds: unknown[]): Promise<void> {
  for (const sound of sounds) await river.publish("dogs", "bark", sound);
}

async function hears(tab: Tab, sounds: unknown[]): Promise<void> {
  await expect.poll(() => heard(tab)).toEqual(sounds);
}

describe("river-client in a browser", () => {
  it("hears by WebSocket, whatever the text and its size", async () => {
    const tab = await listen(await Network.start(river.port));
    const sounds = ["wuff", "Ω 🐕 \u2028 </script>", { loud: "w".repeat(30_000) }, null];
    await bark(...sounds);
    await hears(tab, sounds);
    expect(streams_of(tab)).toBe(0);
  });

  it("comes back when the network does, and has missed nothing", async () => {
    const network = await Network.start(river.port);
    const tab = await listen(network, { expects_network_errors: true });
    await bark(1);
    await hears(tab, [1]);

    await network.pull(tab);
    await has_happened(tab, ["unavailable"]);
    await bark(2, 3);
    // By itself it would look again half a minute later.
    await network.plug_in(tab);
    await has_happened(tab, ["unavailable", "connecting", "connected", "subscribed"]);
    await hears(tab, [1, 2, 3]);
  });

  it("notices when it is looked at again that its connection has died unseen", async () => {
    const network = await Network.start(river.port);
    const tab = await listen(network);
    network.fall_silent();
    await bark(1);
    // What a tab gets that comes to the front. Without a screen, none is ever behind.
    await tab.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await has_happened(tab, ["unavailable", "connecting", "connected", "subscribed"]);
    await hears(tab, [1]);
  });

  it("leaves River when the page is left, and is all there when the user comes back", async () => {
    const network = await Network.start(river.port);
    const tab = await listen(network);
    await bark(1);
    await hears(tab, [1]);
    await tab.page.goto(new URL("/elsewhere", tab.page.url()).href);
    await expect.poll(async () => (await river.metrics()).river_clients).toBe(0);
    await bark(2, 3);
    await tab.page.evaluate(() => history.back());
    // The same page, as it was left, not one that was loaded anew.
    await hears(tab, [1, 2, 3]);
    expect(await happened(tab)).not.toContain("gap");
  });

  it("hears by an event stream where WebSockets are blocked, and resumes as well", async () => {
    const network = await Network.start(river.port);
    network.rule = block_websockets;
    const tab = await browser.open(await serve_plain_page(river, network.url), {
      expects_network_errors: true,
    });
    await has_happened(tab, ["connected", "subscribed"]);
    await bark(1, "Ω 🐕");
    await hears(tab, [1, "Ω 🐕"]);
    const streams = streams_of(tab);
    expect(streams).toBeGreaterThan(0);

    await network.pull(tab);
    await has_happened(tab, ["unavailable"]);
    await bark(3);
    await network.plug_in(tab);
    await hears(tab, [1, "Ω 🐕", 3]);
    expect(streams_of(tab)).toBeGreaterThan(streams);
    expect(await happened(tab)).not.toContain("gap");
  });
});

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Locator } from "playwright-core";
import { describe, expect, it } from "vitest";
import { within } from "../../e2e/src/deadline.ts";
import { foreign_environment, type RiverProcess } from "../../e2e/src/river_process.ts";
import { user } from "../../e2e/src/tokens.ts";
import { start_river, use_river } from "../../e2e/src/use_river.ts";
import { use_browser } from "../src/browser.ts";
import type { Tab } from "../src/tab.ts";

const browser = use_browser();

const text_of = async (place: Locator) => (await place.textContent())!.trim();

async function shows(tab: Tab, selector: string, text: RegExp): Promise<void> {
  const shown = () => text_of(tab.page.locator(selector));
  await expect.poll(shown, { message: selector }).toMatch(text);
}

function row_of(tab: Tab, event: string): Locator {
  const name = tab.page.locator(".event-name").getByText(event, { exact: true });
  return tab.page.locator("#log > li").filter({ has: name });
}

async function listens_to(tab: Tab, channel: string): Promise<void> {
  await row_of(tab, `Listening to ${channel}`).waitFor();
  await shows(tab, "#connection", /^Connected$/);
}

async function listen_to(tab: Tab, channel: string): Promise<void> {
  await tab.page.locator("#channel").fill(channel);
  await tab.page.locator("#listen-form button").click();
}

/** The data of an event in the log, as it is written there. */
function data_of(tab: Tab, event: string): Promise<string> {
  return text_of(row_of(tab, event).locator("pre"));
}

/** Types into a terminal what the page says. */
async function run_snippet(tab: Tab, name: string, river: RiverProcess): Promise<string> {
  const command = await tab.page.locator(`#snippet-${name}`).textContent();
  const env = { ...foreign_environment(), RIVER_API_KEY: river.api_key };
  const arguments_ = ["-c", `${command} --silent --show-error --fail`];
  return (await within(promisify(execFile)("sh", arguments_, { env }), "curl")).stdout;
}

describe("River's page on this machine", () => {
  const river = use_river();

  it("shows that River runs, and its figures", async () => {
    const tab = await browser.open(river.url);
    await shows(tab, "#status", /^Up \d/);
    await shows(tab, "#version", /^v\d+\.\d+\.\d+$/);
    // What changes with every look is not said to those who only hear the page.
    await shows(tab, "#status [role=status]", /^Up$/);
    await listens_to(tab, "dogs");
    for (const figure of ["#connections", "#subscriptions", "#channels"]) {
      await shows(tab, figure, /^[1-9]\d*$/);
    }
    const publications = (await river.metrics()).river_publications_total!;
    await river.publish("figures", "counted", {});
    await shows(tab, "#publications", new RegExp(`^${publications + 1}$`));
  });

  it("shows at once what its curl lines publish", async () => {
    const tab = await browser.open(river.url);
    await listens_to(tab, "dogs");
    await run_snippet(tab, "publish", river);
    expect(await data_of(tab, "new-post")).toBe('{"title":"Rex"}');

    await listen_to(tab, "curl-lines");
    await listens_to(tab, "curl-lines");
    const answer = JSON.parse(await run_snippet(tab, "http", river));
    expect(answer).toMatchObject({ results: [{ channel: "curl-lines", offset: 1 }] });
    await expect.poll(() => row_of(tab, "new-post").count()).toBe(2);
  });

  it("shows what anybody may publish as text", async () => {
    const tab = await browser.open(`${river.url}/#as-text`);
    await listens_to(tab, "as-text");
    const data = "<img src=x onerror=alert(1)>";
    await river.publish("as-text", "<b>bold</b>", data);
    expect(await data_of(tab, "<b>bold</b>")).toBe(JSON.stringify(data));
    expect(await tab.page.locator("#log :is(b, img)").count()).toBe(0);
  });

  it("opens on the channel in its address, with what was published just before", async () => {
    await river.publish("cats", "meow", { n: 1 });
    const tab = await browser.open(`${river.url}/#cats`);
    await listens_to(tab, "cats");
    expect(await data_of(tab, "meow")).toBe('{"n":1}');
    expect(await tab.page.locator("#channel").inputValue()).toBe("cats");
    expect(await tab.page.locator("#snippet-publish").textContent()).toContain('"channel":"cats"');
  });

  it("leaves one channel for another", async () => {
    const tab = await browser.open(`${river.url}/#old`);
    await listens_to(tab, "old");
    await listen_to(tab, "new");
    await listens_to(tab, "new");
    await river.publish("old", "unheard", {});
    await river.publish("new", "heard", {});
    await row_of(tab, "heard").waitFor();
    expect(await row_of(tab, "unheard").count()).toBe(0);
    await expect.poll(async () => (await river.metrics()).river_subscriptions).toBe(1);
    expect(new URL(tab.page.url()).hash).toBe("#new");
  });

  it("refuses a channel that none can be, and says why", async () => {
    const tab = await browser.open(river.url);
    await listens_to(tab, "dogs");
    await listen_to(tab, "a b");
    await shows(tab, "#channel-problem", /letters, digits/);
    expect(await tab.page.locator("#channel").getAttribute("aria-invalid")).toBe("true");
  });

  it("names who is in a presence channel", async () => {
    const tab = await browser.open(`${river.url}/#presence-dogs`);
    await shows(tab, "#members", /^Here now: Playground$/);
  });

  it("shows every piece of code by mouse and by keyboard", async () => {
    const tab = await browser.open(river.url);
    await tab.page.locator("#tab-node").click();
    expect(await tab.page.locator("#snippet-node").isVisible()).toBe(true);
    await tab.page.keyboard.press("ArrowRight");
    expect(await tab.page.locator("#snippet-http").isVisible()).toBe(true);
    expect(await tab.page.locator("#snippet-node").isVisible()).toBe(false);
  });
});

describe("River's page while River is away", () => {
  it("says so, and goes on when River is back", async () => {
    const river = await start_river();
    const tab = await browser.open(river.url, { expects_network_errors: true });
    await listens_to(tab, "dogs");
    await river.kill();
    await shows(tab, "#status", /^Not reachable$/);
    await shows(tab, "#connection", /^(Reconnecting|Connecting)…$/);
    await river.start();
    await shows(tab, "#status", /^Up /);
    await shows(tab, "#connection", /^Connected$/);
    await row_of(tab, "Events were missed while away: an app loads its state anew now").waitFor();
    await river.publish("dogs", "back", {});
    await row_of(tab, "back").waitFor();
  });
});

describe("River's page beyond this machine", () => {
  const listen = "0.0.0.0:0";

  it("gets no token, says how to get one, and takes one from the user", async () => {
    const river = await start_river({ listen });
    const tab = await browser.open(river.url, { expects_no_playground: true });
    await tab.page.getByText("This River gives no token to this page").waitFor();
    await shows(tab, "#token-form", /start\s+River with --playground/);
    await shows(tab, "#connection", /^Not connected$/);

    await tab.page.locator("#token").fill(river.token(user("ada", { dogs: ["subscribe"] })));
    await tab.page.keyboard.press("Enter");
    await listens_to(tab, "dogs");
    await river.publish("dogs", "bark", {});
    await row_of(tab, "bark").waitFor();
  });

  it("says it when what was pasted is no token", async () => {
    const river = await start_river({ listen });
    const tab = await browser.open(river.url, { expects_no_playground: true });
    await tab.page.locator("#token").fill("the token of my backend");
    await tab.page.keyboard.press("Enter");
    await row_of(tab, "This is no token: a token is three parts with dots between them.").waitFor();
    await shows(tab, "#connection", /^Not connected$/);
  });

  it("says it when a token is refused", async () => {
    const river = await start_river({ listen });
    const tab = await browser.open(river.url, { expects_no_playground: true });
    await tab.page.locator("#token").fill("not.a.token");
    await tab.page.keyboard.press("Enter");
    await shows(tab, "#connection", /^Refused$/);
    await shows(tab, "#log", /the token was refused/);
  });

  it("gets a token with --playground", async () => {
    const river = await start_river({ listen, args: ["--playground"] });
    const tab = await browser.open(river.url);
    await listens_to(tab, "dogs");
    expect(await tab.page.locator("#token-form").isHidden()).toBe(true);
  });
});

import { describe, expect, it } from "vitest";
import { use_browser } from "../src/browser.ts";
import { ExampleApp } from "../src/example_app.ts";
import type { Tab, TabOptions } from "../src/tab.ts";

const browser = use_browser();
const posts_path = "GET /channels/dogs/posts";

/** A reader who has picked a name and hears what is posted. */
async function join(app: ExampleApp, name: string, options?: TabOptions): Promise<Tab> {
  const tab = await browser.open(`${app.url}/dogs`, options);
  await tab.find("name").fill(name);
  await tab.find("join").click();
  await is_live(tab);
  // Once before the name and once after it, and when nothing can escape the page any more.
  await expect.poll(() => tab.count_of(posts_path)).toBe(3);
  return tab;
}

async function is_live(tab: Tab): Promise<void> {
  await tab.shows("connection-state", ["Live"]);
}

async function post(tab: Tab, title: string): Promise<void> {
  await tab.find("post-title").fill(title);
  await tab.find("post-text").fill(`About ${title}`);
  await tab.find("post-submit").click();
  // The form is emptied when the post has arrived.
  await expect.poll(() => tab.find("post-title").inputValue()).toBe("");
}

async function readers_are(tab: Tab, names: string[]): Promise<void> {
  const shown = () => tab.page.locator(".reader-name").allTextContents();
  await expect.poll(shown).toEqual(names);
}

async function all_show(tabs: Tab[], test_id: string, texts: string[]): Promise<void> {
  for (const tab of tabs) await tab.shows(test_id, texts);
}

/** Since join(). */
function expect_no_reload(tabs: Tab[]): void {
  for (const tab of tabs) {
    expect(tab.loads).toBe(2);
    expect(tab.count_of(posts_path)).toBe(3);
  }
}

describe("the forum with two readers", () => {
  it("shows who is reading, from when they come until they go", async () => {
    const app = await ExampleApp.start("forum");
    const ada = await join(app, "Ada");
    await readers_are(ada, ["Ada"]);
    const grace = await join(app, "Grace <i>H</i>");
    await readers_are(ada, ["Ada", "Grace <i>H</i>"]);
    await readers_are(grace, ["Ada", "Grace <i>H</i>"]);

    await grace.find("channel-cats").click();
    await readers_are(grace, ["Grace <i>H</i>"]);
    await readers_are(ada, ["Ada"]);
    await grace.find("channel-dogs").click();
    await readers_are(ada, ["Ada", "Grace <i>H</i>"]);
    await grace.page.close();
    await readers_are(ada, ["Ada"]);
  });

  it("counts a reader with two tabs once", async () => {
    const app = await ExampleApp.start("forum");
    const ada = await join(app, "Ada");
    const grace = await join(app, "Grace");
    const second = await grace.page.context().newPage();
    await second.goto(`${app.url}/dogs`);
    await expect.poll(() => second.getByTestId("reader").count()).toBe(2);
    await readers_are(ada, ["Ada", "Grace"]);
    await grace.page.close();
    // What is posted after the tab was closed comes after whatever that did.
    await post(ada, "Still here?");
    await expect.poll(() => second.getByTestId("title").allTextContents()).toEqual(["Still here?"]);
    await readers_are(ada, ["Ada", "Grace"]);
  });

  it("shows posts and replies as they are written, and as text", async () => {
    const app = await ExampleApp.start("forum");
    const ada = await join(app, "Ada");
    const grace = await join(app, "Grace");
    const tabs = [ada, grace];

    const rex = "Rex <script>alert(1)</script> swims";
    await post(ada, rex);
    await all_show(tabs, "title", [rex]);
    await grace.find("reply-text").fill("Good dog!");
    await grace.find("reply-submit").click();
    for (const tab of tabs) {
      const replies = tab.find("reply").getByTestId("text");
      await expect.poll(() => replies.allTextContents()).toEqual(["Good dog!"]);
    }
    await post(grace, "Which lead for a puppy?");
    await all_show(tabs, "title", ["Which lead for a puppy?", rex]);
    expect_no_reload(tabs);
  });

  it("catches up after a cut through River alone, without loading the posts anew", async () => {
    const app = await ExampleApp.start("forum");
    const ada = await join(app, "Ada", { expects_network_errors: true });
    const grace = await join(app, "Grace", { expects_network_errors: true });
    await post(ada, "Before");
    await all_show([grace], "title", ["Before"]);

    await app.network.pull(grace);
    await grace.shows("connection-state", ["Offline, will catch up"]);
    await readers_are(ada, ["Ada"]);
    for (const title of ["While she was away", "And again"]) await post(ada, title);
    await grace.shows("title", ["Before"]);

    await app.network.plug_in(grace);
    await all_show([grace], "title", ["And again", "While she was away", "Before"]);
    await readers_are(ada, ["Ada", "Grace"]);
    expect_no_reload([grace]);
  });

  it("loads the posts by HTTP when River cannot say what was missed", async () => {
    const app = await ExampleApp.start("forum");
    const ada = await join(app, "Ada", { expects_network_errors: true });
    const grace = await join(app, "Grace", { expects_network_errors: true });
    await post(ada, "Before");
    await all_show([grace], "title", ["Before"]);

    // River has forgotten its history when she comes back, and has published meanwhile.
    await app.network.pull(grace);
    await app.river.kill();
    await app.river.start();
    await is_live(ada);
    await post(ada, "While she was away");
    await expect.poll(() => ada.received.some((text) => text.includes("she was away"))).toBe(true);
    await grace.shows("title", ["Before"]);

    await app.network.plug_in(grace);
    await all_show([grace], "title", ["While she was away", "Before"]);
    expect(grace.loads).toBe(2);
    expect(grace.count_of(posts_path)).toBe(4);
  });

  it("makes up for what its backend could not publish", async () => {
    const app = await ExampleApp.start("forum");
    const ada = await join(app, "Ada");
    const grace = await join(app, "Grace");
    app.network.close_to_backends();
    await post(ada, "Nobody hears of it");
    await grace.shows("title", []);
    await app.has_failed_to_publish();
    app.network.open();
    await all_show([grace], "title", ["Nobody hears of it"]);
    expect(grace.loads).toBe(2);
  });
});

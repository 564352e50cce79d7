import { describe, expect, it } from "vitest";
import { use_browser } from "../src/browser.ts";
import { ExampleApp } from "../src/example_app.ts";
import type { Tab, TabOptions } from "../src/tab.ts";

const browser = use_browser();

async function open_list(app: ExampleApp, options?: TabOptions): Promise<Tab> {
  const tab = await browser.open(app.url, options);
  await is_live(tab);
  // It loads the list at once, and again when nothing that happens can escape it any more.
  await expect.poll(() => tab.count_of("GET /tasks")).toBe(2);
  return tab;
}

async function is_live(tab: Tab): Promise<void> {
  await tab.shows("connection-state", ["Live"]);
}

async function add_task(tab: Tab, title: string): Promise<void> {
  await tab.find("new-task").fill(title);
  await tab.find("add-task").click();
}

/** The titles, each once, in both. */
async function both_show(tabs: Tab[], titles: string[]): Promise<void> {
  for (const tab of tabs) await tab.shows("task-title", titles);
}

/** Nothing of what was shown since open_list() came by loading the page or the list anew. */
function expect_no_reload(tabs: Tab[]): void {
  for (const tab of tabs) {
    expect(tab.loads).toBe(1);
    expect(tab.count_of("GET /tasks")).toBe(2);
  }
}

describe("the to-do list in two browsers", () => {
  it("shows what is done in one of them in the other, without a reload", async () => {
    const app = await ExampleApp.start("todo");
    const here = await open_list(app);
    const there = await open_list(app);
    const tabs = [here, there];

    await add_task(here, "Buy milk");
    await both_show(tabs, ["Buy milk"]);
    await add_task(there, "<b>Walk</b> Rex");
    await both_show(tabs, ["Buy milk", "<b>Walk</b> Rex"]);

    await there.find("task-toggle").nth(0).check();
    await expect.poll(() => here.find("task-toggle").nth(0).isChecked()).toBe(true);
    await here.shows("tasks-left", ["1 of 2 left"]);

    await here.find("task-rename").nth(1).click();
    await here.find("task-rename-input").nth(1).fill("Walk Rex twice");
    await here.find("task-rename-save").nth(1).click();
    await both_show(tabs, ["Buy milk", "Walk Rex twice"]);

    await there.find("task-delete").nth(0).click();
    await both_show(tabs, ["Walk Rex twice"]);
    expect_no_reload(tabs);
  });

  it("spares the sender the echo of its own task", async () => {
    const app = await ExampleApp.start("todo");
    const sender = await open_list(app);
    const other = await open_list(app);
    const events_of = (tab: Tab) => tab.received.filter((text) => text.includes('"task-'));

    await add_task(sender, "Buy milk");
    await both_show([sender, other], ["Buy milk"]);
    // What the other does comes later on the same channel: nothing is on the way any more.
    await add_task(other, "Walk Rex");
    await both_show([sender, other], ["Buy milk", "Walk Rex"]);
    expect(events_of(sender)).toHaveLength(1);
    expect(events_of(sender)[0]).toContain("Walk Rex");
    expect(events_of(other)).toHaveLength(1);
  });

  it("misses nothing of what happened while its network was gone", async () => {
    const app = await ExampleApp.start("todo");
    const away = await open_list(app, { expects_network_errors: true });
    const here = await open_list(app, { expects_network_errors: true });
    await add_task(away, "Buy milk");
    await both_show([here], ["Buy milk"]);

    await app.network.pull(away);
    await away.shows("connection-state", ["Offline, will catch up"]);
    await is_live(here);
    for (const title of ["Walk Rex", "Water the plants"]) await add_task(here, title);
    await here.find("task-delete").nth(0).click();
    await both_show([here], ["Walk Rex", "Water the plants"]);
    await away.shows("task-title", ["Buy milk"]);

    await app.network.plug_in(away);
    await is_live(away);
    await both_show([away], ["Walk Rex", "Water the plants"]);
    expect_no_reload([away]);
  });

  it("misses nothing of what happened while River was down", async () => {
    const app = await ExampleApp.start("todo");
    const here = await open_list(app, { expects_network_errors: true });
    const there = await open_list(app, { expects_network_errors: true });

    await app.river.kill();
    await there.shows("connection-state", ["Offline, will catch up"]);
    await add_task(here, "Made while River was down");
    await both_show([here], ["Made while River was down"]);
    await there.shows("task-title", []);

    await app.river.start();
    await both_show([there], ["Made while River was down"]);
    await is_live(there);
    expect(there.loads).toBe(1);
  });

  it("misses nothing of what its backend could not publish", async () => {
    const app = await ExampleApp.start("todo");
    const here = await open_list(app);
    const there = await open_list(app);
    app.network.close_to_backends();
    await add_task(here, "Buy milk");
    await both_show([here], ["Buy milk"]);
    await there.shows("task-title", []);
    await app.has_failed_to_publish();
    app.network.open();
    await both_show([there], ["Buy milk"]);
  });
});

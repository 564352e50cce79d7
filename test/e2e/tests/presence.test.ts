import { describe, expect, it } from "vitest";
import { RawClient, type Message } from "../src/raw_client.ts";
import type { RiverProcess } from "../src/river_process.ts";
import { user } from "../src/tokens.ts";
import { start_river, use_river } from "../src/use_river.ts";

const room = "presence-room";

async function enter(river: RiverProcess, name: string, channel = room) {
  const claims = user(name, { "presence-*": ["subscribe"] }, { name: name.toUpperCase() });
  const client = await RawClient.log_in(river, claims);
  const { member_count } = await client.subscribe(channel);
  return Object.assign(client, { member_count: member_count as number });
}

/** Reads notices until all of `joined` and `left` were told, and gives those notices. */
async function told(client: RawClient, joined: string[], left: string[]): Promise<Message[]> {
  const missing = { joined: new Set(joined), left: new Set(left) };
  const notices = [];
  while (missing.joined.size + missing.left.size > 0) {
    const notice = await client.expect({ type: "presence" });
    notices.push(notice);
    const names = notice.joined.map((member: { id: string }) => member.id);
    for (const name of names) expect(missing.joined.delete(name), `${name} joined`).toBe(true);
    for (const name of notice.left) expect(missing.left.delete(name), `${name} left`).toBe(true);
  }
  return notices;
}

describe.each([1, 2])("a presence channel of River with %i workers", (workers) => {
  const river = use_river({ workers });

  it("tells a subscriber who is there, itself among them", async () => {
    const channel = "presence-hello";
    await enter(river, "ada", channel);
    const bob = await RawClient.log_in(river, user("bob", { "presence-*": ["subscribe"] }));
    const answer = await bob.subscribe(channel);
    expect(answer.members).toEqual([{ id: "ada", info: { name: "ADA" } }, { id: "bob" }]);
    expect(answer.member_count).toBe(2);
  });

  it("tells the others who comes and who leaves", async () => {
    const channel = "presence-come-and-go";
    const ada = await enter(river, "ada", channel);
    await told(ada, ["ada"], []);
    const bob = await enter(river, "bob", channel);
    expect(await told(ada, ["bob"], [])).toEqual([
      {
        type: "presence",
        channel,
        joined: [{ id: "bob", info: { name: "BOB" } }],
        left: [],
        member_count: 2,
      },
    ]);
    bob.cut();
    expect(await told(ada, [], ["bob"])).toEqual([
      { type: "presence", channel, joined: [], left: ["bob"], member_count: 1 },
    ]);
    const carol = await enter(river, "carol", channel);
    await told(ada, ["carol"], []);
    await carol.ask({ type: "unsubscribe", channel });
    await told(ada, [], ["carol"]);
  });

  it("counts a user with several connections once, until the last one leaves", async () => {
    const channel = "presence-tabs";
    const ada = await enter(river, "ada", channel);
    const tabs = [];
    for (let i = 0; i < 5; i += 1) tabs.push(await enter(river, "bob", channel));
    expect(tabs.map((tab) => tab.member_count)).toEqual([2, 2, 2, 2, 2]);
    const last = tabs.pop()!;
    for (const tab of tabs) await tab.close();
    await enter(river, "carol", channel);
    // Each comes once; Bob's leaving would be told by now, had it been his last tab.
    await told(ada, ["ada", "bob", "carol"], []);
    await last.close();
    const notices = await told(ada, [], ["bob"]);
    expect(notices.at(-1)!.member_count).toBe(2);
  });

  it("says nothing of who was gone for less than a moment", async () => {
    const channel = "presence-blink";
    const ada = await enter(river, "ada", channel);
    const bob = await enter(river, "bob", channel);
    await told(ada, ["ada", "bob"], []);
    bob.send({ type: "unsubscribe", channel });
    bob.send({ type: "subscribe", id: 50, channel });
    await bob.expect({ type: "subscribed", id: 50 });
    await enter(river, "carol", channel);
    const notices = await told(ada, ["carol"], []);
    expect(notices.map((notice) => notice.left)).toEqual([[]]);
  });

  it("lists its members page by page, to those inside and to the granted", async () => {
    const channel = "presence-list";
    const names = ["a", "b", "c", "d", "e"];
    const clients = [];
    for (const name of names) clients.push(await enter(river, name, channel));
    const listed = async (client: RawClient) => {
      const pages: string[][] = [];
      let after: string | undefined;
      do {
        const page = await client.ask({ type: "presence", channel, limit: 2, after });
        expect(page).toMatchObject({ type: "members", channel, member_count: 5 });
        pages.push(page.members.map((member: any) => member.id));
        after = page.next;
      } while (after !== undefined);
      return pages;
    };
    const pages = [["a", "b"], ["c", "d"], ["e"]];
    expect(await listed(clients[0]!)).toEqual(pages);
    const granted = await RawClient.log_in(river, user("eve", { "presence-*": ["presence"] }));
    expect(await listed(granted)).toEqual(pages);
    const stranger = await RawClient.log_in(river, user("mallory", {}));
    expect(await stranger.ask({ type: "presence", channel })).toMatchObject({
      type: "error",
      code: 4403,
      message: `the token grants no presence on ${channel}`,
    });
  });

  it("lists its members to backends, page by page", async () => {
    const channel = "presence-for-backends";
    for (const name of ["a", "b", "c"]) await enter(river, name, channel);
    const first = await (await river.get(`/v1/channels/${channel}/members?limit=2`)).json();
    expect(first).toEqual({
      channel,
      members: [
        { id: "a", info: { name: "A" } },
        { id: "b", info: { name: "B" } },
      ],
      member_count: 3,
      next: "b",
    });
    const second = await (await river.get(`/v1/channels/${channel}/members?after=b`)).json();
    expect(second).toEqual({
      channel,
      members: [{ id: "c", info: { name: "C" } }],
      member_count: 3,
    });
  });

  it("that is none has no members", async () => {
    const client = await RawClient.log_in(river);
    expect(await client.ask({ type: "presence", channel: "dogs" })).toMatchObject({
      type: "error",
      code: 4421,
      reason: "invalid_channel",
    });
  });
});

describe("presence.window", () => {
  it("gathers the joins and leaves of one moment in one message", async () => {
    const river = await start_river({ workers: 2, config: '[presence]\nwindow = "2s"' });
    const ada = await enter(river, "ada");
    await told(ada, ["ada"], []); // the first is told at once, and the window begins
    const names = Array.from({ length: 20 }, (_none, i) => `user-${i}`);
    const clients = await Promise.all(names.map((name) => enter(river, name)));
    const [notice, ...others] = await told(ada, names, []);
    expect(others).toEqual([]);
    expect(notice!.member_count).toBe(21);
    for (const client of clients) client.cut();
    expect(await told(ada, [], names)).toHaveLength(1);
  });
});

describe("limits.members_listed_max", () => {
  it("cuts the list of a large channel short, but not the count", async () => {
    const river = await start_river({ config: "[limits]\nmembers_listed_max = 3" });
    for (const name of ["a", "b", "c", "d"]) await enter(river, name);
    const last = await RawClient.log_in(river, user("e", { "presence-*": ["subscribe"] }));
    const answer = await last.subscribe(room);
    expect(answer.members).toHaveLength(3);
    expect(answer.member_count).toBe(5);
    const page = await last.ask({ type: "presence", channel: room });
    expect(page.members).toHaveLength(3);
    expect(page.next).toBe("c");
  });
});

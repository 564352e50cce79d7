import { beforeAll, describe, expect, it } from "vitest";
import { RawClient } from "../src/raw_client.ts";
import { unix_now, user } from "../src/tokens.ts";
import { start_river, use_river } from "../src/use_river.ts";

describe.each([1, 2])("the history at River with %i workers", (workers) => {
  const river = use_river({ workers });
  const claims = user("ada", { dogs: ["history"], empty: ["history"] });
  let epoch: string;

  beforeAll(async () => {
    for (let n = 1; n <= 12; n += 1) epoch = (await river.publish("dogs", `e${n}`, { n })).epoch;
  });

  it("comes to a client newest first, page by page", async () => {
    const client = await RawClient.log_in(river, claims);
    const pages = [];
    let before: number | undefined;
    for (;;) {
      const page = await client.ask({ type: "history", channel: "dogs", limit: 5, before });
      expect(page).toMatchObject({ type: "history", channel: "dogs", epoch });
      pages.push(page.events.map((event: any) => event.offset));
      if (!page.more) break;
      before = page.events.at(-1).offset;
    }
    expect(pages).toEqual([
      [12, 11, 10, 9, 8],
      [7, 6, 5, 4, 3],
      [2, 1],
    ]);
  });

  it("has of each event its name, data, place and time", async () => {
    const client = await RawClient.log_in(river, claims);
    const page = await client.ask({ type: "history", channel: "dogs", limit: 1 });
    expect(page.events).toEqual([
      { event: "e12", data: { n: 12 }, offset: 12, time: expect.any(Number) },
    ]);
    expect(Math.abs(page.events[0].time - unix_now())).toBeLessThan(120);
  });

  it("comes to a backend in the same way", async () => {
    const answer = await river.get("/v1/channels/dogs/history?limit=2&before=12");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      channel: "dogs",
      epoch,
      events: [
        { event: "e11", data: { n: 11 }, offset: 11, time: expect.any(Number) },
        { event: "e10", data: { n: 10 }, offset: 10, time: expect.any(Number) },
      ],
      more: true,
    });
  });

  it("of a channel that nobody knows is empty", async () => {
    const client = await RawClient.log_in(river, claims);
    const page = await client.ask({ type: "history", channel: "empty" });
    expect(page).toMatchObject({ events: [], more: false });
    expect(page).not.toHaveProperty("epoch");
    const answer = await river.get("/v1/channels/never-heard-of/history");
    expect(await answer.json()).toEqual({ channel: "never-heard-of", events: [], more: false });
  });

  it("needs a grant, even for a public channel that one is subscribed to", async () => {
    const client = await RawClient.log_in(river, user("bob", { cats: ["history"] }));
    await client.subscribe("dogs");
    expect(await client.ask({ type: "history", channel: "dogs" })).toEqual({
      type: "error",
      id: expect.any(Number),
      code: 4403,
      reason: "forbidden",
      message: "the token grants no history on dogs",
      retry: false,
    });
  });

  it.each([
    ["limit=0", "limit"],
    ["limit=1001", "limit"],
    ["limit=x", "limit"],
    ["before=-1", "before"],
    ["before=99999999999999999999999", "before"],
  ])("with %s is a 400 that names the parameter", async (query, param) => {
    const answer = await river.get(`/v1/channels/dogs/history?${query}`);
    expect(answer.status).toBe(400);
    const { error } = (await answer.json()) as any;
    expect(error).toMatchObject({ code: "invalid_value", param });
  });
});

describe("[[channels]] client_history", () => {
  it("opens the history to every subscriber", async () => {
    const river = await start_river({
      config: '[[channels]]\npattern = "news-*"\nclient_history = true',
    });
    await river.publish("news-1", "e", 1);
    const client = await RawClient.log_in(river);
    const page = await client.ask({ type: "history", channel: "news-1" });
    expect(page.events).toHaveLength(1);
    expect(await client.ask({ type: "history", channel: "other" })).toMatchObject({ code: 4403 });
  });
});

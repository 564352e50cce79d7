// security.md D9, D12: names and positions that are none.
import { describe, expect, test } from "vitest";
import { use_river } from "../../e2e/src/use_river.ts";
import { answer_to, everything } from "../src/answer_to.ts";
import { call, expect_rest, expect_service, publish } from "../src/health.ts";
import { RawWebSocket } from "../src/websocket.ts";

const river = use_river({ workers: 2 });

describe("D9 names", () => {
  const names = [
    "",
    "a".repeat(201),
    "a".repeat(60_000),
    "a\u0000b",
    "a\r\nb",
    "*",
    ">",
    "a b",
    "a*",
    "é",
    "e\u0301",
  ];
  test.each(names)("D9 %.20j is no channel", async (channel) => {
    for (const type of ["subscribe", "unsubscribe", "history", "presence", "publish"]) {
      const text = JSON.stringify({ type, id: 1, channel, event: "e", data: 1 });
      if (text.length < 64_000) expect(await answer_to(river, text)).toBe("invalid_channel");
    }
    const body = { channel, event: "e", data: 1 };
    expect((await call(river, "POST", "/v1/publish", body)).status).toBe(400);
  });

  test("D9 names that differ only where they would be joined are different", async () => {
    await publish(river, "a:b", "1");
    await publish(river, "a", "2");
    const client = await RawWebSocket.log_in(river, everything);
    const page = await client.ask({ type: "history", channel: "a:b" }, "history");
    expect(page.events.map((one: { data: string }) => one.data)).toEqual(["1"]);
  });
});

describe("D12 positions and pages", () => {
  const huge = [2 ** 53 - 1, "18446744073709551615", "18446744073709551616", "1e30", -1, 1.5];

  test.each(huge)("D12 since, before, rewind and limit of %s are bounded", async (value) => {
    await publish(river, "paged", 1);
    const client = await RawWebSocket.log_in(river, everything);
    const { epoch } = await client.ask({ type: "subscribe", channel: "paged" }, "subscribed");
    client.raw.socket.destroy();
    const answers = [4400, "invalid_value", "no answer"];
    const asked = (fields: string) => answer_to(river, `{"type":${fields}}`);
    expect(answers).toContain(
      await asked(`"subscribe","channel":"paged","since":{"epoch":"${epoch}","offset":${value}}`),
    );
    expect(answers).toContain(await asked(`"subscribe","channel":"paged","rewind":${value}`));
    expect(answers).toContain(await asked(`"history","channel":"paged","before":${value}`));
    expect(answers).toContain(await asked(`"history","channel":"paged","limit":${value}`));
    for (const query of [`before=${value}`, `limit=${value}`]) {
      const { status } = await call(river, "GET", `/v1/channels/paged/history?${query}`);
      expect([200, 400]).toContain(status);
    }
  });

  test("D12 a position that is ahead, or of another epoch → recovered: false", async () => {
    await publish(river, "ahead", 1);
    const client = await RawWebSocket.log_in(river, everything);
    const { epoch, offset } = await client.ask(
      { type: "subscribe", channel: "ahead" },
      "subscribed",
    );
    const positions = [
      { epoch, offset: offset + 1 },
      { epoch, offset: 2 ** 53 - 1 },
      { epoch: "0", offset: 0 },
      { epoch: "", offset },
      { epoch: `0${epoch}`, offset },
      { epoch: "f".repeat(32), offset },
    ];
    for (const since of positions) {
      await client.ask({ type: "unsubscribe", channel: "ahead" }, "unsubscribed");
      const answer = await client.ask({ type: "subscribe", channel: "ahead", since }, "subscribed");
      expect(answer).toMatchObject({ recovered: false, epoch, offset });
    }
  });

  test("D12 the last page is the last, before the first event there is none", async () => {
    for (const before of [0, 1]) {
      const path = `/v1/channels/ahead/history?before=${before}`;
      expect(JSON.parse((await call(river, "GET", path)).body)).toMatchObject({
        events: [],
        more: false,
      });
    }
  });
});

test("after all of that a client gets in, and nothing is left", async () => {
  await expect_service(river);
  await expect_rest(river);
});

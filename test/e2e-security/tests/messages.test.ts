// security.md E1–E7, E10: messages and requests that say the wrong thing, or too much.
import { describe, expect, test } from "vitest";
import { user } from "../../e2e/src/tokens.ts";
import { use_river } from "../../e2e/src/use_river.ts";
import { answer_to, everything } from "../src/answer_to.ts";
import { call, expect_rest, expect_service, processor_ms_of, publish } from "../src/health.ts";
import { RawWebSocket } from "../src/websocket.ts";

const river = use_river({ workers: 2 });
const digits = "9".repeat(60_000);

describe("E1 wrong types", () => {
  const values = ["null", "true", "1", "-1", "1.5", '"x"', "[]", "[null]", "{}"];
  test.each([
    ...values,
    "",
    " ",
    '{"commands":[null]}',
    '{"type":null}',
    '{"type":"nothing"}',
    '{"type":"toString"}',
    '{"type":"__proto__"}',
    '{"type":"subscribe"',
    '{"type":"ping"}{"type":"ping"}',
    '{"type":"ping"},',
    "{'type':'ping'}",
  ])("E1 %j is no command → 4400", async (text) => {
    expect(await answer_to(river, text)).toBe(4400);
  });

  test("E1 each field of each command with each wrong type → an error or 4400", async () => {
    const commands: [string, string[]][] = [
      ["auth", ["token", "id"]],
      ["subscribe", ["channel", "since", "rewind", "id"]],
      ["unsubscribe", ["channel"]],
      ["publish", ["channel", "event", "publication_id"]],
      ["history", ["channel", "limit", "before"]],
      ["presence", ["channel", "limit", "after"]],
    ];
    const good: Record<string, string> = { channel: '"c"', event: '"e"', data: "1" };
    for (const [type, fields] of commands) {
      for (const field of fields) {
        const fitting =
          field === "id" || ["rewind", "limit", "before"].includes(field) ? /^\d+$/ : /^"/;
        for (const value of values.filter((one) => !fitting.test(one))) {
          const all = { ...good, [field]: value };
          const text = Object.entries(all).map(([name, raw]) => `"${name}":${raw}`);
          const answer = await answer_to(river, `{"type":"${type}",${text.join()}}`);
          expect(
            [4400, 4401, "invalid_value", "invalid_channel"],
            `${type}.${field}=${value}`,
          ).toContain(answer);
        }
      }
    }
  });

  test.each(values)("E1 %s as the body of a publication → 4xx", async (body) => {
    for (const path of ["/publish", "/v1/publish", "/v1/publish/batch", "/v1/users/u/publish"]) {
      const { status } = await call(river, "POST", path, body);
      expect([400, 415]).toContain(status);
    }
    const list = await call(river, "POST", "/v1/publish/batch", `{"messages":[${body}]}`);
    expect([200, 400]).toContain(list.status);
    if (list.status === 200) expect(JSON.parse(list.body).results[0].error).toBeDefined();
  });
});

describe("E2–E4 documents made to harm", () => {
  test.each<[string, string]>([
    ["E2 60,000 brackets", "[".repeat(60_000)],
    ["E2 10,000 nested objects", '{"a":'.repeat(10_000)],
    [
      "E2 depth in data",
      `{"type":"publish","channel":"c","event":"e","data":${"[".repeat(500)}${"]".repeat(500)}}`,
    ],
    [
      "E2 depth in a member nobody asked for",
      `{"type":"ping","x":${"[".repeat(500)}${"]".repeat(500)}}`,
    ],
    ["E3 NaN", '{"type":"history","channel":"c","limit":NaN}'],
    ["E3 60,000 digits", `{"type":"ping","id":${digits}}`],
    ["E3 1e999999 as an id", '{"type":"ping","id":1e999999}'],
    ["E3 below the smallest integer", '{"type":"ping","id":-9223372036854775809}'],
    ["E3 leading zero", '{"type":"ping","id":01}'],
    ["E4 a lone surrogate", '{"type":"subscribe","channel":"\\ud800"}'],
    ["E4 a BOM", '\ufeff{"type":"ping"}'],
    ["E4 a control character in a string", '{"type":"ping","x":"\u0001"}'],
    ["E5 two types", '{"type":"ping","type":"subscribe","channel":"c"}'],
    ["E5 two types, one written with an escape", '{"type":"ping","\\u0074ype":"pong"}'],
    ["E5 two channels", '{"type":"subscribe","channel":"a","channel":"b"}'],
    ["E5 two ids", '{"type":"ping","id":1,"id":2}'],
  ])("%s → 4400, in little time", async (_name, text) => {
    const processor_ms = processor_ms_of(river);
    expect(await answer_to(river, text)).toBe(4400);
    expect(processor_ms_of(river) - processor_ms).toBeLessThan(200);
  });

  test("E3 numbers in data pass through as they were written", async () => {
    const client = await RawWebSocket.log_in(river, everything);
    await client.ask({ type: "subscribe", channel: "numbers" }, "subscribed");
    const data = "[-0,1.00,1e308,18446744073709551615,0.1e-9]";
    client.send(`{"type":"publish","channel":"numbers","event":"e","data":${data}}`);
    let frame = await client.raw.frame();
    while (!frame.payload.includes('"event"')) frame = await client.raw.frame();
    expect(frame.payload.toString()).toContain(`"data":${data}`);
  });

  test.each(["1e999999", "-1e400", "9".repeat(5000), "NaN", "Infinity", "0x1"])(
    "E3 %.20s as data → refused",
    async (number) => {
      const message = `{"type":"publish","channel":"c","event":"e","data":${number}}`;
      expect(await answer_to(river, message)).toBe(4400);
      const body = `{"channel":"c","event":"e","data":${number}}`;
      expect((await call(river, "POST", "/v1/publish", body)).status).toBe(400);
    },
  );

  test("E4 NUL in data is passed on, and nothing is cut", async () => {
    const client = await RawWebSocket.log_in(river, everything);
    await client.ask({ type: "subscribe", channel: "nul" }, "subscribed");
    await publish(river, "nul", { "a\u0000b": "c\u0000d", after: 1 });
    const event = await client.message((one) => one.type === "event");
    expect(event.data).toEqual({ "a\u0000b": "c\u0000d", after: 1 });
  });

  test("E5 two channels in one publication → 400", async () => {
    const body = '{"channel":"a","channel":"b","event":"e","data":1}';
    expect((await call(river, "POST", "/v1/publish", body)).status).toBe(400);
  });

  test("E6 names that objects have by themselves are names like others", async () => {
    const client = await RawWebSocket.log_in(river, everything);
    for (const name of ["toString", "__proto__", "constructor"]) {
      await client.ask({ type: "subscribe", channel: name }, "subscribed");
      const body = { channel: name, event: name, data: { _placeholder: true, num: "splice" } };
      expect((await call(river, "POST", "/v1/publish", body)).status).toBe(200);
      const event = await client.message((one) => one.type === "event");
      expect(event).toMatchObject({ channel: name, event: name, data: body.data });
    }
  });
});

describe("E7 before authentication, and after it", () => {
  test.each(["subscribe", "publish", "history", "presence", "unsubscribe", "ping", "pong"])(
    "E7 %s as the first message → 4401",
    async (type) => {
      const client = await RawWebSocket.open(river.port);
      client.send({ type, channel: "c", event: "e", data: 1 });
      expect(await client.close_code()).toBe(4401);
    },
  );

  test("E7 commands behind a wrong token are not executed", async () => {
    const client = await RawWebSocket.open(river.port);
    client.send({ type: "auth", token: river.token({}).slice(0, -3) });
    client.send({ type: "subscribe", channel: "behind-wrong" });
    expect(await client.close_code()).toBe(4401);
    const found = await call(river, "GET", "/v1/channels?prefix=behind-wrong");
    expect(JSON.parse(found.body).channels).toEqual([]);
  });

  test("E7 two auths at once, of two users: the first holds, the second is refused", async () => {
    const client = await RawWebSocket.open(river.port);
    client.send({ type: "auth", id: 1, token: river.token(user("one")) });
    client.send({ type: "auth", id: 2, token: river.token(user("two")) });
    expect(await client.message((one) => one.id === 1)).toMatchObject({ user: "one" });
    expect(await client.close_code()).toBe(4401);
  });

  test("E10 what a client says of itself is not believed", async () => {
    const watcher = await RawWebSocket.log_in(river, everything);
    await watcher.ask({ type: "subscribe", channel: "forged" }, "subscribed");
    const client = await RawWebSocket.log_in(river, user("mallory", { forged: ["publish"] }));
    const forged = {
      user: "admin",
      offset: 99,
      timestamp: 1,
      connection: "c-1",
      exclude: "c-1",
      epoch: "x",
    };
    await client.ask({ type: "publish", channel: "forged", event: "e", data: 1, ...forged }, "ok");
    const event = await watcher.message((one) => one.type === "event");
    expect(event).toEqual({ type: "event", channel: "forged", event: "e", data: 1, offset: 1 });
  });

  test("E10 nobody can use up the publication id of another", async () => {
    const ids = (channel: string, id: string) => ({ channel, event: "e", data: id, id });
    const attacker = await RawWebSocket.log_in(river, user("mallory", { "*": ["publish"] }));
    const victim = await RawWebSocket.log_in(river, user("ada", { "*": ["publish"] }));
    const publication = { type: "publish", channel: "shared", event: "e", data: 1 };
    const first = await attacker.ask({ ...publication, publication_id: "order-1" }, "ok");
    const again = await attacker.ask({ ...publication, publication_id: "order-1" }, "ok");
    expect(again.offset).toBe(first.offset);
    const other = await victim.ask({ ...publication, publication_id: "order-1" }, "ok");
    expect(other.offset).toBe(first.offset + 1);
    const backend = await call(river, "POST", "/v1/publish", ids("shared", "order-1"));
    expect(JSON.parse(backend.body).results[0].offset).toBe(first.offset + 2);
    expect(
      JSON.parse((await call(river, "POST", "/v1/publish", ids("shared", "order-1"))).body)
        .results[0].offset,
    ).toBe(first.offset + 2);
  });
});

test("after all of that a client gets in, and nothing is left", async () => {
  await expect_service(river);
  await expect_rest(river);
});

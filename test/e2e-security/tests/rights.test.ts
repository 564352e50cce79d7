// security.md E8, E9: every way to a channel asks the same question.
import { describe, expect, test } from "vitest";
import type { RiverProcess } from "../../e2e/src/river_process.ts";
import { user } from "../../e2e/src/tokens.ts";
import { start_river, use_river } from "../../e2e/src/use_river.ts";
import { call, expect_rest, expect_service, publish } from "../src/health.ts";
import { RawConnection } from "../src/raw_connection.ts";
import { RawWebSocket } from "../src/websocket.ts";

const river = use_river();
const stranger = user("stranger", { "private-mine-*": ["subscribe"], other: ["publish"] });

const closed_to_it = [
  "private-secret",
  "private-",
  "private-mine",
  "private-cache-secret",
  "presence-room",
  "presence-cache-room",
  "presence-",
];

async function stream_status(token: string, query: string, headers = ""): Promise<string> {
  const raw = await RawConnection.open({ port: river.port });
  raw.send(`GET /v1/events?${query}&token=${token} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
  return raw.take((input) => {
    const text = input.toString();
    const answered = /"type":"(subscribed|error)"|"error":/.test(text);
    return answered ? { value: text, size: input.length } : undefined;
  }, "an answer");
}

describe("E8 channels that the token does not grant", () => {
  test.each(closed_to_it)(
    "E8 %s: live, resumed, rewound, history, members, publish",
    async (channel) => {
      await publish(river, channel, "hidden-data");
      const client = await RawWebSocket.log_in(river, stranger);
      for (const command of [
        { type: "subscribe" },
        { type: "subscribe", since: { epoch: "1", offset: 0 } },
        { type: "subscribe", rewind: 10 },
        { type: "history" },
        { type: "publish", event: "e", data: 1 },
      ]) {
        const answer = await client.ask({ ...command, channel }, "error");
        expect(answer.reason, JSON.stringify(command)).toBe("forbidden");
      }
      const members = await client.ask({ type: "presence", channel }, "error");
      expect(["forbidden", "invalid_channel"]).toContain(members.reason);
      const unsubscribed = await client.ask({ type: "unsubscribe", channel }, "error");
      expect(unsubscribed.reason).toBe("not_subscribed");
    },
  );

  test.each(closed_to_it)(
    "E8 %s: as an event stream, with and without a position",
    async (channel) => {
      const token = river.token(stranger);
      for (const headers of ["", "Last-Event-ID: 1:0\r\n"]) {
        const answer = await stream_status(token, `channel=${channel}`, headers);
        expect(answer).toContain("forbidden");
        expect(answer).not.toContain("hidden-data");
      }
    },
  );

  test("E8 a right to subscribe is none to publish, to read history, to list members", async () => {
    const client = await RawWebSocket.log_in(river, user("s", { "presence-x": ["subscribe"] }));
    for (const command of [
      { type: "publish", event: "e", data: 1 },
      { type: "history" },
      { type: "presence" },
    ]) {
      const answer = await client.ask({ ...command, channel: "presence-x" }, "error");
      expect(answer.reason).toBe("forbidden");
    }
  });

  test("E8 a `*` of a grant matches characters, not more than the pattern says", async () => {
    const claims = user("p", { "private-a*z": ["subscribe"], "*-tail": ["subscribe"] });
    const client = await RawWebSocket.log_in(river, claims);
    for (const channel of ["private-az", "private-a-z", "private-tail"]) {
      await client.ask({ type: "subscribe", channel }, "subscribed");
    }
    for (const channel of ["private-a", "private-azx", "private-xaz", "private-tails"]) {
      await client.ask({ type: "subscribe", channel }, "error");
    }
  });

  test("E8 a renewed token that grants less ends what it no longer grants", async () => {
    const client = await RawWebSocket.log_in(river, user("r", { "private-*": ["subscribe"] }));
    const channels = ["private-1", "private-2", "private-3", "open"];
    for (const channel of channels) await client.ask({ type: "subscribe", channel }, "subscribed");
    client.send({ type: "auth", token: river.token(user("r", { "private-2": ["subscribe"] })) });
    const ended = new Set<string>();
    while (ended.size < 2) {
      const one = await client.message((message) => message.type === "unsubscribed");
      expect(one.reason).toBe("forbidden");
      ended.add(one.channel);
    }
    expect(ended).toEqual(new Set(["private-1", "private-3"]));
    for (const channel of channels) await publish(river, channel, channel);
    expect((await client.message((one) => one.type === "event")).channel).toBe("private-2");
    expect((await client.message((one) => one.type === "event")).channel).toBe("open");
  });

  test("E8 events with River's own names are refused from everybody", async () => {
    const client = await RawWebSocket.log_in(river, stranger);
    const publication = { type: "publish", channel: "other", event: "river:subscribed", data: 1 };
    expect((await client.ask(publication, "error")).reason).toBe("invalid_event");
    const body = { channel: "other", event: "river:subscribed", data: 1 };
    expect((await call(river, "POST", "/v1/publish", body)).status).toBe(400);
  });
});

describe("E8 the token of the page", () => {
  const ask = (one: RiverProcess, headers: string, version = "1.1") =>
    RawConnection.open({ port: one.port }).then((raw) => {
      raw.send(`GET /v1/playground HTTP/${version}\r\n${headers}\r\n\r\n`);
      return raw.response();
    });
  const grants_of = (body: string) =>
    JSON.parse(Buffer.from(JSON.parse(body).token.split(".")[1]!, "base64url").toString()).river
      .channels;

  test("E8 on this machine it may listen to everything, and nothing else", async () => {
    const { status, body } = await ask(river, "Host: localhost");
    expect(status).toBe(200);
    expect(grants_of(body)["*"].sort()).toEqual(["history", "presence", "subscribe"]);
  });

  test.each<[string, string, string?]>([
    ["under a foreign name (DNS rebinding)", "Host: evil.example"],
    ["under a name that only begins like one of this machine", "Host: localhost.evil.example"],
    ["by a proxy that says for whom", "Host: 127.0.0.1:8080\r\nX-Forwarded-For: 203.0.113.9"],
    ["by a proxy that says its name", "Host: 127.0.0.1:8080\r\nVia: 1.1 proxy"],
    ["by a proxy of HTTP/1.0", "Host: 127.0.0.1:8080", "1.0"],
  ])("E8 %s it is given to nobody", async (_name, headers, version) => {
    expect((await ask(river, headers, version)).status).toBe(404);
  });

  test("E8 with --playground, whoever comes by a proxy is granted nothing private", async () => {
    const open = await start_river({ args: ["--playground"] });
    const { status, body } = await ask(open, "Host: localhost\r\nX-Forwarded-For: 203.0.113.9");
    expect(status).toBe(200);
    expect(grants_of(body)).toBeUndefined();
  });
});

describe("E9 nothing of an event can end its line in a stream", () => {
  test("E9 event names with line ends are refused, data keeps to its line", async () => {
    for (const event of ["a\nb", "a\r\nid: 1", "a\u0000"]) {
      const body = { channel: "lines", event, data: 1 };
      expect((await call(river, "POST", "/v1/publish", body)).status).toBe(400);
    }
    const raw = await RawConnection.open({ port: river.port });
    raw.send(`GET /v1/events?channel=lines&token=${river.token({})} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await raw.take((input) => {
      return input.includes('"subscribed"') ? { value: 1, size: input.length } : undefined;
    }, "the stream");
    // White space between the parts of JSON may be line ends.
    const text = '{"channel":"lines","event":"e","data":{"a":\n\r\n"b\\nid: 9",\r\r"c":"\u2028"}}';
    expect((await call(river, "POST", "/v1/publish", text)).status).toBe(200);
    const block = await raw.take((input) => {
      const all = input.toString();
      const found = /(?:^|\n\n)((?:(?!\n\n)[^])*"type":"event"(?:(?!\n\n)[^])*)\n\n/.exec(all);
      return found ? { value: found[1]!, size: input.length } : undefined;
    }, "the event");
    const lines = block.split(/\r\n|\r|\n/).filter((line) => line !== "");
    for (const line of lines) expect(line).toMatch(/^(data|event):/);
    const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(6));
    expect(JSON.parse(data.join("\n")).data).toEqual({ a: "b\nid: 9", c: "\u2028" });
  });

  test.each(["1:1:1", "x", ":", ",,,,", "-", "\u00ff", "1:18446744073709551616", "a".repeat(3000)])(
    "E9 Last-Event-ID %.20j → a fresh stream",
    async (id) => {
      const answer = await stream_status(
        river.token({}),
        "channel=fresh",
        `Last-Event-ID: ${id}\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1.1 200 /);
      expect(answer).toContain('"type":"subscribed"');
    },
  );

  test("a stream of more channels than a connection may have → 400", async () => {
    const query = Array.from({ length: 101 }, (_, i) => `channel=c${i}`).join("&");
    expect(await stream_status(river.token({}), query)).toMatch(/^HTTP\/1.1 400 /);
  });
});

test("after all of that a client gets in, and nothing is left", async () => {
  await expect_service(river);
  await expect_rest(river);
});

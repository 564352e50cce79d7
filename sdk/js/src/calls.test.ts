import { describe, expect, it } from "vitest";
import { Scene } from "../test/fakes.js";

async function connected(): Promise<Scene> {
  const scene = new Scene();
  scene.river.subscribe("room");
  await scene.connects();
  return scene;
}

const loop: unknown[] = [];
loop.push(loop);

function nested(levels: number): unknown {
  return levels > 0 ? [nested(levels - 1)] : "core";
}

function publish(scene: Scene): Promise<unknown> {
  const answer = scene.river.subscribe("room").publish("typing", { by: "ada" });
  // Looked at later; until then nobody shall take it for forgotten.
  answer.catch(() => {});
  return answer;
}

describe("a call", () => {
  it("publishes, and gives the event's position", async () => {
    const scene = await connected();
    const answer = publish(scene);
    const { id } = scene.server.asked("publish");
    expect(scene.server.sent.at(-1)).toEqual({
      type: "publish",
      id,
      channel: "room",
      event: "typing",
      data: { by: "ada" },
      publication_id: expect.stringMatching(/^[0-9a-f]{24}$/),
    });
    scene.server.says({ type: "ok", id, epoch: "x7", offset: 44 });
    expect(await answer).toEqual({ epoch: "x7", offset: 44 });
  });

  it("sends null for data that was left out, since JSON has no undefined", async () => {
    const scene = await connected();
    scene.river.subscribe("room").publish("typing").catch(() => {});
    expect(scene.server.all("publish")).toMatchObject([{ data: null }]);
  });

  it.each([
    ["nothing that JSON knows", () => {}],
    ["a number too big for JSON", 1n],
    ["what contains itself", loop],
    ["half a character, as slice() cuts an emoji", { text: "woof \ud83d" }],
    ["half a character in a name", { "\ud83d": 1 }],
    ["a number of which JSON would have more than 64 bits", [2 ** 64]],
    ["a negative one", -(2 ** 63)],
    ["what is nested deeper than the server reads", nested(64)],
  ])("does not publish %s", async (_what, data) => {
    const scene = new Scene();
    const answer = scene.river.subscribe("room").publish("typing", data);
    await expect(answer).rejects.toMatchObject({ name: "RiverError", reason: "invalid_value" });
    await scene.connects();
    expect(scene.state).toBe("connected");
    expect(scene.server.all("publish")).toEqual([]);
  });

  it.each([
    ["whole characters", "woof 🐶"],
    ["what only looks like half a character", "\\ud83d"],
    ["numbers of 64 bits", [2 ** 64 - 2048, 1024 - 2 ** 63]],
    ["numbers that JSON writes with an exponent", [1e21, -1e300, 1e-7, 0.5]],
    ["what is nested as deep as the server reads", nested(63)],
  ])("publishes %s", async (_what, data) => {
    const scene = await connected();
    scene.river.channel("room")?.publish("typing", data).catch(() => {});
    expect(scene.server.all("publish")).toMatchObject([{ data }]);
  });

  it("publishes what data was when it was called", async () => {
    const scene = new Scene();
    const post = { title: "Rex" };
    scene.river.subscribe("room").publish("new-post", post).catch(() => {});
    post.title = "changed";
    await scene.connects();
    expect(scene.server.all("publish")).toMatchObject([{ data: { title: "Rex" } }]);
  });

  it.each<[string, (room: any) => Promise<unknown>, string]>([
    ["publish without an event", (room) => room.publish(), "invalid_event"],
    ["publish an event that is no text", (room) => room.publish(7, 1), "invalid_event"],
    ["publish half a character", (room) => room.publish("\ud83d", 1), "invalid_event"],
    ["history of a limit in text", (room) => room.history({ limit: "5" }), "invalid_value"],
    ["history before nothing", (room) => room.history({ before: NaN }), "invalid_value"],
    ["presence after a number", (room) => room.presence({ after: 7 }), "invalid_value"],
    ["presence after half a name", (room) => room.presence({ after: "\ud83d" }), "invalid_value"],
  ])("%s is its caller's mistake and nobody else's", async (_what, call, reason) => {
    const scene = await connected();
    await expect(call(scene.river.channel("room"))).rejects.toMatchObject({ code: 0, reason });
    expect(scene.server.sent.slice(2)).toEqual([]);
  });

  it.each([
    ["is too large for the server", 1009, "message_too_large"],
    ["the server does not understand", 4400, "invalid_message"],
  ])("that %s fails, and the client comes back without it", async (_what, code, reason) => {
    const scene = await connected();
    const answer = publish(scene);
    const refused = expect(answer).rejects.toMatchObject({ reason });
    scene.server.ends(code);
    await refused;
    await scene.clock.advance(5000);
    await scene.connects();
    expect(scene.state).toBe("connected");
    expect(scene.server.all("subscribe")).toHaveLength(1);
    expect(scene.server.all("publish")).toEqual([]);
  });

  it("reads history", async () => {
    const scene = await connected();
    const answer = scene.river.channel("room")?.history({ limit: 1, before: 41 });
    expect(scene.server.all("history")).toMatchObject([{ channel: "room", limit: 1, before: 41 }]);
    const page = { epoch: "x7", events: [{ event: "a", data: 1, offset: 40 }], more: true };
    const about = { ...scene.server.asked("history"), channel: "room" };
    scene.server.says({ type: "history", ...about, ...page });
    expect(await answer).toEqual(page);
    const unknown = scene.river.channel("room")?.history();
    const none = { ...scene.server.asked("history"), channel: "room", events: [], more: false };
    scene.server.says({ type: "history", ...none });
    expect(await unknown).toStrictEqual({ events: [], more: false });
  });

  it("reads who is present", async () => {
    const scene = await connected();
    const answer = scene.river.channel("room")?.presence();
    const about = { ...scene.server.asked("presence"), channel: "room" };
    const page = { members: [{ id: "ada" }], member_count: 2000, next: "ada" };
    scene.server.says({ type: "members", ...about, ...page });
    expect(await answer).toEqual(page);
  });

  it("rejects with the server's error", async () => {
    const scene = await connected();
    const answer = publish(scene);
    const error = { code: 4403, reason: "forbidden", message: "no grant", retry: false };
    scene.server.says({ type: "error", ...scene.server.asked("publish"), ...error });
    await expect(answer).rejects.toMatchObject({ name: "RiverError", ...error });
  });

  it("rejects when no answer comes", async () => {
    const scene = await connected();
    const answer = publish(scene);
    await scene.clock.advance(10_000);
    await expect(answer).rejects.toMatchObject({ reason: "timeout", retry: true });
  });

  it("that was given up is no news when its answer comes after all", async () => {
    const scene = await connected();
    publish(scene);
    await scene.clock.advance(10_000);
    const refusal = { code: 4503, reason: "unavailable", message: "later", retry: true };
    scene.server.says({ type: "error", ...scene.server.asked("publish"), ...refusal });
    expect(scene.errors).toEqual([]);
  });

  it("does not come with so many others that the server would end the connection", async () => {
    const scene = new Scene();
    const answers = Array.from({ length: 120 }, () => publish(scene));
    await scene.connects();
    expect(scene.server.all("publish")).toHaveLength(50);
    answers.push(publish(scene));
    expect(scene.server.all("publish")).toHaveLength(50);
    await scene.clock.advance(500);
    expect(scene.server.all("publish")).toHaveLength(100);
    await scene.clock.advance(500);
    publish(scene);
    const ids = scene.server.all("publish").map(({ id }) => id);
    expect(ids).toHaveLength(122);
    expect(ids).toEqual([...ids].sort((one, other) => one - other));
    scene.river.disconnect();
    expect(scene.clock.timer_count).toBe(0);
    await Promise.allSettled(answers);
  });

  it("that waits behind others is not sent when the connection is lost", async () => {
    const scene = new Scene();
    for (let count = 0; count < 60; count += 1) publish(scene);
    await scene.connects();
    const first = scene.server;
    first.ends();
    await scene.clock.advance(5000);
    await scene.connects();
    expect(first.all("publish")).toHaveLength(50);
    expect(scene.server.all("publish")).toHaveLength(50);
  });

  it("waits for the connection, behind those that came before", async () => {
    const scene = new Scene();
    scene.river.connection.bind("connected", () => publish(scene));
    const room = scene.river.subscribe("room");
    room.publish("first").catch(() => {});
    await scene.connects();
    const events = scene.server.all("publish").map(({ event }) => event);
    expect(events).toEqual(["first", "typing"]);
  });

  it("is not sent before the token was accepted", async () => {
    const scene = new Scene();
    void publish(scene);
    await scene.clock.advance(0);
    scene.server.opens();
    expect(scene.server.all("publish")).toEqual([]);
  });

  it("that is made while a new connection waits for its token's answer waits too", async () => {
    const scene = await connected();
    scene.server.ends();
    await scene.clock.advance(5000);
    scene.server.opens();
    void publish(scene);
    expect(scene.server.all("publish")).toEqual([]);
  });

  it("that publishes is sent again under the same id when its answer is lost", async () => {
    const scene = await connected();
    const answer = publish(scene);
    const [first] = scene.server.all("publish");
    scene.server.ends();
    await scene.clock.advance(5000);
    await scene.connects();
    expect(scene.server.all("publish")).toEqual([first]);
    scene.server.says({ type: "ok", id: first?.id ?? 0, epoch: "x7", offset: 44 });
    expect(await answer).toMatchObject({ offset: 44 });
    scene.server.ends();
    await scene.clock.advance(5000);
    await scene.connects();
    expect(scene.server.all("publish")).toEqual([]);
  });

  it("that publishes twice does so under two ids", async () => {
    const scene = await connected();
    void publish(scene);
    void publish(scene);
    const ids = scene.server.all("publish").map((message) => message.publication_id);
    expect(new Set(ids).size).toBe(2);
  });

  it("that asks is asked again when its answer is lost", async () => {
    const scene = await connected();
    const answer = scene.river.channel("room")?.history();
    scene.server.ends();
    await scene.clock.advance(5000);
    await scene.connects();
    const about = { ...scene.server.asked("history"), channel: "room", epoch: "x7" };
    scene.server.says({ type: "history", ...about, events: [], more: false });
    expect((await answer)?.events).toEqual([]);
  });

  it("rejects when the connection ends for good, and from then on at once", async () => {
    const scene = await connected();
    const answer = publish(scene);
    scene.river.disconnect();
    await expect(answer).rejects.toMatchObject({ reason: "disconnected" });
    await expect(publish(scene)).rejects.toMatchObject({ reason: "not_connected" });
    expect(scene.clock.timer_count).toBe(0);
  });
});

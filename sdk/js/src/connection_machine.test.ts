import { describe, expect, it } from "vitest";
import { Scene, settle } from "../test/fakes.js";

const second_ms = 1000;

describe("connecting", () => {
  it("goes on its own from initialized to connected, and tells each step", async () => {
    const scene = new Scene();
    expect(scene.state).toBe("initialized");
    await scene.connects();
    expect(scene.states).toEqual(["connecting", "connected"]);
    expect(scene.river.connection.id).toBe("c-1");
    expect(scene.river.user.id).toBe("u1");
  });

  it("takes an option that is undefined as left out", async () => {
    const nothing = { auto_connect: undefined, connect_timeout_ms: undefined } as {};
    const scene = new Scene({ ...nothing, transports: undefined } as {});
    await scene.connects();
    expect(scene.state).toBe("connected");
  });

  it.each([[[]], [["websockets"]], ["sse"]])("says that %j is no list of transports", (given) => {
    expect(() => new Scene({ transports: given as never })).toThrow("transports");
  });

  it("waits for connect() when told so", async () => {
    const scene = new Scene({ auto_connect: false });
    await settle();
    expect(scene.transports).toEqual([]);
    scene.river.connect();
    await scene.connects();
    expect(scene.state).toBe("connected");
  });

  it("sends the token and all subscribes at once, without waiting for answers", async () => {
    const scene = new Scene();
    scene.river.subscribe("dogs");
    scene.river.subscribe("cats");
    await settle();
    scene.server.opens();
    expect(scene.server.sent).toEqual([
      { type: "auth", id: 1, token: "token" },
      { type: "subscribe", id: 2, channel: "dogs" },
      { type: "subscribe", id: 3, channel: "cats" },
    ]);
  });

  it("gives up an attempt that takes too long, and tries again", async () => {
    const scene = new Scene({ connect_timeout_ms: 20 * second_ms });
    await settle();
    const first = scene.server;
    first.opens();
    await scene.clock.advance(19 * second_ms);
    expect(first.is_closed).toBe(false);
    await scene.clock.advance(2 * second_ms);
    expect(first.is_closed).toBe(true);
    expect(scene.transports).toHaveLength(2);
  });

  it("has no connection id while it has no connection", async () => {
    const scene = new Scene();
    await scene.connects();
    scene.server.ends();
    expect(scene.river.connection.id).toBeUndefined();
  });

  it("leaves nothing behind when it is disconnected", async () => {
    const scene = new Scene();
    await scene.connects();
    scene.river.disconnect();
    expect(scene.state).toBe("disconnected");
    expect(scene.server.is_closed).toBe(true);
    expect(scene.clock.timer_count).toBe(0);
    expect(scene.page.listener).toBeUndefined();
  });

  it("stays disconnected when a callback disconnects while a retry begins", async () => {
    const scene = new Scene();
    await scene.connects();
    scene.river.connection.bind("connecting", () => scene.river.disconnect());
    scene.server.ends();
    await scene.clock.advance(60 * second_ms);
    expect(scene.state).toBe("disconnected");
    expect(scene.transports).toHaveLength(1);
  });

  it("fails at once, and says so, where no transport can work", async () => {
    const scene = new Scene({
      open_transport: (_kind, _opening, listener) => {
        queueMicrotask(() => listener.unusable(new Error("no WebSocket here") as never));
        return { kind: "websocket", send() {}, close() {} };
      },
    });
    await settle();
    expect(scene.state).toBe("failed");
    expect(scene.errors[0].message).toBe("no WebSocket here");
  });
});

describe("after a close code", () => {
  it.each([1000, 1001, 1006, 1011, 1012, 4408, 4429, 4430, 4503])("%i reconnects", async (code) => {
    const scene = new Scene();
    await scene.connects();
    scene.server.ends(code);
    expect(scene.state).toBe("unavailable");
    await scene.clock.advance(5 * second_ms);
    expect(scene.transports).toHaveLength(2);
    expect(scene.errors).toEqual([]);
  });

  it.each([
    [1002, "closed"],
    [1003, "closed"],
    [1007, "closed"],
    [1008, "closed"],
    [1009, "message_too_large"],
    [4400, "invalid_message"],
    [4403, "forbidden"],
  ])("%i fails for good, with reason %s", async (code, reason) => {
    const scene = new Scene();
    await scene.connects();
    scene.server.ends(code);
    await scene.clock.advance(600 * second_ms);
    expect(scene.state).toBe("failed");
    expect(scene.transports).toHaveLength(1);
    expect(scene.errors).toMatchObject([{ code, reason, retry: false }]);
    expect(scene.clock.timer_count).toBe(0);
  });

  it.each([1001, 1011, 4429, 4503])("%i waits longer than after a cut network", async (code) => {
    const scene = new Scene();
    scene.random = 0.999;
    await scene.connects();
    scene.server.ends(code);
    await scene.clock.advance(3900);
    expect(scene.transports).toHaveLength(1);
    await scene.clock.advance(200);
    expect(scene.transports).toHaveLength(2);
  });

  it("connects again after a failure when told to", async () => {
    const scene = new Scene();
    await scene.connects();
    scene.server.ends(4403);
    scene.river.connect();
    await scene.connects();
    expect(scene.state).toBe("connected");
  });
});

describe("back-off", () => {
  async function delays_ms(scene: Scene, count: number): Promise<number[]> {
    const delays: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const attempts = scene.transports.length;
      scene.server.ends();
      const begin_ms = scene.clock.now_ms();
      while (scene.transports.length === attempts) await scene.clock.advance(100);
      delays.push(scene.clock.now_ms() - begin_ms);
    }
    return delays;
  }

  it("doubles its ceiling up to 30 seconds", async () => {
    const scene = new Scene({ transports: ["websocket"] });
    scene.random = 1;
    await settle();
    expect(await delays_ms(scene, 9)).toEqual([
      500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });

  it("is random over its whole range", async () => {
    const scene = new Scene({ transports: ["websocket"] });
    await settle();
    scene.random = 0.2;
    expect(await delays_ms(scene, 2)).toEqual([100, 200]);
  });

  it("begins anew after a connection that lasted, and goes on after one that did not", async () => {
    const scene = new Scene({ transports: ["websocket"] });
    scene.random = 1;
    await settle();
    await delays_ms(scene, 3);
    await scene.connects();
    expect(await delays_ms(scene, 1)).toEqual([4000]);
    await scene.connects();
    await scene.clock.advance(6 * second_ms);
    expect(await delays_ms(scene, 1)).toEqual([500]);
  });
});

describe("a server that is leaving", () => {
  it("is left alone until the time that it gave", async () => {
    const scene = new Scene();
    await scene.connects();
    scene.server.says({ type: "reconnect", after_ms: 9000, reason: "draining" });
    await scene.clock.advance(2 * second_ms);
    scene.server.ends(1001);
    await scene.clock.advance(6900);
    expect(scene.transports).toHaveLength(1);
    await scene.clock.advance(100);
    expect(scene.transports).toHaveLength(2);
  });

  it("is not asked sooner because the page is looked at or the network returns", async () => {
    const scene = new Scene();
    await scene.connects();
    scene.server.says({ type: "reconnect", after_ms: 9000, reason: "draining" });
    scene.server.ends(1001);
    scene.page.listener?.visible();
    scene.page.listener?.online();
    await scene.clock.advance(8 * second_ms);
    expect(scene.transports).toHaveLength(1);
  });

  it("is left at that time if it has not closed by then", async () => {
    const scene = new Scene();
    await scene.connects();
    const leaving = scene.server;
    leaving.says({ type: "reconnect", after_ms: 1000, reason: "draining" });
    await scene.clock.advance(1000);
    expect(leaving.is_closed).toBe(true);
    await scene.connects();
    expect(scene.state).toBe("connected");
    expect(scene.states).not.toContain("unavailable");
  });
});

describe("liveness", () => {
  it("answers the server's pings", async () => {
    const scene = new Scene();
    await scene.connects();
    scene.server.says({ type: "ping" });
    expect(scene.server.sent.at(-1)).toEqual({ type: "pong" });
  });

  it("reconnects when the server is silent for longer than its ping interval allows", async () => {
    const scene = new Scene();
    await scene.connects();
    await scene.clock.advance(34.9 * second_ms);
    expect(scene.state).toBe("connected");
    await scene.clock.advance(0.2 * second_ms);
    expect(scene.state).toBe("unavailable");
    expect(scene.transports[0]?.is_closed).toBe(true);
  });

  it("is not put off by a clock that was set back", async () => {
    const scene = new Scene();
    await scene.connects();
    scene.clock.set_back(3600 * second_ms);
    await scene.clock.advance(75 * second_ms);
    expect(scene.state).not.toBe("connected");
  });

  it("takes any message as a sign of life", async () => {
    const scene = new Scene();
    await scene.connects();
    for (let count = 0; count < 4; count += 1) {
      await scene.clock.advance(30 * second_ms);
      scene.server.says({ type: "event", event: "hello", data: null });
    }
    expect(scene.state).toBe("connected");
  });
});

describe("the page", () => {
  it("asks the server when it is looked at again, and reconnects if none answers", async () => {
    const scene = new Scene();
    await scene.connects();
    scene.page.listener?.visible();
    expect(scene.server.sent.at(-1)).toEqual({ type: "ping" });
    await scene.clock.advance(5 * second_ms);
    expect(scene.state).toBe("unavailable");
  });

  it("leaves a stream as it is, since none can be asked", async () => {
    const scene = new Scene({ transports: ["sse"] });
    scene.river.subscribe("dogs");
    await scene.connects();
    scene.page.listener?.visible();
    await scene.clock.advance(20 * second_ms);
    expect(scene.state).toBe("connected");
    expect(scene.transports).toHaveLength(1);
    scene.clock.sleep(3600 * second_ms);
    scene.page.listener?.visible();
    await settle();
    expect(scene.transports).toHaveLength(2);
  });

  it("opens a stream anew when the network may have changed under it", async () => {
    const scene = new Scene({ transports: ["sse"] });
    scene.river.subscribe("dogs");
    await scene.connects();
    scene.page.listener?.online();
    await scene.clock.advance(5 * second_ms);
    expect(scene.state).toBe("unavailable");
  });

  it("keeps the connection if the server answers", async () => {
    const scene = new Scene();
    await scene.connects();
    scene.page.listener?.visible();
    scene.server.says({ type: "pong" });
    await scene.clock.advance(20 * second_ms);
    expect(scene.state).toBe("connected");
  });

  it("reconnects at once after a long sleep, without asking", async () => {
    const scene = new Scene();
    await scene.connects();
    scene.clock.sleep(3600 * second_ms);
    scene.page.listener?.visible();
    expect(scene.transports[0]?.is_closed).toBe(true);
    await scene.connects();
    expect(scene.state).toBe("connected");
  });

  it("leaves the server when it is put aside, and comes back with the page", async () => {
    const scene = new Scene();
    await scene.connects();
    scene.page.listener?.left();
    expect(scene.server.is_closed).toBe(true);
    expect(scene.state).toBe("unavailable");
    await scene.clock.advance(60 * second_ms);
    expect(scene.transports).toHaveLength(1);
    scene.page.listener?.visible();
    await scene.connects();
    expect(scene.transports).toHaveLength(2);
    expect(scene.state).toBe("connected");
  });

  it("comes back at once, too, if it was put aside after the server had said when to", async () => {
    const scene = new Scene();
    await scene.connects();
    scene.server.says({ type: "reconnect", reason: "", after_ms: 20 * second_ms });
    scene.page.listener?.left();
    scene.page.listener?.visible();
    await settle();
    expect(scene.transports).toHaveLength(2);
  });

  it("reconnects at once when the network returns, however long it was away", async () => {
    const scene = new Scene();
    scene.random = 1;
    await scene.connects();
    scene.page.is_away = true;
    scene.server.ends();
    await scene.clock.advance(10 * second_ms);
    expect(scene.transports).toHaveLength(1);
    scene.page.is_away = false;
    scene.page.listener?.online();
    await settle();
    expect(scene.transports).toHaveLength(2);
  });

  it("begins the back-off anew when the network returns", async () => {
    const scene = new Scene({ transports: ["websocket"] });
    scene.random = 1;
    await settle();
    for (let count = 0; count < 5; count += 1) {
      scene.server.ends();
      await scene.clock.advance(30 * second_ms);
    }
    scene.page.listener?.online();
    await settle();
    const attempts = scene.transports.length;
    scene.server.ends();
    await scene.clock.advance(500);
    expect(scene.transports).toHaveLength(attempts + 1);
  });

  it("offline counts no attempts, and looks now and then for a local server", async () => {
    const scene = new Scene({ transports: ["websocket"] });
    scene.random = 1;
    await scene.connects();
    scene.page.is_away = true;
    for (let attempts = 1; attempts < 5; attempts += 1) {
      scene.server.ends();
      await scene.clock.advance(29.9 * second_ms);
      expect(scene.transports).toHaveLength(attempts);
      await scene.clock.advance(0.1 * second_ms);
    }
    scene.page.is_away = false;
    scene.server.ends();
    await scene.clock.advance(500);
    expect(scene.transports).toHaveLength(6);
  });

  it("offline checks a connection instead of trusting the browser", async () => {
    const scene = new Scene();
    await scene.connects();
    scene.page.listener?.offline();
    expect(scene.state).toBe("connected");
    expect(scene.server.sent.at(-1)).toEqual({ type: "ping" });
  });
});

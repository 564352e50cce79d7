import { describe, expect, it } from "vitest";
import { Scene, heard, settle } from "../test/fakes.js";

/** Lets WebSockets die before a word until another transport is tried. */
async function blocked(scene: Scene): Promise<void> {
  scene.river.subscribe("dogs");
  await settle();
  for (let count = 0; count < 3; count += 1) {
    expect(scene.server.kind).toBe("websocket");
    scene.server.ends();
    await scene.clock.advance(5000);
  }
}

describe("where WebSockets are blocked", () => {
  it("turns to Server-Sent Events after three silent deaths", async () => {
    const scene = new Scene();
    await blocked(scene);
    expect(scene.server.kind).toBe("sse");
    const wanted = [{ channel: "dogs", since: undefined }];
    expect(scene.server.opening).toEqual({ token: "token", wanted });
  });

  it("receives events there", async () => {
    const scene = new Scene();
    const data: unknown[] = [];
    scene.river.subscribe("dogs").bind("bark", (sound) => data.push(sound));
    await blocked(scene);
    await scene.connects();
    scene.server.subscribes("dogs", { offset: 4 });
    scene.server.publishes("dogs", 5, "bark", "woof");
    expect(scene.state).toBe("connected");
    expect(scene.server.sent).toEqual([]);
    expect(data).toEqual(["woof"]);
  });

  it("says that nothing can be sent there", async () => {
    const scene = new Scene();
    await blocked(scene);
    const waiting = scene.river.subscribe("dogs").publish("bark", "woof");
    const refused = expect(waiting).rejects.toMatchObject({ reason: "read_only", retry: false });
    await scene.connects();
    await refused;
    await expect(scene.river.channel("dogs")?.history()).rejects.toThrow("can only receive");
  });

  it("opens another stream when channels come or go, once for all of a turn", async () => {
    const scene = new Scene();
    await blocked(scene);
    await scene.connects();
    scene.river.subscribe("cats");
    scene.river.subscribe("birds");
    scene.river.unsubscribe("dogs");
    await scene.clock.advance(100);
    expect(scene.transports).toHaveLength(5);
    const channels = scene.server.opening.wanted.map(({ channel }) => channel);
    expect(channels).toEqual(["cats", "birds"]);
  });

  it("takes a refusal for the channel that it names, and asks for the others only", async () => {
    const scene = new Scene();
    const errors: any[] = [];
    scene.river.subscribe("private-dogs").bind("river:error", (error) => errors.push(error));
    await blocked(scene);
    await scene.connects();
    const refusal = { code: 4403, reason: "forbidden", message: "no grant", retry: false };
    scene.server.says({ type: "error", channel: "private-dogs", ...refusal });
    expect(errors).toMatchObject([refusal]);
    scene.river.subscribe("cats");
    await scene.clock.advance(100);
    const channels = () => scene.server.opening.wanted.map(({ channel }) => channel);
    expect(channels()).toEqual(["dogs", "cats"]);
    await scene.connects();
    scene.river.subscribe("private-dogs");
    await scene.clock.advance(100);
    expect(channels()).toEqual(["private-dogs", "dogs", "cats"]);
  });

  it("opens another stream for a channel that was refused for now", async () => {
    const scene = new Scene();
    await blocked(scene);
    await scene.connects();
    const refusal = { code: 4503, reason: "unavailable", message: "later", retry: true };
    scene.server.says({ type: "error", channel: "dogs", ...refusal });
    await scene.clock.advance(2000);
    expect(scene.transports).toHaveLength(5);
    expect(scene.server.opening.wanted).toMatchObject([{ channel: "dogs" }]);
  });

  it("opens another stream with a new token before the old one expires", async () => {
    let count = 0;
    const scene = new Scene({ jwt: async () => `token-${++count}` });
    await blocked(scene);
    scene.server.accepts({ expires_in: 20 });
    await scene.clock.advance(17_000);
    expect(scene.server.kind).toBe("sse");
    expect(scene.server.opening.token).toBe("token-5");
  });

  it("resumes there what WebSockets had begun, and the other way round", async () => {
    const scene = new Scene();
    const list = heard(scene.river.subscribe("dogs"));
    await scene.connects();
    scene.server.subscribes("dogs", { offset: 4 });
    scene.server.ends();
    await scene.clock.advance(5000);
    await blocked(scene);
    expect(scene.server.opening.wanted[0]?.since).toEqual({ epoch: "x7", offset: 4 });
    await scene.connects();
    scene.server.subscribes("dogs", { offset: 5, recovered: true });
    scene.server.publishes("dogs", 5);
    scene.server.ends();
    scene.page.listener?.online();
    await scene.connects();
    expect(scene.server.all("subscribe")).toMatchObject([{ since: { offset: 5 } }]);
    expect(list).toEqual([5]);
    expect(scene.gaps).toEqual([]);
  });

  it("sends calls again once WebSockets are back", async () => {
    const scene = new Scene();
    await blocked(scene);
    await scene.connects();
    scene.server.ends();
    scene.page.listener?.online();
    await settle();
    scene.river.channel("dogs")?.publish("bark").catch(() => {});
    scene.server.opens();
    expect(scene.server.all("publish")).toEqual([]);
    scene.server.accepts();
    expect(scene.server.all("publish")).toHaveLength(1);
  });

  it("delivers no past later that a stream could not begin with", async () => {
    const scene = new Scene();
    const list = heard(scene.river.subscribe("cats", { rewind: 3 }));
    await blocked(scene);
    await scene.connects();
    scene.server.subscribes("cats", { offset: 9 });
    scene.river.subscribe("birds");
    await scene.clock.advance(100);
    expect(scene.server.opening.wanted[0]?.since).toEqual({ epoch: "x7", offset: 9 });
    expect(list).toEqual([]);
  });

  it("does not take a gap for one where nothing was missed", async () => {
    const scene = new Scene();
    await blocked(scene);
    await scene.connects();
    scene.server.subscribes("dogs", { offset: 4 });
    scene.server.ends();
    await scene.clock.advance(5000);
    await scene.connects();
    scene.server.subscribes("dogs", { offset: 4 });
    expect(scene.gaps).toEqual([]);
    scene.server.ends();
    await scene.clock.advance(5000);
    await scene.connects();
    scene.server.subscribes("dogs", { offset: 6 });
    expect(scene.gaps).toHaveLength(1);
  });

  it("tries both in turn while neither works", async () => {
    const scene = new Scene();
    await blocked(scene);
    for (let count = 0; count < 3; count += 1) {
      scene.server.ends();
      await scene.clock.advance(17_000);
    }
    const kinds = scene.transports.slice(3).map(({ kind }) => kind);
    expect(kinds).toEqual(["sse", "websocket", "sse", "websocket"]);
  });

  it("goes on where no stream can be had of the channels, and says why", async () => {
    const scene = new Scene();
    await blocked(scene);
    expect(scene.server.kind).toBe("sse");
    scene.server.ends(4400);
    expect(scene.state).toBe("unavailable");
    expect(scene.errors).toMatchObject([{ code: 4400 }]);
    await scene.clock.advance(8000);
    expect(scene.server.kind).toBe("websocket");
    await scene.connects();
    expect(scene.state).toBe("connected");
  });

  it("gives up where no stream can be had and WebSockets are not wanted", async () => {
    const scene = new Scene({ transports: ["sse"] });
    scene.river.subscribe("dogs");
    await settle();
    scene.server.ends(4400);
    expect(scene.state).toBe("failed");
  });

  it("keeps a stream that worked, until the network changes", async () => {
    const scene = new Scene();
    await blocked(scene);
    await scene.connects();
    scene.server.ends();
    await scene.clock.advance(5000);
    expect(scene.server.kind).toBe("sse");
    await scene.connects();
    scene.server.ends();
    scene.page.listener?.online();
    await settle();
    expect(scene.server.kind).toBe("websocket");
  });

  it("opens no stream for no channel", async () => {
    const scene = new Scene();
    await settle();
    for (let count = 0; count < 5; count += 1) {
      scene.server.ends();
      await scene.clock.advance(30_000);
    }
    expect(scene.transports.every(({ kind }) => kind === "websocket")).toBe(true);
  });
});

describe("a stream that took the place of WebSockets while the server was away", () => {
  const probes = (scene: Scene) => scene.transports.slice(4);

  async function on_stream(options = {}): Promise<Scene> {
    const scene = new Scene(options);
    await blocked(scene);
    await scene.connects();
    scene.server.subscribes("dogs", { offset: 4 });
    return scene;
  }

  it("gives it back once one gets through, without a loss", async () => {
    const scene = await on_stream();
    const stream = scene.server;
    await scene.clock.advance(10_000);
    expect(scene.server.kind).toBe("websocket");
    expect(stream.is_closed).toBe(false);
    expect(scene.state).toBe("connected");
    const probe = scene.server;
    probe.says({ type: "welcome", connection: "c-2", auth_timeout: 15 });
    expect(probe.is_closed).toBe(true);
    expect(probe.sent).toEqual([]);
    expect(stream.is_closed).toBe(true);
    await scene.connects();
    expect(scene.server.kind).toBe("websocket");
    const since = { epoch: "x7", offset: 4 };
    expect(scene.server.all("subscribe")).toMatchObject([{ channel: "dogs", since }]);
    await scene.clock.advance(20_000);
    expect(scene.server.kind).toBe("websocket");
    expect(scene.states).not.toContain("failed");
  });

  it("keeps it while they are blocked, and looks less and less often", async () => {
    const scene = await on_stream();
    const stream = scene.server;
    const looks_at_s: number[] = [];
    for (let second = 0; second < 3600; second += 5) {
      await scene.clock.advance(5000);
      stream.says({ type: "ping" });
      if (scene.server.kind === "websocket" && !scene.server.is_closed) {
        looks_at_s.push(second);
        scene.server.ends();
      }
    }
    expect(stream.is_closed).toBe(false);
    const pauses = looks_at_s.slice(1).map((at_s, index) => at_s - looks_at_s[index]!);
    expect(pauses.slice(0, 3)).toEqual([15, 30, 60]);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(600);
    expect(scene.errors).toEqual([]);
  });

  it("gives up a look that is not answered", async () => {
    const scene = await on_stream();
    await scene.clock.advance(10_000);
    const [probe] = probes(scene);
    await scene.clock.advance(20_000);
    expect(probe?.is_closed).toBe(true);
    expect(scene.state).toBe("connected");
  });

  it("is looked past although the stream is often opened anew", async () => {
    const scene = await on_stream();
    for (const name of ["a", "b", "c", "d"]) {
      scene.river.subscribe(name);
      await scene.clock.advance(100);
      await scene.connects();
      await scene.clock.advance(1900);
    }
    expect(probes(scene).map(({ kind }) => kind)).toContain("websocket");
  });

  it("is looked past soon after the network has changed", async () => {
    const scene = await on_stream();
    const stream = scene.server;
    for (let count = 0; count < 20; count += 1) {
      await scene.clock.advance(15_000);
      stream.says({ type: "ping" });
      if (scene.server.kind === "websocket" && !scene.server.is_closed) scene.server.ends();
    }
    const { length } = scene.transports;
    scene.page.listener?.online();
    stream.says({ type: "ping" });
    await scene.clock.advance(10_000);
    expect(scene.transports).toHaveLength(length + 1);
    expect(scene.server.kind).toBe("websocket");
    expect(stream.is_closed).toBe(false);
  });

  it("leaves nothing behind when it is disconnected during a look", async () => {
    const scene = await on_stream();
    await scene.clock.advance(10_000);
    scene.river.disconnect();
    expect(scene.server.is_closed).toBe(true);
    expect(scene.clock.timer_count).toBe(0);
  });

  it("stays where WebSockets are not wanted", async () => {
    const scene = new Scene({ transports: ["sse"] });
    scene.river.subscribe("dogs");
    await scene.connects();
    await scene.clock.advance(30_000);
    expect(scene.transports).toHaveLength(1);
  });
});

describe("where WebSockets work", () => {
  it("never turns to Server-Sent Events, however often they are closed", async () => {
    const scene = new Scene();
    scene.river.subscribe("dogs");
    for (let count = 0; count < 8; count += 1) {
      await scene.connects();
      scene.server.ends(4430);
      await scene.clock.advance(30_000);
    }
    expect(scene.transports.every(({ kind }) => kind === "websocket")).toBe(true);
  });

  it("waits for a channel where it may only use streams", async () => {
    const scene = new Scene({ transports: ["sse"] });
    await scene.clock.advance(60_000);
    expect(scene.transports).toEqual([]);
    scene.river.subscribe("dogs");
    await scene.clock.advance(100);
    await scene.connects();
    expect(scene.state).toBe("connected");
    scene.river.unsubscribe("dogs");
    await scene.clock.advance(60_000);
    expect(scene.transports).toHaveLength(1);
    scene.river.subscribe("cats");
    await scene.clock.advance(100);
    expect(scene.server.opening.wanted).toMatchObject([{ channel: "cats" }]);
    expect(scene.states).not.toContain("unavailable");
  });

  it("uses only the transports that it may", async () => {
    const scene = new Scene({ transports: ["sse"] });
    scene.river.subscribe("dogs");
    await settle();
    expect(scene.server.kind).toBe("sse");
  });
});

import { describe, expect, it, vi } from "vitest";
import { Scene, settle } from "../test/fakes.js";

const second_ms = 1000;

describe("tokens", () => {
  function fresh_tokens() {
    let count = 0;
    return vi.fn(async () => `token-${++count}`);
  }

  it("are renewed in place a minute before they expire", async () => {
    const scene = new Scene({ jwt: fresh_tokens() });
    await settle();
    scene.server.accepts({ expires_in: 100 });
    for (let count = 0; count < 8; count += 1) {
      await scene.clock.advance(9.9 * second_ms);
      scene.server.says({ type: "ping" });
    }
    expect(scene.server.all("auth").map((auth) => auth.token)).toEqual(["token-1"]);
    await scene.clock.advance(1 * second_ms);
    expect(scene.server.all("auth").map((auth) => auth.token)).toEqual(["token-1", "token-2"]);
    expect(scene.transports).toHaveLength(1);
  });

  it("are renewed again and again", async () => {
    const jwt = fresh_tokens();
    const scene = new Scene({ jwt });
    await settle();
    scene.server.accepts({ expires_in: 10 });
    for (let count = 0; count < 3; count += 1) {
      await scene.clock.advance(8 * second_ms);
      const id = scene.server.asked("auth");
      scene.server.says({ type: "authenticated", ...id, user: "u1", expires_in: 10 });
    }
    expect(jwt).toHaveBeenCalledTimes(4);
    expect(scene.states).toEqual(["connecting", "connected"]);
  });

  it("that cannot be fetched for a renewal are asked for again, without a disconnect", async () => {
    const jwt = fresh_tokens();
    const scene = new Scene({ jwt });
    await settle();
    scene.server.accepts({ expires_in: 10 });
    jwt.mockRejectedValueOnce(new Error("backend is down"));
    await scene.clock.advance(8 * second_ms);
    expect(scene.errors).toMatchObject([{ reason: "no_token", retry: true }]);
    expect(scene.state).toBe("connected");
    await scene.clock.advance(10 * second_ms);
    expect(scene.server.all("auth")).toHaveLength(2);
  });

  it("that are refused in a renewal are fetched again, and the connection stays", async () => {
    const scene = new Scene({ jwt: fresh_tokens() });
    await settle();
    scene.server.accepts({ expires_in: 10 });
    await scene.clock.advance(8 * second_ms);
    scene.server.says(refusal(scene));
    expect(scene.state).toBe("connected");
    expect(scene.errors).toMatchObject([{ code: 4401 }]);
    await scene.clock.advance(10 * second_ms);
    expect(scene.server.all("auth").at(-1)?.token).toBe("token-3");
  });

  it("that do not change are not renewed", async () => {
    const scene = new Scene({ jwt: "fixed" });
    await settle();
    scene.server.accepts({ expires_in: 10 });
    await scene.clock.advance(30 * second_ms);
    expect(scene.server.all("auth")).toHaveLength(1);
  });

  it("that the server refuses are fetched anew before the next attempt", async () => {
    const scene = new Scene({ jwt: fresh_tokens() });
    await settle();
    scene.server.opens();
    scene.server.ends(4401);
    await scene.clock.advance(1 * second_ms);
    expect(scene.transports.map(({ opening }) => opening.token)).toEqual(["token-1", "token-2"]);
  });

  it("that the server refuses are told, since the next ones may be no better", async () => {
    const scene = new Scene({ jwt: fresh_tokens() });
    await settle();
    scene.server.opens();
    scene.server.ends(4401);
    expect(scene.state).toBe("unavailable");
    expect(scene.errors).toMatchObject([{ code: 4401, reason: "unauthenticated", retry: true }]);
  });

  it("that end an open connection are no news: the next one goes on", async () => {
    const scene = new Scene({ jwt: fresh_tokens() });
    await scene.connects();
    scene.server.ends(4401);
    await scene.clock.advance(1 * second_ms);
    await scene.connects();
    expect(scene.errors).toEqual([]);
  });

  it("that the server refuses and that do not change end all attempts", async () => {
    const scene = new Scene({ jwt: "fixed" });
    await settle();
    scene.server.opens();
    scene.server.says(refusal(scene));
    expect(scene.state).toBe("failed");
    expect(scene.errors).toMatchObject([{ code: 4401, reason: "unauthenticated" }]);
    expect(scene.server.is_closed).toBe(true);
  });

  it("that come after disconnect() open nothing", async () => {
    let give: (token: string) => void = () => {};
    const scene = new Scene({ jwt: () => new Promise((resolve) => (give = resolve)) });
    await settle();
    scene.river.disconnect();
    give("late");
    await settle();
    expect(scene.transports).toEqual([]);
  });

  it("are asked for with back-off while the backend is down", async () => {
    const jwt = vi.fn().mockRejectedValueOnce(new Error("backend is down")).mockReturnValue("t");
    const scene = new Scene({ jwt });
    await settle();
    expect(scene.state).toBe("unavailable");
    expect(scene.errors[0].message).toContain("backend is down");
    await scene.clock.advance(1 * second_ms);
    await scene.connects();
    expect(scene.state).toBe("connected");
  });

  it("are not asked for again when their function knows better", async () => {
    const signed_out = Object.assign(new Error("signed out"), { retry: false });
    const scene = new Scene({ jwt: () => Promise.reject(signed_out) });
    await settle();
    expect(scene.state).toBe("failed");
    expect(scene.errors).toHaveLength(1);
  });

  it.each([
    ["an error page", "<!doctype html><h1>502 Bad Gateway</h1>"],
    ["an answer in JSON", '{"token":"a.b.c"}'],
    ["nothing", ""],
  ])("are not taken for one when %s comes", async (_what, text) => {
    const jwt = vi.fn().mockReturnValueOnce(text).mockReturnValue("a.b-_.c");
    const scene = new Scene({ jwt });
    await settle();
    expect(scene.transports).toEqual([]);
    expect(scene.state).toBe("unavailable");
    expect(scene.errors).toMatchObject([{ reason: "no_token", retry: true }]);
    expect(scene.errors[0].message).toContain(text.slice(0, 20));
    await scene.clock.advance(1 * second_ms);
    await scene.connects();
    expect(scene.state).toBe("connected");
  });

  it("may have blanks around them, as what a command prints", async () => {
    const scene = new Scene({ jwt: "a.b.c\n" });
    await settle();
    expect(scene.server.opening.token).toBe("a.b.c");
  });

  it("must be text", async () => {
    const scene = new Scene({ jwt: async () => undefined as never });
    await settle();
    expect(scene.errors[0].message).toContain("token as a string");
  });

  function refusal(scene: Scene) {
    return {
      type: "error" as const,
      ...scene.server.asked("auth"),
      code: 4401,
      reason: "unauthenticated",
      message: "the token has expired",
      retry: false,
    };
  }
});

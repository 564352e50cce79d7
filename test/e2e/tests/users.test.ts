import { describe, expect, it } from "vitest";
import { RawClient } from "../src/raw_client.ts";
import type { RiverProcess } from "../src/river_process.ts";
import { unix_now } from "../src/tokens.ts";
import { start_river, use_river } from "../src/use_river.ts";

async function disconnect(river: RiverProcess, name: string, body: unknown): Promise<number> {
  return (await river.post(`/v1/users/${name}/disconnect`, body)).status;
}

describe.each([1, 2])("a user whom a backend disconnects from River with %i workers", (workers) => {
  const river = use_river({ workers });

  it("loses all connections, by 4401, and may come back", async () => {
    const ada = [];
    for (let i = 0; i < 4; i += 1) ada.push(await RawClient.log_in(river, { sub: "ada" }));
    const bob = await RawClient.log_in(river, { sub: "bob" });
    expect(await disconnect(river, "ada", {})).toBe(204);
    for (const client of ada) {
      expect(await client.end()).toEqual({
        code: 4401,
        reason: "disconnected by the application",
      });
    }
    await bob.settle();
    await RawClient.log_in(river, { sub: "ada" });
  });

  it("is disconnected by an empty body as well", async () => {
    const client = await RawClient.log_in(river, { sub: "carol" });
    expect(await disconnect(river, "carol", "")).toBe(204);
    expect(await client.close_code()).toBe(4401);
  });

  it("and revokes is kept out with every token issued before, on every way in", async () => {
    const issued = { sub: "eve", iat: unix_now() - 10 };
    const client = await RawClient.log_in(river, issued);
    expect(await disconnect(river, "eve", { revoke: true })).toBe(204);
    expect(await client.close_code()).toBe(4401);

    for (let i = 0; i < 4; i += 1) {
      const again = await RawClient.connect(river);
      again.send({ type: "auth", id: 1, token: river.token(issued) });
      expect(await again.end()).toEqual({ code: 4401, reason: "the token was revoked" });
    }
    const in_url = await RawClient.connect(river, { query: `?token=${river.token(issued)}` });
    expect(await in_url.close_code()).toBe(4401);
    const stream = `/v1/events?channel=dogs&token=${river.token(issued)}`;
    expect((await fetch(river.url + stream)).status).toBe(401);

    await RawClient.log_in(river, { sub: "eve", iat: unix_now() + 1 });
    await RawClient.log_in(river, { sub: "eva", iat: issued.iat });
  });
});

describe("a revocation", () => {
  it.each(["kill", "stop"] as const)("holds over a restart by %s", async (how) => {
    const river = await start_river({ workers: 2 });
    // Several times, as either worker may answer, and one of them alone keeps the list.
    const names = Array.from({ length: 6 }, (_none, i) => `eve-${i}`);
    for (const name of names) {
      expect(await disconnect(river, name, { revoke: true })).toBe(204);
      await river[how]();
      await river.start();
    }
    for (const name of names) {
      const client = await RawClient.connect(river);
      const token = river.token({ sub: name, iat: unix_now() - 10 });
      client.send({ type: "auth", id: 1, token });
      expect(await client.end()).toEqual({ code: 4401, reason: "the token was revoked" });
    }
    const counter = 'river_auth_failures_total{reason="revoked"}';
    expect((await river.metrics())[counter]).toBe(names.length);
  });

  it("also refuses a token that does not say when it was issued", async () => {
    const river = await start_river();
    expect(await disconnect(river, "eve", { revoke: true })).toBe(204);
    const client = await RawClient.connect(river);
    const token = river.token({ sub: "eve", iat: undefined as unknown as number });
    client.send({ type: "auth", id: 1, token });
    expect(await client.close_code()).toBe(4401);
  });
});

describe("limits.connections_per_user_max", () => {
  it("closes one more with 4403, until another ends; anonymous clients do not count", async () => {
    const config = "[limits]\nconnections_per_user_max = 2";
    const river = await start_river({ workers: 2, config });
    const first = await RawClient.log_in(river, { sub: "ada" });
    await RawClient.log_in(river, { sub: "ada" });
    const third = await RawClient.connect(river);
    third.send({ type: "auth", id: 1, token: river.token({ sub: "ada" }) });
    expect(await third.end()).toEqual({
      code: 4403,
      reason: "too many connections of this user",
    });
    await RawClient.log_in(river, { sub: "bob" });
    for (let i = 0; i < 4; i += 1) await RawClient.log_in(river);
    await first.close();
    await RawClient.log_in(river, { sub: "ada" });
  });
});

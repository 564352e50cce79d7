import { describe, expect, it } from "vitest";
import { eventually } from "../src/deadline.ts";
import { RawClient } from "../src/raw_client.ts";
import { use_river } from "../src/use_river.ts";

describe("a client that is silent", () => {
  const river = use_river({ workers: 2, config: '[ping]\ninterval = "1s"\ntimeout = "1s"' });

  it("is told the interval, asked after it, and may stay if it answers", async () => {
    const client = await RawClient.connect(river);
    const answer = await client.ask({ type: "auth", token: river.token() });
    expect(answer.ping_interval).toBe(1);
    for (let i = 0; i < 4; i += 1) {
      expect(await client.next()).toEqual({ type: "ping" });
      client.send({ type: "pong" });
    }
    await client.settle();
  });

  it.each([
    ["any message", (client: RawClient) => client.send({ type: "ping" })],
    ["a pong of the WebSocket itself", (client: RawClient) => client.socket.pong()],
  ])("may answer by %s", async (_what, reply) => {
    const client = await RawClient.log_in(river);
    for (let i = 0; i < 3; i += 1) {
      await client.expect({ type: "ping" });
      reply(client);
    }
    await client.expect({ type: "ping" });
  });

  it("is closed with 4408 if it does not answer, and its subscription ends", async () => {
    const client = await RawClient.log_in(river);
    await client.subscribe("dogs");
    const started_ms = Date.now();
    expect(await client.end()).toEqual({ code: 4408, reason: "no answer to ping" });
    expect(Date.now() - started_ms).toBeGreaterThan(1500);
    expect(client.pending.map((message) => message.type)).toEqual(["ping"]);
    const subscribers = async () =>
      ((await (await river.get("/v1/channels/dogs")).json()) as any).subscribers;
    await expect.poll(subscribers).toBe(0);
    const counter = 'river_clients_closed_total{cause="no_pong"}';
    expect((await river.metrics())[counter]).toBeGreaterThan(0);
  });

  it("is closed although it gets events all the time", async () => {
    const client = await RawClient.log_in(river);
    await client.subscribe("busy");
    let is_closed = false;
    void client.closed.then(() => (is_closed = true));
    await eventually(async () => {
      await river.publish("busy", "e", 1);
      return is_closed;
    }, "the close");
    expect(await client.close_code()).toBe(4408);
  });
});

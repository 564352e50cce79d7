import { describe, expect, it } from "vitest";
import { eventually } from "../src/deadline.ts";
import { HttpConnection } from "../src/http_connection.ts";
import { RawClient } from "../src/raw_client.ts";
import { start_river } from "../src/use_river.ts";

describe.each([1, 2])("when River with %i workers is told to stop", (workers) => {
  it("clients are told to come back after spread delays, then closed with 1001", async () => {
    const river = await start_river({ workers });
    const clients = [];
    for (let i = 0; i < 30; i += 1) {
      const client = await RawClient.log_in(river);
      await client.subscribe("dogs");
      clients.push(client);
    }
    await river.stop();
    const delays = [];
    for (const client of clients) {
      const { after_ms, ...rest } = await client.next();
      expect(rest).toEqual({ type: "reconnect", reason: "draining" });
      expect(await client.end()).toEqual({ code: 1001, reason: "the server is going away" });
      delays.push(after_ms as number);
    }
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...delays)).toBeLessThanOrEqual(1100);
    expect(new Set(delays).size).toBeGreaterThan(10);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(400);
  });

  it("what was published before reaches its subscribers first", async () => {
    const river = await start_river({ workers });
    const client = await RawClient.log_in(river);
    await client.subscribe("dogs");
    const messages = Array.from({ length: 500 }, (_none, data) => ({
      channel: "dogs",
      event: "e",
      data,
    }));
    await river.post("/v1/publish/batch", { messages });
    await river.stop();
    expect(await client.events(500)).toHaveLength(500);
    await client.expect({ type: "reconnect" });
  });

  it("it turns unready, refuses new clients, and waits for a slow one only so long", async () => {
    const river = await start_river({ workers, config: '[shutdown]\ntimeout = "2s"' });
    const slow = await RawClient.log_in(river);
    const connection = await HttpConnection.open(river.port);
    const ask = async (path: string) => {
      connection.write(`GET ${path} HTTP/1.1\r\nHost: river\r\n\r\n`);
      return connection.answer();
    };
    expect((await ask("/readyz")).status).toBe(200);
    // Bytes that it does not read keep its closing handshake from ending.
    slow.socket.pause();
    river.signal("SIGTERM");
    await eventually(() => river.stderr.includes("draining"), "the log line");
    const unready = await ask("/readyz");
    expect([unready.status, unready.body]).toEqual([503, "draining\n"]);
    expect(unready.headers.connection).toBe("close");
    await expect(RawClient.connect(river).then(() => "it got in")).rejects.toThrow("1006");
    expect(await river.exited()).toBe("0");
  });
});

describe("SIGINT", () => {
  it("stops it in good order as well", async () => {
    const river = await start_river();
    const client = await RawClient.log_in(river);
    river.signal("SIGINT");
    expect((await client.end()).code).toBe(1001);
    expect(await river.exited()).toBe("0");
  });
});

describe("a second River on the port of a running one", () => {
  it("does not start, and takes nothing away from the first", async () => {
    const river = await start_river();
    const position = await river.publish("dogs", "e", 1);
    // As they would share it by SO_REUSEPORT, each with some of the clients.
    const second = start_river({ listen: `127.0.0.1:${river.port}` }).then(() => "it started");
    await expect(second).rejects.toThrow(/cannot listen on .*already in use/);
    expect(await river.publish("dogs", "e", 2)).toEqual({ ...position, offset: 2 });
  });
});

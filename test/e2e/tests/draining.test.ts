import { River } from "river-server";
import { describe, expect, it } from "vitest";
import { eventually } from "../src/deadline.ts";
import { HttpConnection } from "../src/http_connection.ts";
import { RawClient } from "../src/raw_client.ts";
import type { RiverProcess } from "../src/river_process.ts";
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

describe("a least drain time", () => {
  const config = '[shutdown]\ndrain_min = "60s"\ntimeout = "60s"';

  it("keeps it answering that it is not ready, although nobody is there", async () => {
    const river = await start_river({ config });
    river.signal("SIGTERM");
    await eventually(() => river.stderr.includes("draining"), "the log line");
    // Longer than it takes to end, which is what it did before.
    for (let i = 0; i < 20; i += 1) {
      const unready = await fetch(`${river.url}/readyz`);
      expect([unready.status, await unready.text()]).toEqual([503, "draining\n"]);
      const published = await river.post("/v1/publish", { channel: "a", event: "e", data: i });
      expect(published.status).toBe(200);
    }
    await river.kill();
  });

  it("is not for Ctrl-C", async () => {
    const river = await start_river({ config });
    river.signal("SIGINT");
    expect(await river.exited()).toBe("0");
  });
});

describe("publishing while River restarts", () => {
  const config = "[history]\nevents_max = 100000";
  const channels = Array.from({ length: 8 }, (_none, i) => `channel-${i}`);

  /** Each event goes to all channels, which have their homes on all loops. */
  async function expect_in_all(river: RiverProcess, published: number[]): Promise<void> {
    const backend = new River({ host: river.url, key: river.api_key });
    for (const channel of channels) {
      const data: unknown[] = [];
      let before: number | undefined;
      for (let more = true; more; ) {
        const page = await backend.history(channel, { limit: 1000, ...(before && { before }) });
        data.push(...page.events.map((event) => event.data));
        before = page.events.at(-1)?.offset;
        more = page.more;
      }
      const in_order = (list: unknown[]) => list.map(Number).toSorted((a, b) => a - b);
      expect(in_order(data)).toEqual(in_order(published));
    }
  }

  it("loses nothing and doubles nothing, with retries and ids", async () => {
    const river = await start_river({ workers: 8, config });
    const backend = new River({
      host: river.url,
      key: river.api_key,
      retries: 100,
      retry_delay_ms: 20,
    });
    const published: number[] = [];
    let next = 0;
    let going = true;
    const publishers = Array.from({ length: 64 }, async () => {
      while (going) {
        const n = (next += 1);
        await backend.publish(channels, "e", n);
        published.push(n);
      }
    });
    for (let restart = 1; restart <= 5; restart += 1) {
      const before = next;
      await eventually(() => next > before + 200, "publications");
      await river.restart();
    }
    going = false;
    await Promise.all(publishers);
    await expect_in_all(river, published);
  });

  it("makes all of a batch that it is in the middle of, and answers it", async () => {
    // Half a second's worth of pauses, as no more may wait for a client.
    const config = '[limits]\noutbox_bytes_max = "132KiB"\npublish_body_bytes_max = "8MiB"';
    const river = await start_river({ workers: 2, config });
    const data = "x".repeat(60_000);
    const messages = Array.from({ length: 100 }, (_none, i) => {
      return { channel: `c${i}`, event: "e", data };
    });
    const answer = river.post("/v1/publish/batch", { messages });
    const published = async () => (await river.metrics()).river_publications_total ?? 0;
    await eventually(async () => (await published()) > 0, "the first");
    await river.stop();
    const body = await (await answer).text();
    expect(body.match(/"offset":1/g)).toHaveLength(100);
  });

  it("answers each publication that it makes, also without an id", async () => {
    const river = await start_river({ workers: 8, config });
    const published: number[] = [];
    for (let restart = 1; restart <= 5; restart += 1) {
      let here = 0;
      const publishers = Array.from({ length: 64 }, async (_none, i) => {
        for (let n = restart * 1e6 + i * 1e4; ; n += 1) {
          const event = { channels, event: "e", data: n };
          // 0: the connection broke, or nobody listens any more.
          const status = await river.post("/v1/publish", event).then(
            async (response) => (await response.text(), response.status),
            () => 0,
          );
          if (status !== 200) return status;
          published.push(n);
          here += 1;
        }
      });
      await eventually(() => here > 200, "publications");
      await river.stop();
      for (const status of await Promise.all(publishers)) expect([0, 503]).toContain(status);
      await river.start();
    }
    await expect_in_all(river, published);
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

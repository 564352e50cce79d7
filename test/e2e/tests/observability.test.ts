import { describe, expect, it } from "vitest";
import { HttpConnection } from "../src/http_connection.ts";
import { RawClient } from "../src/raw_client.ts";
import { hs256_token } from "../src/tokens.ts";
import { start_river, use_river } from "../src/use_river.ts";

describe.each([1, 2])("the figures of River with %i workers", (workers) => {
  const river = use_river({ workers });

  it("are all there from the start", async () => {
    const metrics = await river.metrics();
    for (const name of [
      "river_connections",
      "river_connections_accepted_total",
      "river_connections_refused_total",
      "river_clients",
      "river_subscriptions",
      "river_channels",
      "river_publications_total",
      "river_deliveries_total",
      "river_received_bytes_total",
      "river_sent_bytes_total",
      "river_outbox_overflows_total",
      "river_resumes_recovered_total",
      "river_resumes_not_recovered_total",
      'river_auth_failures_total{reason="bad_signature"}',
      'river_auth_failures_total{reason="api_key"}',
      'river_clients_closed_total{cause="slow_reader"}',
      "river_publish_to_socket_seconds_count",
      'river_publish_to_socket_seconds_bucket{le="+Inf"}',
      "river_loop_turn_seconds_count",
      "process_resident_memory_bytes",
      "river_uptime_seconds",
    ]) {
      expect(metrics, name).toHaveProperty([name]);
    }
  });

  it("move with what happens", async () => {
    const before = await river.metrics();
    const clients = [];
    for (let i = 0; i < 4; i += 1) {
      const client = await RawClient.log_in(river);
      await client.subscribe("measured");
      clients.push(client);
    }
    for (let n = 0; n < 5; n += 1) await river.publish("measured", "e", "x".repeat(100));
    for (const client of clients) await client.events(5);
    const bad = await RawClient.connect(river);
    bad.send({ type: "auth", token: hs256_token("x".repeat(32), {}) });
    await bad.end();
    await fetch(`${river.url}/v1/channels`);

    // The refused one has heard of its end, but River may not yet know that it has gone.
    await expect
      .poll(async () => (await river.metrics()).river_clients! - before.river_clients!)
      .toBe(4);
    const after = await river.metrics();
    const grown = (name: string) => after[name]! - before[name]!;
    expect(grown("river_clients")).toBe(4);
    expect(grown("river_subscriptions")).toBe(4);
    expect(grown("river_channels")).toBe(1);
    expect(grown("river_publications_total")).toBe(5);
    expect(grown("river_deliveries_total")).toBe(20);
    expect(grown("river_messages_received_total")).toBe(9);
    expect(grown("river_connections_accepted_total")).toBeGreaterThanOrEqual(5);
    expect(grown("river_sent_bytes_total")).toBeGreaterThan(20 * 150);
    expect(grown("river_received_bytes_total")).toBeGreaterThan(5 * 150);
    expect(grown("river_history_bytes")).toBeGreaterThan(500);
    expect(grown('river_auth_failures_total{reason="bad_signature"}')).toBe(1);
    expect(grown('river_auth_failures_total{reason="api_key"}')).toBe(1);
    expect(grown("river_publish_to_socket_seconds_count")).toBeGreaterThan(0);
    expect(grown("river_loop_turn_seconds_count")).toBeGreaterThan(0);

    for (const client of clients) client.cut();
    await expect.poll(async () => (await river.metrics()).river_clients).toBe(
      before.river_clients!,
    );
    expect((await river.metrics()).river_subscriptions).toBe(before.river_subscriptions);
  });

  it("count whether clients could resume", async () => {
    const position = await river.publish("resumed", "e", 1);
    const before = await river.metrics();
    const client = await RawClient.log_in(river);
    await client.subscribe("resumed", { since: position });
    await client.subscribe("unknown", { since: position });
    const after = await river.metrics();
    const grown = (name: string) => after[name]! - before[name]!;
    expect(grown("river_resumes_recovered_total")).toBe(1);
    expect(grown("river_resumes_not_recovered_total")).toBe(1);
  });

  it("are told in short by /v1/info", async () => {
    const answer = await fetch(`${river.url}/v1/info`);
    expect(await answer.json()).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      node: expect.any(String),
      protocol: 1,
      workers,
      connections: expect.any(Number),
      publications: expect.any(Number),
      limits: {
        message_bytes: 69632,
        data_bytes: 65536,
        subscriptions: 100,
        body_bytes: 1048576,
        history_events: 100,
      },
    });
  });

  it("say that it is alive and ready", async () => {
    for (const [path, text] of [
      ["/healthz", "ok\n"],
      ["/readyz", "ready\n"],
    ] as const) {
      const answer = await fetch(river.url + path);
      expect([answer.status, await answer.text()]).toEqual([200, text]);
    }
  });
});

describe("beyond this machine", () => {
  const river = use_river({ listen: "0.0.0.0:0" });

  it("/metrics needs the key, and /v1/info says little without it", async () => {
    expect((await fetch(`${river.url}/metrics`)).status).toBe(401);
    expect((await river.get("/metrics")).status).toBe(200);
    const little = (await (await fetch(`${river.url}/v1/info`)).json()) as object;
    expect(Object.keys(little).toSorted()).toEqual(["limits", "node", "protocol", "version"]);
    expect(await (await river.get("/v1/info")).json()).toHaveProperty("connections");
  });

  it("the log warns of clear text", () => {
    expect(river.stderr).toContain("LISTENING BEYOND THIS MACHINE WITHOUT TLS");
  });

  it("the page gets no token", async () => {
    const answer = await fetch(`${river.url}/v1/playground`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain("with --playground");
  });

  it("metrics.open opens /metrics", async () => {
    const open = await start_river({ listen: "0.0.0.0:0", config: "[metrics]\nopen = true" });
    expect((await fetch(`${open.url}/metrics`)).status).toBe(200);
  });
});

describe("the page's token (/v1/playground)", () => {
  const river = use_river();

  async function ask(host: string, port = river.port): Promise<{ status: number; body: any }> {
    const connection = await HttpConnection.open(port);
    connection.write(`GET /v1/playground HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    const answer = await connection.answer();
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    return { status: answer.status, body: JSON.parse(answer.body) };
  }

  it.each(["localhost", "localhost:8080", "127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:8080"])(
    "is given to a page of this machine: %s",
    async (host) => {
      const { status, body } = await ask(host);
      expect(status).toBe(200);
      expect(body.expires_in).toBeLessThanOrEqual(600);
      const client = await RawClient.connect(river);
      const answer = await client.ask({ type: "auth", token: body.token });
      expect(answer.user).toMatch(/^playground-/);
      await client.subscribe("private-anything");
      const publish = { type: "publish", channel: "dogs", event: "e", data: 1 };
      expect(await client.ask(publish)).toMatchObject({ code: 4403 });
    },
  );

  it.each(["evil.example.com", "127.0.0.1.evil.example.com", "localhost.evil.example.com:80"])(
    "is refused to a foreign name that points here: %s",
    async (host) => {
      const { status, body } = await ask(host);
      expect(status).toBe(404);
      expect(body.error.code).toBe("not_found");
      expect(body).not.toHaveProperty("token");
    },
  );

  it("is given to anyone with --playground, for public channels", async () => {
    const open = await start_river({ listen: "0.0.0.0:0", args: ["--playground"] });
    const { status, body } = await ask("river.example.com", open.port);
    expect(status).toBe(200);
    const client = await RawClient.connect(open);
    await client.ask({ type: "auth", token: body.token }, { type: "authenticated" });
    await client.subscribe("dogs");
    expect(await client.ask({ type: "subscribe", channel: "private-a" })).toMatchObject({
      code: 4403,
    });
  });
});

describe("the page", () => {
  const river = use_river();

  it.each(["/", "/console.css", "/console.js", "/favicon.svg", "/river.js"])(
    "%s is there, guarded, and holds no secret",
    async (path) => {
      const answer = await fetch(river.url + path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-security-policy")).toContain("default-src 'self'");
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      const text = await answer.text();
      expect(text.length).toBeGreaterThan(100);
      expect(text).not.toContain(river.api_key);
      expect(text).not.toContain(river.jwt_secret);
    },
  );
});

describe("the log", () => {
  it("has a line of JSON for each thing, and neither tokens nor keys", async () => {
    const river = await start_river({ config: '[log]\nlevel = "debug"' });
    const client = await RawClient.log_in(river);
    const token = river.token({ sub: "ada" });
    const wrong = hs256_token("wrong secret wrong secret wrong secret", { sub: "ada" });
    for (const one of [token, wrong, "junk-token"]) {
      const tried = await RawClient.connect(river, { query: `?token=${one}` });
      await tried.expect(() => true).catch(() => {});
      await fetch(`${river.url}/v1/events?channel=a%20b&token=${one}`);
    }
    await fetch(`${river.url}/publish`, { method: "POST", headers: { "x-api-key": "wrong-key" } });
    client.send_text("not json");
    await client.end();
    await river.stop();
    const lines = river.stderr.trim().split("\n");
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty("message");
    for (const secret of [river.api_key, river.jwt_secret, token, wrong, "junk-token"]) {
      expect(river.stderr.includes(secret)).toBe(false);
      expect(river.stdout.includes(secret)).toBe(false);
    }
    expect(river.stderr).not.toContain("wrong-key");
  });
});

// security.md A14, A19, F10: descriptors, addresses, and who takes too many of them.
import { execFileSync } from "node:child_process";
import { networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import { eventually } from "../../e2e/src/deadline.ts";
import type { RiverProcess } from "../../e2e/src/river_process.ts";
import { start_river } from "../../e2e/src/use_river.ts";
import {
  descriptors_of,
  expect_rest,
  expect_service,
  is_sanitized,
  metrics_of,
  processor_ms_of,
} from "../src/health.ts";
import { RawConnection } from "../src/raw_connection.ts";
import { RawWebSocket } from "../src/websocket.ts";

/** Lowers the limit of open files, also the hard one, of a program that runs already. */
function limit_descriptors(river: RiverProcess, count: number): void {
  execFileSync("prlimit", [`--pid=${river.pid}`, `--nofile=${count}:${count}`]);
}

/** Whether the server keeps the connection: a refused one is closed at once. */
async function is_kept(raw: RawConnection): Promise<boolean> {
  raw.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  return raw.response().then(
    () => true,
    () => false,
  );
}

describe("A19 descriptors", () => {
  // Sanitizers need descriptors themselves, to see whether memory can be read.
  test.skipIf(is_sanitized)(
    "A19 when none is left: refused, no spinning, new room is used",
    async () => {
      const river = await start_river();
      limit_descriptors(river, descriptors_of(river) + 50);
      const kept: RawConnection[] = [];
      let refused = 0;
      for (let i = 0; i < 120; ++i) {
        const raw = await RawConnection.open({ port: river.port });
        if (await is_kept(raw)) kept.push(raw);
        else refused += 1;
      }
      expect(kept.length).toBeGreaterThan(40);
      expect(refused).toBeGreaterThan(60);

      const processor_ms = processor_ms_of(river);
      // Time in which it would spin; nothing else happens meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(processor_ms_of(river) - processor_ms).toBeLessThan(200);

      for (const raw of kept.splice(0, 20)) raw.socket.destroy();
      await eventually(async () => {
        const raw = await RawConnection.open({ port: river.port });
        return is_kept(raw);
      }, "a place after some have left");
      await expect_service(river);
      const metrics = await metrics_of(river);
      expect(metrics.river_connections_refused_total).toBeGreaterThanOrEqual(refused);
    },
  );

  test("A19 300 silent connections keep nobody out, and leave no descriptor", async () => {
    const river = await start_river({ args: ["--http-head-timeout", "1s"] });
    await expect_service(river);
    await expect_rest(river);
    const before = descriptors_of(river);
    const silent = await Promise.all(
      Array.from({ length: 300 }, () => RawConnection.open({ port: river.port })),
    );
    await expect_service(river);
    await Promise.all(silent.map((raw) => raw.ended()));
    await expect_rest(river);
    await eventually(() => descriptors_of(river) <= before, "the descriptors to be given back");
  });
});

test("A14 RST after 40–90 bytes, a request, half a frame: no descriptor is lost", async () => {
  const river = await start_river({ workers: 2 });
  await expect_rest(river);
  const before = descriptors_of(river);
  const head = `GET /v1/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nX: ${"y".repeat(50)}`;
  for (let i = 0; i < 50; ++i) {
    const raw = await RawConnection.open({ port: river.port });
    await raw.send_all(head.slice(0, 40 + i));
    raw.reset();
  }
  for (let i = 0; i < 200; ++i) {
    const raw = await RawConnection.open({ port: river.port });
    await raw.send_all("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    raw.reset();
  }
  for (let i = 0; i < 100; ++i) {
    const client = await RawWebSocket.log_in(river);
    client.send({ type: "subscribe", channel: `c-${i % 3}` });
    await client.raw.send_all(Buffer.from([0x81, 0xfe, 0x10]));
    client.raw.reset();
  }
  await expect_service(river);
  await expect_rest(river);
  await eventually(() => descriptors_of(river) <= before, "the descriptors to be given back");
});

// An address of this machine that is not loopback: connections to it also come from it.
const host = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === "IPv4" && !one.internal)?.address;

describe.skipIf(!host)("limits of an address (this machine has one beyond loopback)", () => {
  const open = (river: RiverProcess) => RawConnection.open({ port: river.port, host: host! });

  test("A19 connections of one address are limited, and loopback is not", async () => {
    const river = await start_river({
      listen: "0.0.0.0:0",
      args: ["--limits-connections-per-address-max", "5"],
    });
    const kept: RawConnection[] = [];
    for (let i = 0; i < 8; ++i) {
      const raw = await open(river);
      if (await is_kept(raw)) kept.push(raw);
    }
    expect(kept).toHaveLength(5);
    await expect_service(river);
    kept.pop()!.reset();
    await eventually(async () => is_kept(await open(river)), "the place that was given back");
  });

  test("A19 the rate of new connections of one address is limited", async () => {
    const river = await start_river({
      listen: "0.0.0.0:0",
      args: [
        ...["--limits-connection-rate-per-address", "1"],
        ...["--limits-connection-burst-per-address", "10"],
      ],
    });
    let kept = 0;
    for (let i = 0; i < 30; ++i) {
      const raw = await open(river);
      if (await is_kept(raw)) kept += 1;
      raw.socket.destroy();
    }
    expect(kept).toBeGreaterThanOrEqual(10);
    expect(kept).toBeLessThan(20);
  });

  test("F10 an address that shows wrong tokens soon gets in no more", async () => {
    const river = await start_river({
      listen: "0.0.0.0:0",
      args: [
        ...["--limits-connection-rate-per-address", "1"],
        ...["--limits-connection-burst-per-address", "100"],
      ],
    });
    let tries = 0;
    for (; tries < 50; ++tries) {
      const client = await RawWebSocket.open(river.port, { host: host! }).catch(() => undefined);
      if (!client) break;
      client.send({ type: "auth", token: river.token({}).slice(0, -2) });
      expect(await client.close_code()).toBe(4401);
    }
    expect(tries).toBeGreaterThan(3);
    expect(tries).toBeLessThan(20);
    await expect_service(river);
  });

  test("A17 beyond loopback, metrics and the playground are not for everybody", async () => {
    const river = await start_river({ listen: "0.0.0.0:0" });
    for (const [path, status] of [
      ["/metrics", 401],
      ["/v1/playground", 404],
    ] as const) {
      for (const name of ["localhost", "127.0.0.1", host!]) {
        const raw = await open(river);
        raw.send(`GET ${path} HTTP/1.1\r\nHost: ${name}\r\n\r\n`);
        expect((await raw.response()).status).toBe(status);
      }
    }
  });
});

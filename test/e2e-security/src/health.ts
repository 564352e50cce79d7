import { readdirSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import { eventually } from "../../e2e/src/deadline.ts";
import { parse_metrics, type Metrics } from "../../e2e/src/metrics.ts";
import type { RiverProcess } from "../../e2e/src/river_process.ts";
import { RawConnection, type HttpResponse } from "./raw_connection.ts";
import { RawWebSocket } from "./websocket.ts";

export const is_sanitized = process.env.TEST_RIVER_SANITIZER !== undefined;

/** One request on a connection of its own, so that nothing of it is left. */
export async function call(
  river: RiverProcess,
  method: string,
  path: string,
  body?: unknown,
): Promise<HttpResponse> {
  const raw = await RawConnection.open(target_of(river));
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  raw.send(
    `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nx-api-key: ${river.api_key}\r\n` +
      `Connection: close\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
  const response = await raw.response();
  raw.socket.destroy();
  return response;
}

export function target_of(river: RiverProcess): { port: number; tls: boolean } {
  return { port: river.port, tls: river.url.startsWith("https:") };
}

export async function publish(river: RiverProcess, channel: string, data: unknown): Promise<void> {
  const response = await call(river, "POST", "/v1/publish", { channel, event: "e", data });
  expect(response.status, response.body).toBe(200);
}

let clients = 0;

/** A client that comes now gets in, subscribes and is given an event. */
export async function expect_service(river: RiverProcess): Promise<void> {
  const channel = `health-${++clients}`;
  const client = await RawWebSocket.log_in(river, {}, target_of(river));
  await client.ask({ type: "subscribe", channel }, "subscribed");
  await publish(river, channel, { alive: clients });
  const event = await client.message((one) => one.type === "event");
  expect(event).toMatchObject({ channel, data: { alive: clients } });
  client.raw.socket.destroy();
}

export async function metrics_of(river: RiverProcess): Promise<Metrics> {
  return parse_metrics((await call(river, "GET", "/metrics")).body);
}

/** Nobody is connected any more, and nothing of anybody is left. */
export async function expect_rest(river: RiverProcess): Promise<void> {
  let metrics: Metrics = {};
  const is_at_rest = async () => {
    metrics = await metrics_of(river);
    // One connection asks for the metrics.
    return (
      metrics.river_connections === 1 &&
      metrics.river_clients === 0 &&
      metrics.river_subscriptions === 0 &&
      metrics.river_channels_listened === 0
    );
  };
  await eventually(is_at_rest, "all connections to end").catch((error: Error) => {
    const { river_connections, river_clients, river_subscriptions } = metrics;
    const left = JSON.stringify({ river_connections, river_clients, river_subscriptions });
    throw new Error(`${error.message}: ${left}`);
  });
}

export function descriptors_of(river: RiverProcess): number {
  return readdirSync(`/proc/${river.pid}/fd`).length;
}

export function resident_bytes_of(river: RiverProcess): number {
  const pages = Number(readFileSync(`/proc/${river.pid}/statm`, "utf8").split(" ")[1]);
  return pages * 4096;
}

/** Has it taken at most `bytes` more than `before`? Sanitizers keep what was freed. */
export function expect_growth_below(bytes: number, river: RiverProcess, before: number): void {
  if (is_sanitized) return;
  expect(resident_bytes_of(river) - before).toBeLessThan(bytes);
}

/** Processor time that it has used so far. */
export function processor_ms_of(river: RiverProcess): number {
  const fields = readFileSync(`/proc/${river.pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

export const mib = 1024 * 1024;

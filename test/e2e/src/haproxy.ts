import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { eventually } from "./deadline.ts";
import { free_port } from "./free_port.ts";
import type { RiverProcess } from "./river_process.ts";

/** A HAProxy in front of River, as docs/operations.md shows it. Ends with its test. */
export class HaProxy {
  private constructor(readonly port: number) {}

  static async start(river: RiverProcess): Promise<HaProxy> {
    const directory = mkdtempSync(join(tmpdir(), "river-haproxy-"));
    const proxy = new HaProxy(await free_port());
    const file = join(directory, "haproxy.cfg");
    writeFileSync(file, configuration(proxy.port, river.port));
    const child = spawn("/usr/sbin/haproxy", ["-db", "-f", file], { stdio: "ignore" });
    const exited = once(child, "exit");
    onTestFinished(async () => {
      child.kill("SIGKILL");
      await exited;
      rmSync(directory, { recursive: true });
    });
    await eventually(() => listens(proxy.port), "HAProxy's start");
    return proxy;
  }

  get websocket_url(): string {
    return `ws://127.0.0.1:${this.port}/v1/ws`;
  }

  /** For `ws`: connects as if from that address, which the PROXY protocol tells HAProxy. */
  from(address: string) {
    const createConnection = () => {
      const socket = connect(this.port, "127.0.0.1");
      socket.write(`PROXY TCP4 ${address} 127.0.0.1 50000 ${this.port}\r\n`);
      return socket;
    };
    return { url: this.websocket_url, createConnection };
  }
}

function configuration(port: number, river_port: number): string {
  return `
defaults
    mode http
    timeout connect 5s
    timeout client 75s
    timeout server 75s
    timeout tunnel 75s

frontend public
    bind 127.0.0.1:${port} accept-proxy
    option forwardfor
    default_backend river

backend river
    server river 127.0.0.1:${river_port}
`;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true));
    socket.on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

import { connect, type Socket } from "node:net";
import { connect as connect_tls } from "node:tls";
import { once } from "node:events";
import { onTestFinished } from "vitest";
import { deadline_ms, within } from "../../e2e/src/deadline.ts";
import { read_frame, type Frame } from "./frames.ts";

export interface Target {
  port: number;
  host?: string;
  tls?: boolean;
}

export interface HttpResponse {
  status: number;
  head: string;
  headers: Map<string, string>;
  body: string;
}

/** A TCP connection (or TLS) whose every byte is the test's. Ends with its test. */
export class RawConnection {
  /** What came and was not taken yet. */
  private received_ = Buffer.alloc(0);
  private ended_ = false;
  private wake_: () => void = () => {};

  private constructor(
    readonly socket: Socket,
    private readonly tcp_: Socket,
  ) {
    socket.on("data", (chunk) => {
      this.received_ = Buffer.concat([this.received_, chunk as Buffer]);
      this.wake_();
    });
    const end = () => {
      this.ended_ = true;
      this.wake_();
    };
    socket.on("end", end).on("close", end).on("error", end);
    onTestFinished(() => void socket.destroy());
  }

  static async open({ port, host = "127.0.0.1", tls = false }: Target): Promise<RawConnection> {
    // Half-open: when it ends its own side is the test's business, too.
    const tcp = connect({ port, host, allowHalfOpen: true, noDelay: true });
    const socket = tls
      ? connect_tls({ socket: tcp, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] })
      : tcp;
    const connection = new RawConnection(socket, tcp);
    await within(once(socket, tls ? "secureConnect" : "connect"), "a connection");
    return connection;
  }

  get received(): Buffer {
    return this.received_;
  }
  get has_ended(): boolean {
    return this.ended_;
  }

  send(bytes: string | Buffer): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** Resolves when the kernel has taken the bytes, or the connection is gone. */
  async send_all(bytes: string | Buffer): Promise<void> {
    if (this.socket.destroyed) return;
    await new Promise<void>((resolve) => this.socket.write(bytes, () => resolve()));
  }

  /** Closes this side only. */
  finish(): void {
    this.socket.end();
  }

  /** Ends it with RST. */
  reset(): void {
    this.tcp_.resetAndDestroy();
  }

  /** What `read` makes of the bytes, once it makes something; it says how many it takes. */
  async take<T>(
    read: (input: Buffer) => { value: T; size: number } | undefined,
    what: string,
    ms = deadline_ms,
  ): Promise<T> {
    const give_up_at_ms = Date.now() + ms;
    for (;;) {
      const found = read(this.received_);
      if (found) {
        this.received_ = this.received_.subarray(found.size);
        return found.value;
      }
      const shown = () => JSON.stringify(this.received_.subarray(0, 300).toString("latin1"));
      if (this.ended_) throw new Error(`the connection ended before ${what}; came: ${shown()}`);
      const left_ms = give_up_at_ms - Date.now();
      if (left_ms <= 0) throw new Error(`waited ${ms} ms in vain for ${what}; came: ${shown()}`);
      await this.woken_(left_ms);
    }
  }

  response(ms?: number): Promise<HttpResponse> {
    return this.take(read_response, "an HTTP response", ms);
  }

  frame(ms?: number): Promise<Frame> {
    const read = (input: Buffer) => {
      const found = read_frame(input);
      return found && { value: found.frame, size: found.size };
    };
    return this.take(read, "a frame", ms);
  }

  /** Resolves when the server has closed its side, or everything. */
  async ended(ms = deadline_ms): Promise<void> {
    const give_up_at_ms = Date.now() + ms;
    while (!this.ended_) {
      const left_ms = give_up_at_ms - Date.now();
      if (left_ms <= 0) throw new Error(`waited ${ms} ms in vain for the connection's end`);
      await this.woken_(left_ms);
    }
  }

  private woken_(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake_ = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function read_response(input: Buffer): { value: HttpResponse; size: number } | undefined {
  const end = input.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = input.subarray(0, end).toString("latin1");
  const [first = "", ...lines] = head.split("\r\n");
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1];
  if (status === undefined) throw new Error(`no status line: ${first}`);
  const headers = new Map(
    lines.map((line) => {
      const [, name, value] = /^([A-Za-z0-9-]+): (.*)$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`no header: ${line}`);
      return [name.toLowerCase(), value!];
    }),
  );
  const length = Number(headers.get("content-length") ?? 0);
  if (input.length < end + 4 + length) return undefined;
  const body = input.subarray(end + 4, end + 4 + length).toString();
  return { value: { status: Number(status), head, headers, body }, size: end + 4 + length };
}

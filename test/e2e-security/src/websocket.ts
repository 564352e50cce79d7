import { deflateRawSync, constants } from "node:zlib";
import { deadline_ms } from "../../e2e/src/deadline.ts";
import type { RiverProcess } from "../../e2e/src/river_process.ts";
import type { Claims } from "../../e2e/src/tokens.ts";
import { frame, opcode, type Frame } from "./frames.ts";
import { RawConnection, type Target } from "./raw_connection.ts";

export type Message = Record<string, any>;

export interface UpgradeOptions extends Partial<Target> {
  path?: string;
  /** Further header lines, without their ends. */
  headers?: string[];
  /** Sent in the same packet, behind the request. */
  behind?: Buffer;
}

export const deflate_offer = "Sec-WebSocket-Extensions: permessage-deflate";

export function upgrade_request({ path = "/v1/ws", headers = [] }: UpgradeOptions = {}): string {
  return (
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
    `${headers.map((line) => `${line}\r\n`).join("")}\r\n`
  );
}

/** A WebSocket whose frames are the test's. */
export class RawWebSocket {
  private last_id_ = 0;

  constructor(readonly raw: RawConnection) {}

  /** Upgrades; the server must agree. */
  static async open(port: number, options: UpgradeOptions = {}): Promise<RawWebSocket> {
    const raw = await RawConnection.open({ ...options, port });
    const request = Buffer.from(upgrade_request(options));
    raw.send(Buffer.concat([request, options.behind ?? Buffer.alloc(0)]));
    const response = await raw.response();
    if (response.status !== 101) throw new Error(`not upgraded: ${response.head}`);
    return new RawWebSocket(raw);
  }

  /** As a user with these claims, past welcome and authentication. */
  static async log_in(
    river: RiverProcess,
    claims: Claims = {},
    options: UpgradeOptions = {},
  ): Promise<RawWebSocket> {
    const client = await RawWebSocket.open(river.port, options);
    await client.ask({ type: "auth", token: river.token(claims) }, "authenticated");
    return client;
  }

  send(message: object | string): void {
    this.raw.send(frame(typeof message === "string" ? message : JSON.stringify(message)));
  }

  send_frame(payload: string | Buffer, options: Parameters<typeof frame>[1] = {}): void {
    this.raw.send(frame(payload, options));
  }

  /** The answer with the id that this is given. */
  async ask(message: object, type: string): Promise<Message> {
    const id = ++this.last_id_;
    this.send({ id, ...message });
    const answer = await this.message((one) => one.id === id);
    if (answer.type !== type) throw new Error(`no ${type}, but ${JSON.stringify(answer)}`);
    return answer;
  }

  /** The next message that is wanted; those before it are dropped. */
  async message(is_wanted: (message: Message) => boolean, ms = deadline_ms): Promise<Message> {
    const give_up_at_ms = Date.now() + ms;
    for (;;) {
      const one = await this.raw.frame(Math.max(1, give_up_at_ms - Date.now()));
      if (one.opcode === opcode.close) {
        throw new Error(`closed instead: ${JSON.stringify(close_of(one))}`);
      }
      if (one.opcode !== opcode.text) continue;
      const message = JSON.parse(one.payload.toString()) as Message;
      if (is_wanted(message)) return message;
    }
  }

  /** The code and reason with which the server closes; what comes before it is dropped. */
  async closed(ms = deadline_ms): Promise<{ code: number; reason: string }> {
    const give_up_at_ms = Date.now() + ms;
    for (;;) {
      const one = await this.raw.frame(Math.max(1, give_up_at_ms - Date.now()));
      if (one.opcode === opcode.close) return close_of(one);
    }
  }

  async close_code(ms = deadline_ms): Promise<number> {
    return (await this.closed(ms)).code;
  }
}

/** As the payload of a frame with RSV1 (RFC 7692 §7.2.1). */
export function deflated(payload: string | Buffer): Buffer {
  const whole = deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH });
  return whole.subarray(0, -4);
}

function close_of({ payload }: Frame): { code: number; reason: string } {
  if (payload.length === 0) return { code: 1005, reason: "" };
  return { code: payload.readUInt16BE(0), reason: payload.subarray(2).toString() };
}

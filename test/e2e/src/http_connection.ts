import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { within } from "./deadline.ts";

export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** One TCP connection on which requests are written as they stand. Ends with its test. */
export class HttpConnection {
  readonly closed: Promise<unknown>;
  private received_ = Buffer.alloc(0);
  private wake_: () => void = () => {};
  private has_ended_ = false;

  private constructor(readonly socket: Socket) {
    socket.on("data", (bytes) => {
      this.received_ = Buffer.concat([this.received_, bytes]);
      this.wake_();
    });
    socket.on("error", () => {}); // "close" follows
    this.closed = once(socket, "close").then(() => {
      this.has_ended_ = true;
      this.wake_();
    });
    onTestFinished(() => void socket.destroy());
  }

  static async open(port: number): Promise<HttpConnection> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    const connection = new HttpConnection(socket);
    await within(once(socket, "connect"), "a TCP connection");
    return connection;
  }

  write(text: string | Buffer): void {
    this.socket.write(text);
  }

  /** The next answer, whose body has its length or is none. */
  answer(): Promise<HttpAnswer> {
    return within(this.read_answer_(), "an HTTP answer");
  }

  private async read_answer_(): Promise<HttpAnswer> {
    for (;;) {
      const answer = this.take_answer_();
      if (answer) return answer;
      if (this.has_ended_) throw new Error(`closed after "${this.received_}"`);
      await new Promise<void>((resolve) => (this.wake_ = resolve));
    }
  }

  private take_answer_(): HttpAnswer | undefined {
    const head_end = this.received_.indexOf("\r\n\r\n");
    if (head_end < 0) return undefined;
    const [start, ...lines] = this.received_.toString("latin1", 0, head_end).split("\r\n");
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(start!)?.[1]);
    const end = head_end + 4 + Number(headers["content-length"] ?? 0);
    if (this.received_.length < end) return undefined;
    const body = this.received_.toString("utf8", head_end + 4, end);
    this.received_ = this.received_.subarray(end);
    return { status, headers, body };
  }
}

import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { River, type RiverOptions } from "../src/index.js";

export interface Request {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingHttpHeaders;
  body: any;
  /** The same for requests over one connection. */
  port: number | undefined;
}

export type Answer = (response: ServerResponse, request: Request) => void;

/** Answers with JSON. */
export function json(status: number, body?: object, headers = {}): Answer {
  return (response) => {
    response.writeHead(status, headers).end(body ? JSON.stringify(body) : undefined);
  };
}

/** What River answers to a publication. */
export const published = json(200, { results: [{ channel: "dogs", epoch: "x7", offset: 1 }] });

/** Cuts the connection instead of answering. */
export const cut: Answer = (response) => response.socket?.destroy();

/** A real HTTP server that answers as told, one answer after the other, the last one for ever. */
export class FakeServer {
  readonly requests: Request[] = [];
  private answers_: Answer[] = [];
  private readonly server_ = createServer((incoming, response) => {
    let text = "";
    incoming.on("data", (piece) => (text += piece));
    incoming.on("end", () => {
      const { method, url, headers, socket } = incoming;
      const body = text ? JSON.parse(text) : undefined;
      const request = { method, url, headers, body, port: socket.remotePort };
      this.requests.push(request);
      const answer = this.answers_.length > 1 ? this.answers_.shift() : this.answers_[0];
      answer?.(response, request);
    });
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server_.listen(0, "127.0.0.1", resolve));
  }

  stop(): void {
    this.server_.closeAllConnections();
    this.server_.close();
  }

  answers(...answers: Answer[]): void {
    this.answers_ = answers;
  }

  get host(): string {
    return `127.0.0.1:${(this.server_.address() as AddressInfo).port}`;
  }

  /** A client that does not wait between its attempts. */
  client(options: Partial<RiverOptions> = {}): River {
    return new River({ host: this.host, key: "the-key", retry_delay_ms: 0, ...options });
  }
}

import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface Pair {
  client: Socket;
  server: Socket;
  /** What the client sent first. */
  head: string;
}

/** What happens to a new connection once its first bytes are known. */
export type Rule = (pair: Pair) => "pass" | "cut";

/** A network between clients and River that fails when the test wants it to. Ends with its test. */
export class TcpProxy {
  readonly pairs = new Set<Pair>();
  /** How many connections were made and cut. */
  accepted = 0;
  cuts = 0;
  rule: Rule = () => "pass";
  private readonly listener_: Server;

  private constructor(private readonly target_: number) {
    this.listener_ = createServer((client) => this.accept_(client));
  }

  /** Cuts nothing until told so. */
  static async start(target_port: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target_port);
    proxy.listener_.listen(0, "127.0.0.1");
    await once(proxy.listener_, "listening");
    onTestFinished(() => proxy.stop());
    return proxy;
  }

  get port(): number {
    return (this.listener_.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Ends all connections, in the middle of whatever they were saying. */
  cut_all(): void {
    for (const pair of this.pairs) this.cut(pair);
  }

  cut(pair: Pair): void {
    if (!this.pairs.delete(pair)) return;
    this.cuts += 1;
    pair.client.resetAndDestroy();
    pair.server.destroy();
  }

  async stop(): Promise<void> {
    this.listener_.close();
    this.cut_all();
  }

  private accept_(client: Socket): void {
    this.accepted += 1;
    const server = connect(this.target_, "127.0.0.1");
    const pair: Pair = { client, server, head: "" };
    this.pairs.add(pair);
    client.setNoDelay(true);
    server.setNoDelay(true);
    for (const socket of [client, server]) {
      socket.on("error", () => {}); // "close" follows
      socket.on("close", () => {
        this.pairs.delete(pair);
        client.destroy();
        server.destroy();
      });
    }
    client.once("data", (bytes) => {
      pair.head = bytes.toString("latin1");
      if (this.rule(pair) === "cut") return this.cut(pair);
      server.write(bytes);
      client.pipe(server);
    });
    server.pipe(client);
  }
}

/** A proxy that knows nothing of WebSockets. */
export const block_websockets: Rule = ({ head }) =>
  /^upgrade: websocket/im.test(head) ? "cut" : "pass";

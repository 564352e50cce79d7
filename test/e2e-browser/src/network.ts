import { TcpProxy, type Pair, type Rule } from "../../e2e/src/tcp_proxy.ts";
import type { Tab } from "./tab.ts";

const is_browser = ({ head }: Pair) => /^user-agent:.*chrome/im.test(head);

/** The way from browsers and backends to River, which may break. Ends with its test. */
export class Network {
  private constructor(private readonly proxy_: TcpProxy) {}

  static async start(river_port: number): Promise<Network> {
    return new Network(await TcpProxy.start(river_port));
  }

  get url(): string {
    return this.proxy_.url;
  }

  /** What happens to new connections. */
  set rule(rule: Rule) {
    this.proxy_.rule = rule;
  }

  /** Backends don't reach River any more; browsers do. */
  close_to_backends(): void {
    this.rule = (pair) => (is_browser(pair) ? "pass" : "cut");
    this.cut_((pair) => !is_browser(pair));
  }

  open(): void {
    this.rule = () => "pass";
  }

  /** What is open stays so, but nothing arrives any more, as when a laptop was carried off. */
  fall_silent(): void {
    for (const { client, server } of this.proxy_.pairs) {
      client.unpipe(server);
      server.unpipe(client);
    }
  }

  /** One browser's cable is pulled. The others lose their connection, too, and come back. */
  async pull(tab: Tab): Promise<void> {
    await tab.page.context().setOffline(true);
    this.cut_(is_browser);
  }

  async plug_in(tab: Tab): Promise<void> {
    await tab.page.context().setOffline(false);
  }

  private cut_(which: (pair: Pair) => boolean): void {
    for (const pair of this.proxy_.pairs) if (which(pair)) this.proxy_.cut(pair);
  }
}

import { expect, onTestFinished } from "vitest";
import type { BrowserContext, ConsoleMessage, Locator, Page, Request } from "playwright-core";

export interface TabOptions {
  /** For tests that cut the network: what the browser writes about that is no fault. */
  expects_network_errors?: boolean;
  /** For tests of a River that gives its page no token: the browser writes that this is a 404. */
  expects_no_playground?: boolean;
}

const network_error = /net::ERR_|WebSocket connection to .* failed|Failed to load resource: net::/;
const no_playground = /status of 404 .*\/v1\/playground\)$/;

/**
 * A page whose faults are the test's: an error in its console, an exception, a violation of its
 * Content-Security-Policy or a request that leaves this machine makes the test fail.
 */
export class Tab {
  /** Every HTTP request since the start, as `GET /tasks`. */
  readonly requests: string[] = [];
  /** Every text that came by WebSocket. */
  readonly received: string[] = [];
  /** How many documents it has loaded; 1 as long as nobody navigates. */
  loads = 0;
  private readonly faults_: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly options_: TabOptions,
  ) {
    page.on("console", (message) => this.console_(message));
    page.on("pageerror", (error) => this.faults_.push(`exception: ${error.message}`));
    page.on("request", (request) => this.request_(request));
    page.on("domcontentloaded", () => (this.loads += 1));
    page.on("websocket", (socket) => {
      this.check_host_(socket.url());
      socket.on("framereceived", ({ payload }) => this.received.push(String(payload)));
    });
    onTestFinished(() => this.check_faults());
  }

  static async open(context: BrowserContext, url: string, options: TabOptions = {}): Promise<Tab> {
    const tab = new Tab(await context.newPage(), options);
    await tab.page.goto(url);
    return tab;
  }

  /** By data-testid. */
  find(test_id: string): Locator {
    return this.page.getByTestId(test_id);
  }

  /** Waits until the elements with the test id have these texts, in this order. */
  async shows(test_id: string, texts: string[]): Promise<void> {
    const shown = async () => (await this.find(test_id).allTextContents()).map((t) => t.trim());
    await expect.poll(shown, { message: test_id }).toEqual(texts);
  }

  count_of(request: string): number {
    return this.requests.filter((one) => one === request).length;
  }

  check_faults(): void {
    expect(this.faults_).toEqual([]);
  }

  private console_(message: ConsoleMessage): void {
    if (message.type() !== "error" && message.type() !== "warning") return;
    const fault = `console: ${message.text()} (${message.location().url})`;
    if (this.options_.expects_network_errors && network_error.test(fault)) return;
    if (this.options_.expects_no_playground && no_playground.test(fault)) return;
    this.faults_.push(fault);
  }

  private request_(request: Request): void {
    const { pathname } = this.check_host_(request.url());
    this.requests.push(`${request.method()} ${pathname}`);
  }

  private check_host_(address: string): URL {
    const url = new URL(address);
    if (url.hostname !== "127.0.0.1") this.faults_.push(`request to ${url.origin}`);
    return url;
  }
}

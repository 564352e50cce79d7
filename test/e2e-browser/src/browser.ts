import { afterAll, beforeAll, onTestFinished } from "vitest";
import { chromium, type Browser, type BrowserContext } from "playwright-core";
import { deadline_ms } from "../../e2e/src/deadline.ts";
import { Tab, type TabOptions } from "./tab.ts";

export const chromium_path = process.env.TEST_CHROMIUM ?? "/usr/bin/chromium";

/** One Chromium for all tests of the file around. */
export class TestBrowser {
  private browser_: Browser | undefined;

  async start(): Promise<void> {
    this.browser_ = await chromium.launch({
      executablePath: chromium_path,
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic"],
      // Pages that come back must do so as they do for people.
      ignoreDefaultArgs: ["--disable-back-forward-cache"],
    });
  }

  async stop(): Promise<void> {
    await this.browser_?.close();
  }

  /** Somebody else's browser: it has no cookie in common with the others. Ends with its test. */
  async person(): Promise<BrowserContext> {
    const context = await this.browser_!.newContext();
    context.setDefaultTimeout(2 * deadline_ms);
    onTestFinished(() => context.close());
    return context;
  }

  /** A page in a browser of its own. */
  async open(url: string, options: TabOptions = {}): Promise<Tab> {
    return Tab.open(await this.person(), url, options);
  }
}

export function use_browser(): TestBrowser {
  const browser = new TestBrowser();
  beforeAll(() => browser.start());
  afterAll(() => browser.stop());
  return browser;
}

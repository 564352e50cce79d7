import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { onTestFinished } from "vitest";
import { eventually, within } from "../../e2e/src/deadline.ts";
import { foreign_environment, type RiverProcess } from "../../e2e/src/river_process.ts";
import { start_river } from "../../e2e/src/use_river.ts";
import { Network } from "./network.ts";

const examples = resolve(import.meta.dirname, "../../../examples");

/** An example's own server, with a River for it and a network in between. Ends with its test. */
export class ExampleApp {
  url = "";
  /** What its server has written. */
  private output_ = "";

  private constructor(
    readonly river: RiverProcess,
    /** Between River and all others. */
    readonly network: Network,
  ) {}

  static async start(name: "todo" | "forum"): Promise<ExampleApp> {
    const river = await start_river();
    const app = new ExampleApp(river, await Network.start(river.port));
    await app.start_server_(name);
    return app;
  }

  /** Its server has given up on an event; until then the library tries again. */
  async has_failed_to_publish(): Promise<void> {
    await eventually(() => this.output_.includes("was not published"), "a publication to fail");
  }

  private async start_server_(name: string): Promise<void> {
    const child = spawn(process.execPath, ["server.js"], {
      cwd: resolve(examples, name),
      env: {
        ...foreign_environment(),
        RIVER_HOST: this.network.url,
        RIVER_API_KEY: this.river.api_key,
        RIVER_JWT_SECRET: this.river.jwt_secret,
        PORT: "0",
      },
    });
    const exited = once(child, "close");
    onTestFinished(() => this.stop_server_(child, exited));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (this.output_ += text));
    }
    this.url = await eventually(() => {
      if (child.exitCode !== null) throw new Error(`it did not start: ${this.output_}`);
      return /(http:\S+), live through River/.exec(this.output_)?.[1];
    }, `the ${name} server's start`);
  }

  private async stop_server_(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
    const has_crashed = child.exitCode !== null || child.signalCode !== null;
    child.kill();
    await within(exited, "the example's end");
    if (has_crashed) throw new Error(`the example's server has crashed: ${this.output_}`);
  }
}

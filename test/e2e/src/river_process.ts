import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { deadline_ms, eventually, within } from "./deadline.ts";
import { parse_metrics, type Metrics } from "./metrics.ts";
import { hs256_token, type Claims } from "./tokens.ts";

const root = resolve(import.meta.dirname, "../../..");

/** Relative to the top of the repository. */
export const river_binary = resolve(root, process.env.TEST_RIVER_BINARY ?? "build/release/river");

export interface RiverOptions {
  workers?: number;
  /** The text of a configuration file. */
  config?: string;
  /** Flags beyond those for listening, data and workers. */
  args?: string[];
  env?: Record<string, string>;
  /** `null`: River makes its own. Otherwise random, and given by the environment. */
  api_key?: string | null;
  /** The same; several with commas between. */
  jwt_secret?: string | null;
  /** Another address than 127.0.0.1, with port 0. */
  listen?: string;
}

const sanitizer_report = /(Address|Leak|Thread|Memory)Sanitizer|runtime error:/;

/**
 * The `river` program with a data directory of its own, on a free port that it keeps over restarts.
 *
 * It must end as it is told: a crash, another exit code than 0 or a sanitizer's report makes the
 * next `stop`, `kill` or `dispose` throw. In tests, use_river() makes and ends it.
 */
export class RiverProcess {
  readonly directory = mkdtempSync(join(tmpdir(), "river-e2e-"));
  readonly data_dir = join(this.directory, "data");
  /** What it has written since the first start. */
  stdout = "";
  stderr = "";

  private options_: RiverOptions;
  private child_: ChildProcess | undefined;
  private exited_: Promise<string> | undefined;
  private url_: string | undefined;
  private api_key_ = randomBytes(16).toString("hex");
  private jwt_secret_ = randomBytes(32).toString("hex");

  constructor(options: RiverOptions = {}) {
    this.options_ = options;
  }

  /** `http://127.0.0.1:<port>` */
  get url(): string {
    if (this.url_ === undefined) throw new Error("River was not started yet");
    return this.url_;
  }

  /** `ws://127.0.0.1:<port>/v1/ws` */
  get websocket_url(): string {
    return `${this.url.replace(/^http/, "ws")}/v1/ws`;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get pid(): number {
    return this.child_!.pid!;
  }

  get api_key(): string {
    return (this.options_.api_key ?? this.api_key_).split(",")[0]!;
  }

  get jwt_secret(): string {
    return (this.options_.jwt_secret ?? this.jwt_secret_).split(",")[0]!;
  }

  /** A token that this server takes. */
  token(claims: Claims = {}): string {
    return hs256_token(this.jwt_secret, claims);
  }

  async start(): Promise<void> {
    const before = this.stdout.length;
    const child = spawn(river_binary, this.arguments_(), {
      cwd: this.directory,
      env: this.environment_(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child_ = child;
    child.stdout.setEncoding("utf8").on("data", (text) => (this.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (this.stderr += text));
    // "close" comes when its output has been read, too.
    this.exited_ = once(child, "close").then(([code, signal]) => String(signal ?? code));
    const ready = /page and endpoint {3}(\S+)[^]*Publish an event:/;
    const has_exited = () => child.exitCode !== null || child.signalCode !== null;
    const match = await eventually(
      () => ready.exec(this.stdout.slice(before)) ?? (has_exited() ? "exited" : undefined),
      "River's start",
    );
    if (match === "exited") {
      await this.exited();
      throw new Error(`River did not start: ${this.stderr}`);
    }
    this.url_ = match[1]!.replace("0.0.0.0", "127.0.0.1");
  }

  /** Asks it to end in good order, and waits. Its code must be 0. */
  async stop(): Promise<void> {
    await this.end_("SIGTERM", "0");
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.end_("SIGKILL", "SIGKILL");
  }

  /** The same port and data again; `changes` are what is different from now on. */
  async restart(changes: RiverOptions = {}): Promise<void> {
    if (this.child_) await this.stop();
    this.options_ = { ...this.options_, ...changes };
    await this.start();
  }

  signal(signal: NodeJS.Signals): void {
    this.child_?.kill(signal);
  }

  /** Resolves with the code, or the signal's name, when it ends by itself. */
  async exited(): Promise<string> {
    if (!this.exited_) throw new Error("River was not started");
    const how = await within(this.exited_, "River's end", 3 * deadline_ms);
    this.child_ = undefined;
    return how;
  }

  /** Ends it, if it runs, and forgets its data. */
  async dispose(): Promise<void> {
    try {
      if (this.child_) await this.stop();
      this.check_reports_();
    } finally {
      this.child_?.kill("SIGKILL");
      rmSync(this.directory, { recursive: true, force: true });
    }
  }

  async metrics(): Promise<Metrics> {
    const response = await this.get("/metrics");
    return parse_metrics(await response.text());
  }

  /** A call with the API key. */
  get(path: string): Promise<Response> {
    return fetch(this.url + path, { headers: { "x-api-key": this.api_key } });
  }

  /** A call with the API key and a JSON body; a string goes as it is. */
  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url + path, {
      method: "POST",
      headers: { "x-api-key": this.api_key, "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  }

  /** Publishes and gives the event's position. */
  async publish(
    channel: string,
    event: string,
    data: unknown,
    more: { id?: string; exclude?: string } = {},
  ): Promise<{ epoch: string; offset: number }> {
    const response = await this.post("/v1/publish", { channel, event, data, ...more });
    const body = (await response.json()) as any;
    if (response.status !== 200) throw new Error(`not published: ${JSON.stringify(body)}`);
    const { epoch, offset } = body.results[0];
    return { epoch, offset };
  }

  private arguments_(): string[] {
    const { workers = 1, config, args = [], listen = "127.0.0.1:0" } = this.options_;
    const address = this.url_ ? listen.replace(/:0$/, `:${this.port}`) : listen;
    const all = ["serve", "--listen", address, "--data-dir", this.data_dir];
    all.push("--workers", String(workers), ...args);
    if (config !== undefined) {
      const file = join(this.directory, "river.toml");
      writeFileSync(file, config);
      all.push("--config", file);
    }
    return all;
  }

  private environment_(): Record<string, string> {
    const { api_key = this.api_key_, jwt_secret = this.jwt_secret_, env = {} } = this.options_;
    return {
      ...foreign_environment(),
      ...(api_key === null ? {} : { RIVER_API_KEY: api_key }),
      ...(jwt_secret === null ? {} : { RIVER_JWT_SECRET: jwt_secret }),
      ...env,
    };
  }

  private async end_(signal: NodeJS.Signals, expected: string): Promise<void> {
    const child = this.child_;
    if (!child) throw new Error("River does not run");
    const has_crashed = child.exitCode !== null || child.signalCode !== null;
    child.kill(signal);
    const how = await this.exited();
    if (has_crashed || how !== expected) {
      throw new Error(`River ended with ${how}, not when told by ${signal}: ${this.stderr}`);
    }
    this.check_reports_();
  }

  private check_reports_(): void {
    if (sanitizer_report.test(this.stderr)) throw new Error(this.stderr);
  }
}

/** River refuses variables of its own that it does not know, and the tester may have some set. */
export function foreign_environment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith("RIVER_"));
  return Object.fromEntries(entries) as Record<string, string>;
}

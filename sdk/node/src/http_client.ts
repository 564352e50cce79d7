import { setTimeout as sleep } from "node:timers/promises";
import { read_answer, type Refusal } from "./answer.js";
import { RiverError, usage_error } from "./error.js";

export interface HttpOptions {
  host: string;
  key: string | undefined;
  timeout_ms: number;
  retries: number;
  retry_delay_ms: number;
  random: () => number;
}

export interface HttpCall {
  method: "GET" | "POST";
  path: string;
  body?: unknown;
  /** Whether a call that may have been carried out can be made again without harm. */
  is_repeatable: boolean;
}

const delay_ms_max = 10_000;
/** A server that wants to be left alone for longer than this is not waited for. */
const retry_after_ms_max = 60_000;

/** Calls to River, each made until it is answered, or has failed often enough. */
export class HttpClient {
  private readonly origin_: string;
  private readonly key_: string;

  constructor(private readonly options_: HttpOptions) {
    this.origin_ = http_url(options_.host);
    const { key } = options_;
    if (typeof key !== "string" || !/^[\x21-\x7e]+$/.test(key)) {
      throw usage_error("key", "new River() needs { key }: River prints it, or where it is kept");
    }
    this.key_ = key;
  }

  async call(call: HttpCall): Promise<any> {
    const body = call.body === undefined ? undefined : json_of(call.body);
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.attempt_(call, body);
      if ("body" in answer) return answer.body;
      const { error, after_ms } = answer;
      const is_last = attempt >= this.options_.retries || (after_ms ?? 0) > retry_after_ms_max;
      if (is_last || !may_repeat(call, error)) throw error;
      await sleep(after_ms ?? this.backoff_ms_(attempt));
    }
  }

  private async attempt_(call: HttpCall, body?: string): Promise<{ body: any } | Refusal> {
    const { timeout_ms } = this.options_;
    const content = body === undefined ? {} : { "content-type": "application/json" };
    try {
      // Node's fetch keeps connections open between calls by itself.
      const response = await fetch(this.origin_ + call.path, {
        method: call.method,
        headers: { "x-api-key": this.key_, ...content },
        body: body ?? null,
        // The key must not follow to another host.
        redirect: "manual",
        signal: AbortSignal.timeout(timeout_ms),
      });
      return await read_answer(response);
    } catch (cause) {
      return { error: this.no_answer_(cause), after_ms: undefined };
    }
  }

  private no_answer_(cause: unknown): RiverError {
    if (cause instanceof Error && cause.name === "TimeoutError") {
      const text = `River at ${this.origin_} did not answer in ${this.options_.timeout_ms} ms`;
      return new RiverError(0, "timeout", text, true, undefined, { cause });
    }
    const reason = (cause as { cause?: { code?: string } }).cause?.code ?? String(cause);
    const code = reason === "ECONNREFUSED" ? "connection_refused" : "network";
    const text = `River at ${this.origin_} cannot be reached: ${reason}`;
    return new RiverError(0, code, text, true, undefined, { cause });
  }

  /** Full jitter, so that backends which failed together do not return together. */
  private backoff_ms_(attempt: number): number {
    const ceiling_ms = Math.min(delay_ms_max, this.options_.retry_delay_ms * 2 ** attempt);
    return this.options_.random() * ceiling_ms;
  }
}

/** What is not repeatable is made again only if it was surely not carried out. */
function may_repeat(call: HttpCall, error: RiverError): boolean {
  const was_not_done = [429, 503].includes(error.status) || error.code === "connection_refused";
  return error.retry && (call.is_repeatable || was_not_done);
}

function json_of(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    throw usage_error("data", `data must be a JSON value: ${String(cause)}`);
  }
}

/** A host without a scheme is taken to be encrypted, unless it is this machine. */
export function http_url(host: string): string {
  const is_local = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?(\/|$)/i.test(host);
  const has_scheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(host);
  try {
    const url = new URL(has_scheme ? host : (is_local ? "http://" : "https://") + host);
    if (/^https?:$/.test(url.protocol) && !url.search && !url.hash) {
      return url.origin + url.pathname.replace(/\/+$/, "");
    }
  } catch {
    // Said below.
  }
  throw usage_error("host", `"${host}" is no host: give one such as "https://river.example.com"`);
}

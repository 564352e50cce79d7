import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../src/deadline.ts";
import { free_port } from "../src/free_port.ts";
import { foreign_environment, river_binary } from "../src/river_process.ts";

const directory = mkdtempSync(join(tmpdir(), "river-e2e-output-"));
afterAll(() => rmSync(directory, { recursive: true }));

const full = { redirection: ">/dev/full", reason: "No space left on device" };
const closed = { redirection: ">&-", reason: "Bad file descriptor" };

/** As a shell would start it, with its output redirected. */
function shell(words: string[], redirection: string): [string, string[]] {
  return ["sh", ["-c", `exec "$0" "$@" ${redirection}`, river_binary, ...words]];
}

describe.each([full, closed])("with its output redirected to $redirection", (output) => {
  const { redirection, reason } = output;
  const env = { ...foreign_environment(), RIVER_JWT_SECRET: "s".repeat(32) };

  it.each([["check"], ["token"], ["version"], ["serve", "--help"], ["help"]])(
    "%j fails and says why",
    (...words) => {
      const ended = spawnSync(...shell(words, redirection), { cwd: directory, env });
      expect(String(ended.stderr)).toContain(`river: cannot write to stdout: ${reason}`);
      expect(ended.status).toBe(1);
    },
  );

  it("a server serves all the same, and prints into no file of its own", async () => {
    const listen = `127.0.0.1:${await free_port()}`;
    const data_dir = join(directory, `data-${listen}`);
    const words = ["serve", "--listen", listen, "--data-dir", data_dir];
    const child = spawn(...shell(words, redirection), { env, stdio: ["ignore", "pipe", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    await eventually(() => stderr.includes("the start is not shown"), "the warning");
    expect(stderr).toContain(reason);
    expect((await fetch(`http://${listen}/healthz`)).status).toBe(200);
    const key = readFileSync(join(data_dir, "api_key"), "utf8").trim();
    const revoked = await fetch(`http://${listen}/v1/users/ada/disconnect`, {
      method: "POST",
      headers: { "x-api-key": key, "content-type": "application/json" },
      body: '{"revoke":true}',
    });
    expect(revoked.status).toBe(204);
    child.kill("SIGTERM");
    const [code] = await once(child, "close");
    expect(code).toBe(0);
    expect(readFileSync(join(data_dir, "revocations"), "utf8")).toMatch(/^\d+ ada\n$/);
  });
});

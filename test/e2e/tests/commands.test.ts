import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RawClient } from "../src/raw_client.ts";
import { foreign_environment, river_binary } from "../src/river_process.ts";
import { start_river } from "../src/use_river.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "river-e2e-commands-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Runs a command of the program, in a directory of its own, to its end. */
function run(words: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(river_binary, words, {
    cwd: directory,
    env: { ...foreign_environment(), ...env },
    encoding: "utf8",
    timeout: 20_000,
  });
  return { status, stdout, stderr };
}

describe("river, the first time", () => {
  it("makes its secrets, for its user alone, and keeps them", async () => {
    const river = await start_river({ api_key: null, jwt_secret: null });
    const read = (file: string) => readFileSync(join(river.data_dir, file), "utf8");
    const secrets = { api_key: read("api_key"), jwt_secret: read("jwt_secret") };
    expect(secrets.api_key).toMatch(/^[0-9a-f]{32}\n$/);
    expect(secrets.jwt_secret).toMatch(/^[0-9a-f]{64}\n$/);
    expect(statSync(river.data_dir).mode & 0o777).toBe(0o700);
    for (const file of ["api_key", "jwt_secret"]) {
      expect(statSync(join(river.data_dir, file)).mode & 0o777).toBe(0o600);
    }
    expect(river.stdout).toContain(join(river.data_dir, "api_key"));
    expect(river.stdout).not.toContain(secrets.api_key.trim());

    const headers = { "x-api-key": secrets.api_key.trim() };
    const body = JSON.stringify({ channel: "dogs", eventName: "e", data: 1 });
    const publish = () => fetch(`${river.url}/publish`, { method: "POST", headers, body });
    expect((await publish()).status).toBe(204);
    await river.restart();
    expect((await publish()).status).toBe(204);
    expect(read("api_key")).toBe(secrets.api_key);
  });

  it("prints a line to copy that publishes", async () => {
    const river = await start_river({ api_key: null, jwt_secret: null });
    const curl = /^ {2}curl [^]*?'$/m.exec(river.stdout)![0];
    const shell = ["-c", `${curl} -s -o /dev/null -w '%{http_code}'`];
    const { status, stdout } = spawnSync("sh", shell, { encoding: "utf8" });
    expect([status, stdout]).toEqual([0, "204"]);
  });
});

describe("river token", () => {
  it("makes a token that the server takes, with the rights that it was asked for", async () => {
    const river = await start_river({ api_key: null, jwt_secret: null });
    const grants = ["--channel=private-*=subscribe,publish", "--channel", "presence-a=subscribe"];
    const about = ["--user", "ada", "--info", '{"name":"Ada"}', "--expires", "10m"];
    const made = run(["token", ...about, ...grants, "--data-dir", river.data_dir]);
    expect(made).toMatchObject({ status: 0, stderr: "" });
    const client = await RawClient.connect(river);
    const answer = await client.ask({ type: "auth", token: made.stdout.trim() });
    expect(answer).toMatchObject({ type: "authenticated", user: "ada" });
    expect(answer.expires_in).toBeGreaterThan(590);
    expect(answer.expires_in).toBeLessThanOrEqual(600);
    await client.subscribe("private-x");
    expect((await client.subscribe("presence-a")).members).toEqual([
      { id: "ada", info: { name: "Ada" } },
    ]);
    const publish = (channel: string) =>
      client.ask({ type: "publish", channel, event: "e", data: 1 });
    expect(await publish("private-x")).toMatchObject({ type: "ok" });
    expect(await publish("dogs")).toMatchObject({ code: 4403 });
    expect(await client.ask({ type: "subscribe", channel: "presence-b" })).toMatchObject({
      code: 4403,
    });
  });

  it("signs with the secret of the environment, as the server does", async () => {
    const river = await start_river();
    const made = run(["token"], { RIVER_JWT_SECRET: river.jwt_secret });
    const client = await RawClient.connect(river);
    const auth = { type: "auth", token: made.stdout.trim() };
    expect(await client.ask(auth)).not.toHaveProperty("user");
  });

  it.each([
    [["--channel", "dogs"], "expected pattern=rights"],
    [["--channel", "dogs=fly"], "expected pattern=rights"],
    [["--expires", "soon"], "expected a duration"],
    [["--info", "{"], "the server would refuse this token"],
    [["--user", "u".repeat(201)], "the server would refuse this token"],
  ])("refuses %j, and says what it expects", (words, message) => {
    const env = { RIVER_JWT_SECRET: "s".repeat(32) };
    const made = run(["token", ...words], env);
    expect(made.status).not.toBe(0);
    expect(made.stdout).toBe("");
    expect(made.stderr).toContain(message);
  });

  it("makes no secret when there is none", () => {
    const made = run(["token"]);
    expect(made.status).toBe(1);
    expect(made.stderr).toContain("start `river serve` once");
    expect(existsSync(join(directory, ".river"))).toBe(false);
  });
});

describe("river check", () => {
  it("shows each setting and where it came from, and starts nothing", () => {
    writeFileSync(join(directory, "river.toml"), 'workers = 3\n[ping]\ninterval = "9s"\n');
    const words = ["check", "--config", "river.toml", "--workers", "2"];
    const { status, stdout } = run(words, { RIVER_LOG_LEVEL: "debug" });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^workers +2 +--workers$/m);
    expect(stdout).toMatch(/^ping\.interval +9s +river\.toml:3$/m);
    expect(stdout).toMatch(/^log\.level +debug +RIVER_LOG_LEVEL$/m);
    expect(stdout).toMatch(/^listen +127\.0\.0\.1:8080 +default$/m);
    expect(stdout).toContain("The configuration is valid.");
    expect(existsSync(join(directory, ".river"))).toBe(false);
  });

  it("shows no secret", () => {
    const secret = "secret-secret-secret-secret-secret";
    const env = { RIVER_API_KEY: secret, RIVER_JWT_SECRET: secret };
    const { status, stdout, stderr } = run(["check"], env);
    expect(status).toBe(0);
    expect(stdout + stderr).not.toContain(secret);
  });

  it("names all that is wrong at once, the unknown with the nearest known one", () => {
    const config = '[limits]\nconections_max = 5\n[ping]\ninterval = "soon"\n';
    writeFileSync(join(directory, "river.toml"), config);
    const { status, stderr } = run(["check", "--config", "river.toml"]);
    expect(status).toBe(1);
    expect(stderr).toContain(
      "river.toml:2: unknown setting limits.conections_max; " +
        "the nearest known one is limits.connections_max",
    );
    expect(stderr).toContain("river.toml:4");
  });
});

describe("river serve", () => {
  it.each([
    ["an unknown variable", [], { RIVER_WORKER: "1" }, "RIVER_WORKERS"],
    ["an unknown flag", ["--worker", "1"], {}, "--workers"],
    ["a flag for a secret", ["--api-key", "x"], {}, "set RIVER_API_KEY"],
    ["too short a secret", [], { RIVER_JWT_SECRET: "short" }, "32"],
    ["an address that is none", ["--listen", "here"], {}, "listen"],
    ["a certificate without a key", ["--tls-cert", "cert.pem"], {}, "tls.key"],
  ])("does not start with %s, and says what to do", (_what, words, env, message) => {
    const { status, stderr } = run(["serve", ...words], env as Record<string, string>);
    expect(status).toBeGreaterThan(0);
    expect(stderr).toContain(message);
  });

  it("does not start with secrets that others can read", async () => {
    const key = join(directory, "api_key");
    writeFileSync(key, "0123456789abcdef\n", { mode: 0o644 });
    const { status, stderr } = run(["serve", "--data-dir", directory]);
    expect(status).toBe(1);
    expect(stderr).toContain(`chmod 600 ${key}`);
  });
});

describe("river", () => {
  it("version says which", () => {
    expect(run(["version"])).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^river \d+\.\d+\.\d+\n$/),
      stderr: "",
    });
  });

  it("with an unknown command names the nearest", () => {
    const { status, stderr } = run(["serv"]);
    expect(status).toBe(2);
    expect(stderr).toContain("the nearest known one is serve");
  });

  it("help lists the commands", () => {
    const { status, stdout } = run(["--help"]);
    expect(status).toBe(0);
    for (const command of ["serve", "check", "token", "version"]) {
      expect(stdout).toContain(command);
    }
  });
});

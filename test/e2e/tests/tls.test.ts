import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, describe, expect, it } from "vitest";
import { eventually } from "../src/deadline.ts";
import { RawClient } from "../src/raw_client.ts";
import type { RiverProcess } from "../src/river_process.ts";
import { start_river, use_river } from "../src/use_river.ts";

const directory = mkdtempSync(join(tmpdir(), "river-e2e-tls-"));
afterAll(() => rmSync(directory, { recursive: true }));

interface Pair {
  cert: string;
  key: string;
}

function make_pair(name: string): Pair {
  const pair = { cert: join(directory, `${name}.pem`), key: join(directory, `${name}.key`) };
  const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const files = ["-keyout", pair.key, "-out", pair.cert];
  execFileSync("openssl", ["req", "-x509", ...curve, ...subject, ...files], { stdio: "ignore" });
  return pair;
}

/** The name in the certificate that a new connection is shown. */
async function certificate_name(river: RiverProcess): Promise<string> {
  const options = { host: "127.0.0.1", port: river.port, rejectUnauthorized: false };
  return new Promise((resolve, reject) => {
    const socket = connect(options, () => {
      resolve(new X509Certificate(socket.getPeerCertificate().raw).subject.replace("CN=", ""));
      socket.destroy();
    });
    socket.on("error", reject);
  });
}

/** POST /v1/publish over https; the status. */
async function publish(river: RiverProcess, ca: Buffer, data: unknown): Promise<number> {
  const body = JSON.stringify({ channel: "dogs", event: "e", data });
  const headers = { "x-api-key": river.api_key, "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    request(`${river.url}/v1/publish`, { method: "POST", headers, ca }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode!));
    })
      .on("error", reject)
      .end(body);
  });
}

describe.each([1, 2])("River with %i workers and a certificate", (workers) => {
  const pair = make_pair(`workers-${workers}`);
  const ca = readFileSync(pair.cert);
  const flags = ["--tls-cert", pair.cert, "--tls-key", pair.key];
  const river = use_river({ workers, args: flags });

  it("says https", () => {
    expect(river.url).toMatch(/^https:/);
  });

  it("takes publications by https and delivers them by wss", async () => {
    const clients = [];
    for (let i = 0; i < 4; i += 1) {
      const client = await RawClient.log_in(river, {}, { ca });
      await client.subscribe("dogs");
      clients.push(client);
    }
    for (const data of [1, "x".repeat(60_000), 3]) {
      expect(await publish(river, ca, data)).toBe(200);
    }
    for (const client of clients) {
      const events = await client.events(3);
      expect(events.map((event) => event.data)).toEqual([1, "x".repeat(60_000), 3]);
    }
  });

  it.each([
    ["TLSv1.2", true],
    ["TLSv1.3", true],
    ["TLSv1.1", false],
  ] as const)("speaks %s: %s", async (version, spoken) => {
    const options = { host: "127.0.0.1", port: river.port, ca, ciphers: "DEFAULT@SECLEVEL=0" };
    const protocol = await new Promise((resolve) => {
      const limits = { minVersion: version, maxVersion: version };
      const socket = connect({ ...options, ...limits }, () => {
        resolve(socket.getProtocol());
        socket.destroy();
      });
      socket.on("error", () => resolve("refused"));
    });
    expect(protocol).toBe(spoken ? version : "refused");
  });

  it("ends a connection that does not speak TLS, and serves on", async () => {
    await expect(fetch(river.url.replace("https", "http"))).rejects.toThrow();
    expect(await publish(river, ca, 1)).toBe(200);
  });

  it("closes clients in good order when it stops", async () => {
    const other = await start_river({ workers, args: flags });
    const client = await RawClient.log_in(other, {}, { ca });
    await other.stop();
    expect(await client.next()).toMatchObject({ type: "reconnect" });
    expect(await client.close_code()).toBe(1001);
  });
});

describe("SIGHUP", () => {
  it("loads the pair again, without dropping the connected clients", async () => {
    const [first, second] = [make_pair("old"), make_pair("new")];
    const used = { cert: join(directory, "used.pem"), key: join(directory, "used.key") };
    const use = (pair: Pair) => {
      copyFileSync(pair.cert, used.cert);
      copyFileSync(pair.key, used.key);
    };
    use(first);
    const args = ["--tls-cert", used.cert, "--tls-key", used.key];
    const river = await start_river({ workers: 2, args });
    const old_client = await RawClient.log_in(river, {}, { ca: readFileSync(first.cert) });
    await old_client.subscribe("dogs");
    expect(await certificate_name(river)).toBe("old");

    use(second);
    river.signal("SIGHUP");
    await eventually(async () => (await certificate_name(river)) === "new", "the new certificate");
    const ca = readFileSync(second.cert);
    const new_client = await RawClient.log_in(river, {}, { ca });
    await new_client.subscribe("dogs");
    expect(await publish(river, ca, 1)).toBe(200);
    for (const client of [old_client, new_client]) await client.events(1);

    writeFileSync(used.key, "no key");
    river.signal("SIGHUP");
    await eventually(() => river.stderr.includes("was not reloaded"), "the log line");
    expect(await certificate_name(river)).toBe("new");
    expect(await publish(river, ca, 2)).toBe(200);
    for (const client of [old_client, new_client]) await client.events(1);
  });
});

describe("a pair that does not fit together", () => {
  it("keeps River from starting, and says why", async () => {
    const [one, other] = [make_pair("one"), make_pair("other")];
    const args = ["--tls-cert", one.cert, "--tls-key", other.key];
    await expect(start_river({ args }).then(() => "it started")).rejects.toThrow(/did not start/);
  });
});

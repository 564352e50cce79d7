// security.md F12, A3 and D5 with TLS, and what signals do meanwhile.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, within } from "../../e2e/src/deadline.ts";
import { RiverProcess } from "../../e2e/src/river_process.ts";
import { make_certificate } from "../src/certificate.ts";
import { descriptors_of, expect_rest, expect_service, metrics_of, publish } from "../src/health.ts";
import { RawConnection } from "../src/raw_connection.ts";
import { RawWebSocket, upgrade_request } from "../src/websocket.ts";

const river = new RiverProcess({ workers: 2 });
beforeAll(async () => {
  await river.restart({ args: [...make_certificate(river), "--http-head-timeout", "1s"] });
});
afterAll(() => river.dispose());

/** What `openssl s_client` says, with `input` typed into it. */
async function s_client(args: string[], input = ""): Promise<string> {
  const address = ["-connect", `127.0.0.1:${river.port}`, "-servername", "localhost"];
  const child = spawn("openssl", ["s_client", ...address, ...args]);
  let output = "";
  child.stdout.on("data", (text) => (output += String(text)));
  child.stderr.on("data", (text) => (output += String(text)));
  child.stdin.on("error", () => {});
  if (input === "") child.stdin.end();
  else child.stdin.write(input);
  const has_ended = once(child, "close");
  await within(has_ended, "openssl s_client").finally(() => child.kill("SIGKILL"));
  return output;
}
const weak = "DEFAULT:@SECLEVEL=0";

describe("F12 versions and suites", () => {
  test.each(["-tls1", "-tls1_1"])("F12 %s is refused", async (version) => {
    const output = await s_client([version, "-cipher", weak]);
    expect(output).toMatch(/alert protocol version|no protocols available|wrong version/i);
    expect(output).not.toMatch(/Cipher is (?!\(NONE\))/);
  });

  test.each([
    ["-tls1_2", "TLSv1.2"],
    ["-tls1_3", "TLSv1.3"],
  ])("F12 %s is spoken", async (flag, version) => {
    const output = await s_client([flag]);
    expect(output).toContain(`New, ${version}, Cipher is `);
    expect(output).toMatch(/Cipher is (TLS_|ECDHE)/);
  });

  test.each(["AES128-SHA", "AES256-GCM-SHA384", "NULL", "aNULL", "3DES", "ECDHE-ECDSA-AES128-SHA"])(
    "F12 with TLS 1.2, %s alone is refused",
    async (cipher) => {
      const output = await s_client(["-tls1_2", "-cipher", `${cipher}:@SECLEVEL=0`]);
      expect(output).not.toMatch(/Cipher is (?!\(NONE\))/);
    },
  );

  test("F12 renegotiation is refused, and the connection ends", async () => {
    const output = await s_client(["-tls1_2"], "R\n");
    expect(output).toMatch(/RENEGOTIATING/);
    expect(output).toMatch(
      /no renegotiation|handshake failure|unexpected message|write:errno|error/i,
    );
    await expect_service(river);
  });

  test("F12 clear text on the port → the end, and no answer that could be read", async () => {
    const raw = await RawConnection.open({ port: river.port });
    raw.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    await raw.ended();
    expect(raw.received.toString("latin1")).not.toContain("HTTP/1.1");
  });
});

describe("A3, A14 in the handshake", () => {
  test("A3 whoever does not finish its handshake is ended by the same time", async () => {
    const silent = await RawConnection.open({ port: river.port });
    const slow = await RawConnection.open({ port: river.port });
    // The head of a ClientHello that announces 512 bytes, then one byte after the other.
    slow.send(Buffer.from("1603010200", "hex"));
    slow.send(Buffer.from("010001fc0303", "hex"));
    const dripping = setInterval(() => slow.send(Buffer.from([0])), 50);
    await Promise.all([silent.ended(), slow.ended()]).finally(() => clearInterval(dripping));
  });

  test("A14 RST at many points of the handshake leaves nothing", async () => {
    await expect_rest(river);
    const before = descriptors_of(river);
    const hello = Buffer.from(`160301020001000200${"03".repeat(511)}`, "hex");
    for (let at = 0; at < hello.length; at += 5) {
      const raw = await RawConnection.open({ port: river.port });
      await raw.send_all(hello.subarray(0, at + 1));
      raw.reset();
    }
    for (let i = 0; i < 50; ++i) {
      const client = await RawWebSocket.log_in(river, {}, { tls: true });
      client.raw.reset();
    }
    await expect_rest(river);
    await eventually(() => descriptors_of(river) <= before + 1, "the descriptors to be given back");
  });
});

describe("hand-over and slow readers behind TLS", () => {
  test("an upgrade with frames behind it in one record", async () => {
    const raw = await RawConnection.open({ port: river.port, tls: true });
    const ping = Buffer.from("898212345678", "hex");
    raw.send(Buffer.concat([Buffer.from(upgrade_request()), ping, Buffer.from("0000", "hex")]));
    expect((await raw.response()).status).toBe(101);
    let frame = await raw.frame();
    while (frame.opcode !== 10) frame = await raw.frame();
  });

  test("D5 a reader that reads nothing → 4430, and others get everything", async () => {
    const log_in = () => RawWebSocket.log_in(river, {}, { tls: true });
    const [slow, good] = [await log_in(), await log_in()];
    for (const client of [slow, good])
      await client.ask({ type: "subscribe", channel: "b" }, "subscribed");
    const before = (await metrics_of(river)).river_outbox_overflows_total!;
    slow.raw.socket.pause();
    for (let i = 0; i < 120; ++i) {
      await publish(river, "b", { i, data: "d".repeat(60_000) });
      expect((await good.message((one) => one.type === "event")).data.i).toBe(i);
    }
    await eventually(
      async () => (await metrics_of(river)).river_outbox_overflows_total! > before,
      "the overflow",
    );
    slow.raw.socket.resume();
    expect(await slow.close_code()).toBe(4430);
  });

  test("a pipeline of answers larger than any buffer comes whole", async () => {
    const raw = await RawConnection.open({ port: river.port, tls: true });
    raw.socket.pause();
    const request = `GET /metrics HTTP/1.1\r\nHost: x\r\nx-api-key: ${river.api_key}\r\n\r\n`;
    raw.send(request.repeat(800));
    await expect_service(river);
    raw.socket.resume();
    for (let i = 0; i < 800; ++i) expect((await raw.response()).status).toBe(200);
  });
});

describe("signals", () => {
  test("a storm of SIGHUP drops nobody, and new clients see the new certificate", async () => {
    const client = await RawWebSocket.log_in(river, {}, { tls: true });
    await client.ask({ type: "subscribe", channel: "through" }, "subscribed");
    make_certificate(river, "renewed");
    for (let i = 0; i < 50; ++i) {
      river.signal("SIGHUP");
      if (i % 5 === 0) await expect_service(river);
    }
    await publish(river, "through", 1);
    expect((await client.message((one) => one.type === "event")).data).toBe(1);
    await eventually(
      async () => (await s_client([])).includes("CN = renewed"),
      "the new certificate",
    );
  });

  test("a certificate that is broken at its reload is not taken", async () => {
    writeFileSync(`${river.directory}/tls/certificate.pem`, "no certificate");
    const before = river.stderr.length;
    river.signal("SIGHUP");
    await eventually(() => river.stderr.slice(before).includes("not reloaded"), "the complaint");
    await expect_service(river);
    make_certificate(river, "renewed");
  });

  test("SIGTERM while others are in their handshake ends it all, in time", async () => {
    const silent = await Promise.all(
      Array.from({ length: 20 }, () => RawConnection.open({ port: river.port })),
    );
    const client = await RawWebSocket.log_in(river, {}, { tls: true });
    const stopped = river.stop();
    expect(await client.close_code()).toBe(1001);
    client.raw.socket.destroy();
    await stopped;
    await Promise.all(silent.map((raw) => raw.ended()));
    await river.start();
    await expect_service(river);
  });
});

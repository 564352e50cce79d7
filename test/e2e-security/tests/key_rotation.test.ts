// security.md E11: keys change while clients log in. River reads its secrets when it starts, so
// they change as docs/configuration.md says: over restarts, with both secrets for a while.
import { expect, onTestFinished, test } from "vitest";
import { eventually, pause } from "../../e2e/src/deadline.ts";
import { hs256_token, unix_now } from "../../e2e/src/tokens.ts";
import { start_river } from "../../e2e/src/use_river.ts";
import { expect_service } from "../src/health.ts";
import { RawWebSocket } from "../src/websocket.ts";

const secrets = { old: "o".repeat(32), new: "n".repeat(32) } as const;
type Secret = keyof typeof secrets;
type Outcome = "in" | "refused" | "away";

/** "away": the server stopped before it answered. */
async function log_in(port: number, secret: Secret): Promise<Outcome> {
  let client: RawWebSocket | undefined;
  try {
    client = await RawWebSocket.open(port);
    const claims = { sub: "ada", exp: unix_now() + 3600 };
    client.send({ type: "auth", token: hs256_token(secrets[secret], claims) });
    await client.message((message) => message.type === "authenticated");
    return "in";
  } catch (error) {
    return String(error).includes('"code":4401') ? "refused" : "away";
  } finally {
    client?.raw.socket.destroy();
  }
}

test("E11 a token is taken while its secret is configured, and no longer", async () => {
  const river = await start_river({ workers: 2, jwt_secret: secrets.old });
  // What the server may be started with now; during a restart, before or after.
  let configured: Secret[][] = [["old"]];
  let is_over = false;
  const wrong: string[] = [];
  const seen = new Map<string, number>();

  async function log_in_again_and_again(secret: Secret): Promise<void> {
    while (!is_over) {
      const before = configured;
      const outcome = await log_in(river.port, secret);
      const possible = [...before, ...configured].map((one) => one.includes(secret));
      if (outcome === "away") await pause(5);
      const is_wrong =
        (outcome === "refused" && !possible.includes(false)) ||
        (outcome === "in" && !possible.includes(true));
      if (is_wrong) wrong.push(`${secret} is ${outcome} with ${JSON.stringify(configured)}`);
      const key = `${secret} ${outcome}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
  }
  const both: Secret[] = ["old", "new"];
  const clients = [...both, ...both, ...both].map(log_in_again_and_again);
  onTestFinished(() => void (is_over = true));

  async function expect_each(...expected: string[]): Promise<void> {
    seen.clear();
    const is_seen = () => expected.every((key) => (seen.get(key) ?? 0) >= 50);
    await eventually(is_seen, `many of: ${expected.join(", ")}`);
  }
  async function restart_with(...names: Secret[]): Promise<void> {
    configured = [...configured, names];
    await river.restart({ jwt_secret: names.map((name) => secrets[name]).join(",") });
    configured = [names];
  }

  await expect_each("old in", "new refused");
  river.signal("SIGHUP"); // loads nothing of this
  await expect_each("old in", "new refused");
  await restart_with("new", "old");
  await expect_each("old in", "new in");
  await restart_with("new");
  await expect_each("old refused", "new in");
  is_over = true;
  await Promise.all(clients);
  expect(wrong).toEqual([]);
  await expect_service(river);
});

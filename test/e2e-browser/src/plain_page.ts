import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { RiverProcess } from "../../e2e/src/river_process.ts";
import { all_rights, user } from "../../e2e/src/tokens.ts";

/** What the page leaves in its window for tests to look at. */
export interface PlainWindow {
  /** The data of all events, as they came. */
  heard: unknown[];
  /** The states of its connection, and "subscribed" and "gap". */
  happened: string[];
}

const html = (river_host: string) => `<!doctype html>
<title>Dogs</title>
<link rel="icon" href="data:,">
<script src="/river.js"></script>
<script>
  window.heard = [];
  window.happened = [];
  const jwt = () => fetch("/token").then((response) => response.text());
  const river = new River({ host: "${river_host}", jwt });
  river.connection.bind("state_change", ({ current }) => happened.push(current));
  const dogs = river.subscribe("dogs");
  dogs.bind("river:subscribed", () => happened.push("subscribed"));
  dogs.bind("river:gap", () => happened.push("gap"));
  dogs.bind("bark", (data) => heard.push(data));
</script>`;

/** A web server whose page listens to "dogs". Gives its address, and ends with its test. */
export async function serve_plain_page(river: RiverProcess, river_host: string): Promise<string> {
  const script = createRequire(import.meta.url).resolve("river-client/river.js");
  const answers: Record<string, () => [type: string, body: string | Buffer]> = {
    "/": () => ["text/html", html(river_host)],
    "/elsewhere": () => ["text/html", '<!doctype html><link rel="icon" href="data:,">'],
    "/river.js": () => ["text/javascript", readFileSync(script)],
    "/token": () => ["text/plain", river.token(user("ada", { dogs: all_rights }))],
  };
  const server = createServer((request, response) => {
    const [type, body] = answers[request.url!]!();
    response.setHeader("content-type", type);
    response.end(body);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

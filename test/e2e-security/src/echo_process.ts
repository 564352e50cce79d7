import { spawn, type ChildProcess } from "node:child_process";
import { dirname, join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { eventually } from "../../e2e/src/deadline.ts";
import { river_binary } from "../../e2e/src/river_process.ts";

/** River's frames behind an echo, with raised limits: 16 MiB a message, 65,536 fragments. */
export interface EchoProcess {
  port: number;
  has_exited: () => boolean;
}

export function use_echo(): EchoProcess {
  let child: ChildProcess;
  const echo: EchoProcess = {
    port: 0,
    has_exited: () => child.exitCode !== null || child.signalCode !== null,
  };
  beforeAll(async () => {
    const program = join(dirname(river_binary), "river-echo");
    child = spawn(program, ["--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout!.on("data", (text) => (output += String(text)));
    const listening = () => /listens on 127\.0\.0\.1:(\d+)/.exec(output) ?? undefined;
    echo.port = Number((await eventually(listening, "river-echo's start"))[1]);
  });
  afterAll(() => void child.kill("SIGKILL"));
  return echo;
}

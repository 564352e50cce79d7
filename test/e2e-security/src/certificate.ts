import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { RiverProcess } from "../../e2e/src/river_process.ts";

/** A self-signed pair in the directory of `river`; made anew, it replaces the one before. */
export function make_certificate(river: RiverProcess, name = "localhost"): string[] {
  const directory = join(river.directory, "tls");
  if (!existsSync(directory)) mkdirSync(directory);
  const certificate = join(directory, "certificate.pem");
  const key = join(directory, "key.pem");
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const what = ["-subj", `/CN=${name}`, "-days", "2", "-keyout", key, "-out", certificate];
  execFileSync("openssl", ["req", "-x509", ...kind, ...what], { stdio: "ignore" });
  return ["--tls-cert", certificate, "--tls-key", key];
}

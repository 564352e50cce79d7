import { afterAll, beforeAll, onTestFinished } from "vitest";
import { RiverProcess, type RiverOptions } from "./river_process.ts";

/** One River for all tests of the describe or file around; they fail if it ends badly. */
export function use_river(options: RiverOptions = {}): RiverProcess {
  const river = new RiverProcess(options);
  beforeAll(() => river.start());
  afterAll(() => river.dispose());
  return river;
}

/** One River for the test that asks; it fails if River ends badly. */
export async function start_river(options: RiverOptions = {}): Promise<RiverProcess> {
  const river = new RiverProcess(options);
  onTestFinished(() => river.dispose());
  await river.start();
  return river;
}

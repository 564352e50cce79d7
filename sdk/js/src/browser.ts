import { RiverError } from "./error.js";
import { River } from "./river.js";

// The script has one global, so the error's class hangs on it.
(globalThis as { River?: unknown }).River = Object.assign(River, { RiverError });

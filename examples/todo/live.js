import { River } from "river-server";

const CHANNEL = "todo";
const TOKEN_LIFETIME_SECONDS = 600;
const RELOAD_RETRY_MS = 2000;

const { RIVER_API_KEY, RIVER_JWT_SECRET } = process.env;
if (!RIVER_API_KEY || !RIVER_JWT_SECRET) {
  console.error(
    "todo: set RIVER_API_KEY and RIVER_JWT_SECRET. River keeps both in its data directory, " +
      "and says where when it starts.",
  );
  process.exit(1);
}

export const river_host = process.env.RIVER_HOST ?? "http://127.0.0.1:8080";

const river = new River({ host: river_host, key: RIVER_API_KEY, jwt_secret: RIVER_JWT_SECRET });

/** A token for a browser: it may listen to the list, for a while, and nothing else. */
export function browser_token() {
  const channels = { [CHANNEL]: ["subscribe"] };
  return river.token({ channels, expires_in: TOKEN_LIFETIME_SECONDS });
}

/**
 * Tells every open page but the one that asked for the change, which has shown it already. The
 * request never waits for this, and never fails by it.
 */
export function publish(request, event, data) {
  const exclude = request.get("x-river-connection");
  river.publish(CHANNEL, event, data, { exclude }).catch((error) => {
    console.error(`todo: ${event} was not published: ${error.message}`);
    reload_pages_later();
  });
}

// What was not published while River was away is not repeated event by event: once River answers
// again, the pages are told to load the list anew.
let reload_due = false;

function reload_pages_later() {
  if (reload_due) return;
  reload_due = true;
  setTimeout(reload_pages, RELOAD_RETRY_MS);
}

async function reload_pages() {
  try {
    await river.publish(CHANNEL, "reload", {});
    reload_due = false;
  } catch {
    setTimeout(reload_pages, RELOAD_RETRY_MS);
  }
}

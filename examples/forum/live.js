import { River } from "river-server";
import { channel_names } from "./forum.js";

const TOKEN_LIFETIME_SECONDS = 600;
const RELOAD_RETRY_MS = 2000;

const { RIVER_API_KEY, RIVER_JWT_SECRET } = process.env;
if (!RIVER_API_KEY || !RIVER_JWT_SECRET) {
  console.error(
    "forum: set RIVER_API_KEY and RIVER_JWT_SECRET. River keeps both in its data directory, " +
      "and says where when it starts.",
  );
  process.exit(1);
}

export const river_host = process.env.RIVER_HOST ?? "http://127.0.0.1:8080";

const river = new River({ host: river_host, key: RIVER_API_KEY, jwt_secret: RIVER_JWT_SECRET });

/** A token for one reader: what it may hear, and the name that the other readers see. */
export function token_for(reader) {
  const channels = {};
  for (const name of channel_names) {
    channels[name] = ["subscribe"];
    channels[`presence-${name}`] = ["subscribe", "presence"];
  }
  return river.token({
    user: reader,
    channels,
    info: { name: reader },
    expires_in: TOKEN_LIFETIME_SECONDS,
  });
}

/** The request that wrote something never waits for this, and never fails by it. */
export function publish(channel, event, data) {
  river.publish(channel, event, data).catch((error) => {
    console.error(`forum: ${event} on ${channel} was not published: ${error.message}`);
    reload_pages_later(channel);
  });
}

// What was not published while River was away is not repeated event by event: once River answers
// again, the pages are told to load their posts anew.
const reloads_due = new Set();

function reload_pages_later(channel) {
  if (reloads_due.has(channel)) return;
  reloads_due.add(channel);
  setTimeout(reload_pages, RELOAD_RETRY_MS, channel);
}

async function reload_pages(channel) {
  try {
    await river.publish(channel, "reload", {});
    reloads_due.delete(channel);
  } catch {
    setTimeout(reload_pages, RELOAD_RETRY_MS, channel);
  }
}

import { ForumError } from "./forum.js";

const COOKIE = "reader";
const NAME_CHARACTERS_MAX = 40;
const COOKIE_LIFETIME_MS = 30 * 24 * 3600 * 1000;

/**
 * Who is reading, by a cookie that holds the name they picked. That is no login: whoever says
 * "Ada" is Ada. A forum of your own asks its session here.
 */
export function reader_of(request) {
  for (const pair of (request.get("cookie") ?? "").split(/; */)) {
    const [name, value = ""] = pair.split("=");
    if (name === COOKIE) return decoded(value);
  }
  return undefined;
}

export function required_reader_of(request) {
  const reader = reader_of(request);
  if (!reader) throw new ForumError(401, "Pick a name first.");
  return reader;
}

export function pick_name(response, name) {
  const picked = checked(name);
  if (!picked) throw new ForumError(400, `A name has 1 to ${NAME_CHARACTERS_MAX} characters.`);
  response.cookie(COOKIE, picked, {
    httpOnly: true,
    sameSite: "lax",
    maxAge: COOKIE_LIFETIME_MS,
  });
  return picked;
}

export function forget_name(response) {
  response.clearCookie(COOKIE);
}

// A cookie comes from the browser, so its name is checked like one that was just picked.
function decoded(value) {
  try {
    return checked(decodeURIComponent(value));
  } catch {
    return undefined;
  }
}

function checked(name) {
  const text = typeof name === "string" ? name.replace(/[\p{C}\s]+/gu, " ").trim() : "";
  return text.length > 0 && text.length <= NAME_CHARACTERS_MAX ? text : undefined;
}

// The page that River serves at "/": live figures, a subscriber for any channel, code to copy.
// It holds no secret: its token comes from /v1/playground or from whoever looks at it. Whatever
// arrives is shown as text (textContent, text nodes), never parsed as HTML.
"use strict";

const LOG_ROWS_MAX = 200;
const JSON_CHARACTERS_MAX = 4000;
const ONE_LINE_CHARACTERS_MAX = 48;
const POLL_INTERVAL_MS = 2000;
const RATES_MAX = 60; // two minutes of the sparkline
const MEMBERS_SHOWN_MAX = 20;
const REWIND_EVENTS = 10; // what was published just before this page opened
const CHANNEL_NAME = /^[A-Za-z0-9_\-=@,.;:/#]{1,200}$/;

const by_id = (id) => document.getElementById(id);
const whole = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function show_pill(id, state, text) {
  by_id(id).dataset.state = state;
  const label = by_id(`${id}-text`);
  if (label.textContent !== text) label.textContent = text; // a screen reader hears changes only
}

// ---- Live figures ------------------------------------------------------------------------------

let last_info = null; // { at_ms, publications, deliveries }
const delivery_rates = new Array(RATES_MAX).fill(0);

function duration_text(seconds) {
  const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first < 0) return "a moment";
  return units
    .slice(first, first + 2)
    .map(([unit, size], index) => {
      const rest = index === 0 ? seconds : seconds % units[first][1];
      return [Math.floor(rest / size), unit];
    })
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}

function show_figure(id, value) {
  const known = Number.isFinite(value);
  by_id(id).textContent = known ? (value < 1e6 ? whole : short).format(value) : "–";
  by_id(id).title = known ? whole.format(value) : "";
}

// Per second since the last look; a restarted server counts from zero again, which is no rate.
function rate_of(info, name, elapsed_ms) {
  const grown = info[name] - last_info?.[name];
  return grown >= 0 && elapsed_ms > 0 ? (grown * 1000) / elapsed_ms : NaN;
}

function show_rate(id, rate) {
  by_id(id).textContent = Number.isFinite(rate) ? `${short.format(rate)}/s` : "";
}

function draw_delivery_rates(rate) {
  delivery_rates.push(Number.isFinite(rate) ? rate : 0);
  delivery_rates.shift();
  const top = Math.max(1, ...delivery_rates);
  const points = delivery_rates.map(
    (value, index) => `${(index * 120) / (RATES_MAX - 1)},${31 - (value * 30) / top}`,
  );
  by_id("deliveries-line").setAttribute("points", points.join(" "));
}

function show_info(info) {
  const now_ms = performance.now();
  const elapsed_ms = last_info ? now_ms - last_info.at_ms : 0;
  for (const name of ["connections", "subscriptions", "channels", "publications", "deliveries"]) {
    show_figure(name, info[name]);
  }
  show_rate("publications-rate", rate_of(info, "publications", elapsed_ms));
  const delivery_rate = rate_of(info, "deliveries", elapsed_ms);
  show_rate("deliveries-rate", delivery_rate);
  if (last_info) draw_delivery_rates(delivery_rate);
  last_info = { ...info, at_ms: now_ms };

  by_id("version").textContent = info.version ? `v${info.version}` : "";
  by_id("status").title = info.node ? `Node ${info.node}` : "";
  // Outside of what a screen reader is told of, which would be every two seconds.
  const up = Number.isFinite(info.uptime_seconds);
  by_id("uptime").textContent = up ? duration_text(info.uptime_seconds) : "";
  show_pill("status", "good", up ? "Up" : "Running");
}

async function poll() {
  if (!document.hidden) {
    try {
      const answer = await fetch("/v1/info", { cache: "no-store" });
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      show_info(await answer.json());
    } catch {
      by_id("uptime").textContent = "";
      show_pill("status", "bad", "Not reachable");
    }
  }
  setTimeout(poll, POLL_INTERVAL_MS);
}

// ---- Event log ---------------------------------------------------------------------------------

let waiting_rows = []; // shown once a frame, so that a flood of events costs one layout
let rows_seen = 0;

function pretty(data) {
  const line = JSON.stringify(data) ?? String(data);
  const text = line.length <= ONE_LINE_CHARACTERS_MAX ? line : JSON.stringify(data, null, 2);
  if (text.length <= JSON_CHARACTERS_MAX) return text;
  const left_off = whole.format(text.length - JSON_CHARACTERS_MAX);
  return `${text.slice(0, JSON_CHARACTERS_MAX)}\n… ${left_off} more characters`;
}

// kind: "" for an event, "system" for what River itself says, "problem-row" for what went wrong.
function log(kind, name, { offset, data } = {}) {
  waiting_rows.push({ kind, name, offset, data, at: new Date() });
  if (waiting_rows.length > LOG_ROWS_MAX) waiting_rows.shift();
  rows_seen += 1;
  if (waiting_rows.length === 1) requestAnimationFrame(show_waiting_rows);
}

function row_of({ kind, name, offset, data, at }) {
  const milliseconds = String(at.getMilliseconds()).padStart(3, "0");
  const time_text = `${at.toLocaleTimeString("en-GB")}.${milliseconds}`;
  const head = element("div", { className: "event-head" },
    element("span", { className: "event-name", textContent: name }));
  if (Number.isFinite(offset)) {
    head.append(element("span", { className: "quiet", textContent: `offset ${offset}` }));
  }
  const time = { className: "quiet", dateTime: at.toISOString(), textContent: time_text };
  head.append(element("time", time));
  const row = element("li", { className: kind }, head);
  if (data !== undefined) row.append(element("pre", { textContent: pretty(data) }));
  return row;
}

function show_waiting_rows() {
  const list = by_id("log");
  if (waiting_rows.some(({ kind }) => kind !== "system")) by_id("log-empty").hidden = true;
  list.prepend(...waiting_rows.map(row_of).reverse());
  waiting_rows = [];
  while (list.childElementCount > LOG_ROWS_MAX) list.lastElementChild.remove();
  const cut = rows_seen > LOG_ROWS_MAX;
  by_id("log-count").textContent = cut ? `last ${LOG_ROWS_MAX} of ${whole.format(rows_seen)}` : "";
}

function clear_log() {
  waiting_rows = [];
  rows_seen = 0;
  by_id("log").replaceChildren();
  by_id("log-count").textContent = "";
  by_id("log-empty").hidden = false;
}

// ---- Subscriber --------------------------------------------------------------------------------

let river = null;
let pasted_token = "";

// The client asks this again at each connection; `retry: false` tells it that asking is no use.
async function playground_token() {
  const answer = await fetch("/v1/playground", { cache: "no-store" });
  if (answer.status === 404) {
    throw Object.assign(new Error("the playground is off"), { retry: false });
  }
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return (await answer.json()).token;
}

const CONNECTION_PILLS = {
  connected: ["good", "Connected"],
  connecting: ["waiting", "Connecting…"],
  unavailable: ["waiting", "Reconnecting…"],
  disconnected: ["off", "Not connected"],
  failed: ["bad", "Refused"],
};

function show_members(members) {
  const shown = [...members].slice(0, MEMBERS_SHOWN_MAX);
  const names = shown.map((member) => member.info?.name ?? member.id);
  const more = members.count > shown.length ? ` and ${members.count - shown.length} more` : "";
  by_id("members").textContent = `Here now: ${names.join(", ")}${more}`;
  by_id("members").hidden = shown.length === 0;
}

function listen(channel_name) {
  river?.disconnect();
  by_id("members").hidden = true;
  if (typeof River !== "function") {
    show_pill("connection", "bad", "No client");
    log("problem-row", "The browser client, /river.js, could not be loaded. Reload this page.");
    return;
  }
  const jwt = pasted_token || playground_token;
  try {
    river = new River({ host: location.origin, jwt });
  } catch {
    return log("problem-row", "This is no token: a token is three parts with dots between them.");
  }
  const mine = river;
  mine.connection.bind("state_change", ({ current }) => {
    if (mine !== river) return; // the last words of the connection that this one replaced
    show_pill("connection", ...(CONNECTION_PILLS[current] ?? ["waiting", current]));
  });
  mine.connection.bind("error", (error) => {
    if (mine !== river || mine.connection.state !== "failed") return; // it tries again by itself
    log("problem-row", error.message);
  });
  const channel = mine.subscribe(channel_name, { rewind: REWIND_EVENTS });
  channel.bind_all((event, data, { offset }) => {
    if (mine !== river) return;
    if (!event.startsWith("river:")) log("", event, { data, offset });
    else say_system_event(event, data, channel_name);
    if (channel_name.startsWith("presence-")) show_members(channel.members);
  });
}

function say_system_event(event, data, channel_name) {
  switch (event) {
    case "river:subscribed":
      return log("system", `Listening to ${channel_name}`, data.position);
    case "river:gap":
      return log("problem-row", "Events were missed while away: an app loads its state anew now");
    case "river:error":
      return log("problem-row", data.message);
    default:
      return log("system", event.replace("river:", "").replaceAll("_", " "), { data });
  }
}

function choose_channel() {
  const input = by_id("channel");
  const name = input.value.trim();
  const right = CHANNEL_NAME.test(name);
  input.setAttribute("aria-invalid", String(!right));
  const problem = by_id("channel-problem");
  problem.hidden = right;
  problem.textContent = right
    ? ""
    : "A channel’s name has 1 to 200 letters, digits or any of _ - = @ , . ; : / #";
  if (!right) return null;
  history.replaceState(null, "", `#${encodeURIComponent(name)}`);
  show_snippets(name);
  return name;
}

function on_listen(submission) {
  submission.preventDefault();
  const name = choose_channel();
  if (name === null) return by_id("channel").focus();
  if (by_id("token-form").hidden || pasted_token) return listen(name);
  by_id("token").focus();
}

function on_token(submission) {
  submission.preventDefault();
  pasted_token = by_id("token").value.trim();
  const name = choose_channel();
  if (pasted_token && name !== null) listen(name);
}

async function start_listening() {
  const name = choose_channel();
  try {
    await playground_token();
  } catch (error) {
    by_id("token-form").hidden = error.retry !== false;
    if (error.retry === false) return;
  }
  if (name !== null) listen(name);
}

// ---- Code to copy ------------------------------------------------------------------------------

// Channel names hold no quote, backslash or blank, so they stand in shell and script as they are.
function snippets_for(channel) {
  const host = location.origin;
  const curl = (path, body) => `curl -X POST ${host}${path} \\
  -H "x-api-key: $RIVER_API_KEY" \\
  -H 'content-type: application/json' \\
  -d '${JSON.stringify(body)}'`;
  const use = `const river = new River({
  host: "${host}",
  jwt: () => fetch("/river-token").then((r) => r.text()),
});
const channel = river.subscribe("${channel}");
channel.bind("new-post", (post) => console.log(post.title));`;
  const post = { title: "Rex" };
  return {
    publish: curl("/publish", { channel, eventName: "new-post", data: post }),
    script: `<script src="${host}/river.js"></script>\n<script>\n${use}\n</script>`,
    npm: `import { River } from "river-client";\n\n${use}`,
    node: `import { River } from "river-server";

const river = new River({
  host: "${host}",
  key: process.env.RIVER_API_KEY,
  jwt_secret: process.env.RIVER_JWT_SECRET,
});
app.get("/river-token", (request, response) => {
  response.send(river.token({ user: request.user.id, expires_in: 3600 }));
});
await river.publish("${channel}", "new-post", { title: "Rex" });`,
    http: curl("/v1/publish", { channel, event: "new-post", data: post, id: "post-1" }),
  };
}

function show_snippets(channel) {
  for (const label of document.querySelectorAll(".channel-name")) label.textContent = channel;
  for (const [name, text] of Object.entries(snippets_for(channel))) {
    by_id(`snippet-${name}`).textContent = text;
  }
}

// navigator.clipboard exists in secure contexts only: by plain HTTP beyond this machine the text
// is selected and the old command tried, so that a key press is all that's left to do at worst.
async function copy(button) {
  const code = by_id(button.dataset.copies);
  let copied = true;
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch {
    getSelection().selectAllChildren(code);
    copied = document.execCommand("copy");
  }
  button.textContent = copied ? "Copied" : "Press Ctrl+C";
  by_id("copied").textContent = copied ? "Copied" : "Selected: press Control and C to copy";
  setTimeout(() => (button.textContent = "Copy"), 1500);
}

function select_tab(tabs, chosen) {
  for (const tab of tabs) {
    const selected = tab === chosen;
    tab.setAttribute("aria-selected", String(selected));
    tab.tabIndex = selected ? 0 : -1;
    by_id(tab.getAttribute("aria-controls")).hidden = !selected;
  }
}

function on_tab_key(tabs, pressed) {
  const at = tabs.indexOf(pressed.target);
  const last = tabs.length - 1;
  const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1,
    Home: 0, End: last }[pressed.key];
  if (to === undefined) return;
  pressed.preventDefault();
  select_tab(tabs, tabs[to]);
  tabs[to].focus();
}

// ---- Start -------------------------------------------------------------------------------------

// "/#cats" opens the page on that channel.
function channel_in_address() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return ""; // a lone % in an address typed by hand
  }
}

function start() {
  const channel = channel_in_address();
  if (channel) by_id("channel").value = channel;
  by_id("listen-form").addEventListener("submit", on_listen);
  by_id("token-form").addEventListener("submit", on_token);
  by_id("clear").addEventListener("click", clear_log);
  for (const button of document.querySelectorAll("[data-copies]")) {
    button.addEventListener("click", () => copy(button));
  }
  const tabs = [...document.querySelectorAll("[role=tab]")];
  for (const tab of tabs) {
    tab.addEventListener("click", () => select_tab(tabs, tab));
    tab.addEventListener("keydown", (pressed) => on_tab_key(tabs, pressed));
  }
  poll();
  start_listening();
}

start();

// The forum's page: what the reader does goes by HTTP, what the others do comes through River.
import { show_reader, show_readers } from "./readers.js";
import { add_post, add_reply, show_posts } from "./posts.js";

const by_id = (id) => document.getElementById(id);
const channel_name = location.pathname.slice(1);

// ---- HTTP ----

async function call(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: body && { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  }).catch(() => {
    throw new Error("The forum can’t be reached. Try again in a moment.");
  });
  if (answer.status === 204) return null;
  const content = await answer.json();
  if (!answer.ok) throw new Error(content.error);
  return content;
}

function say_problem(message) {
  by_id("problem").textContent = message;
  by_id("problem").hidden = message === "";
}

/** Sends a form by HTTP once at a time, and empties it when it has arrived. */
function on_submit(form, send) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    say_problem("");
    try {
      await send();
      form.reset();
    } catch (error) {
      say_problem(error.message);
    } finally {
      button.disabled = false;
    }
  });
}

const posts_path = `/channels/${channel_name}/posts`;

async function load() {
  try {
    show_posts(await call("GET", posts_path), prepare_reply_form);
  } catch (error) {
    say_problem(error.message);
  }
}

function prepare_reply_form(form, post) {
  on_submit(form, async () => {
    const text = form.querySelector("input").value;
    add_reply(await call("POST", `${posts_path}/${post.id}/replies`, { text }));
  });
}

// ---- What arrives ----

function show_connection(state, text) {
  by_id("connection").dataset.state = state;
  by_id("connection").textContent = text;
}

function on_new_post(post) {
  if (!add_post(post, prepare_reply_form)) return;
  by_id("announcement").textContent = `New post by ${post.author}: ${post.title}`;
}

function on_new_reply(reply) {
  if (add_reply(reply) === "unknown post") load();
}

async function listen() {
  show_connection("connecting", "Connecting…");
  const host = await (await fetch("/river-host")).text();
  const river = new River({ host, jwt: () => fetch("/river-token").then((r) => r.text()) });
  river.connection.bind("state_change", ({ previous, current }) => {
    if (current === "connected") show_connection("online", "Live");
    else if (current === "failed") show_connection("offline", "Offline: load this page anew");
    else if (previous !== "initialized") show_connection("offline", "Offline, will catch up");
  });

  const channel = river.subscribe(channel_name);
  channel.bind("new-post", on_new_post);
  channel.bind("new-reply", on_new_reply);
  channel.bind("reload", load); // the forum couldn't publish for a while
  channel.bind("river:gap", load); // River can't fill in what was missed
  // What was posted between the first load and the subscription was in neither.
  const on_first_subscribed = () => {
    channel.unbind("river:subscribed", on_first_subscribed);
    load();
  };
  channel.bind("river:subscribed", on_first_subscribed);

  const presence = river.subscribe(`presence-${channel_name}`);
  for (const event of ["river:subscribed", "river:member_joined", "river:member_left"]) {
    presence.bind(event, () => show_readers(presence.members));
  }
}

// ---- Start ----

async function start() {
  document.title = `${channel_name} · Paws & Whiskers`;
  document.querySelector(`nav [href="/${channel_name}"]`).ariaCurrent = "page";
  on_submit(by_id("name-form"), async () => {
    await call("POST", "/reader", { name: by_id("name").value });
    location.reload();
  });
  on_submit(by_id("post-form"), async () => {
    const post = { title: by_id("post-title").value, text: by_id("post-text").value };
    add_post(await call("POST", posts_path, post), prepare_reply_form);
  });
  by_id("leave").addEventListener("click", async () => {
    await call("DELETE", "/reader");
    location.reload();
  });

  await load();
  const { name } = await call("GET", "/reader");
  show_reader(name);
  if (name) await listen();
}

start().catch((error) => say_problem(error.message));

// The posts on the page, each once and in the order of their ids, whatever comes first or twice.
// Everything a person wrote is put in as text, never as HTML.
import { show_avatar } from "./readers.js";

const by_id = (id) => document.getElementById(id);
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short", dateStyle: "medium" });
const rows = new Map(); // id of a post or a reply → its <li>

function make_row(template, { id, author, text, at }) {
  const row = by_id(template).content.firstElementChild.cloneNode(true);
  row.dataset.id = id;
  show_avatar(row.querySelector(".avatar"), author);
  row.querySelector(".author").textContent = author;
  row.querySelector(".text").textContent = text;
  row.querySelector("time").dateTime = at;
  row.querySelector("time").textContent = clock.format(new Date(at));
  rows.set(id, row);
  return row;
}

/** False if the post was here already. `prepare_reply_form(form, post)` makes its form work. */
export function add_post(post, prepare_reply_form) {
  if (!is_entry(post)) return false;
  const is_new = !rows.has(post.id);
  if (is_new) {
    const row = make_row("post-template", post);
    row.querySelector(".title").textContent = post.title;
    prepare_reply_form(row.querySelector(".reply-form"), post);
    const older = [...by_id("posts").children].find((other) => Number(other.dataset.id) < post.id);
    by_id("posts").insertBefore(row, older ?? null);
    by_id("empty").hidden = true;
  }
  post.replies.forEach(add_reply);
  return is_new;
}

/** "unknown post" if its post has to be loaded first. */
export function add_reply(reply) {
  if (!is_entry(reply) || rows.has(reply.id)) return "known";
  const post_row = rows.get(reply.post_id);
  if (!post_row) return "unknown post";
  const list = post_row.querySelector(".replies");
  const younger = [...list.children].find((other) => Number(other.dataset.id) > reply.id);
  list.insertBefore(make_row("reply-template", reply), younger ?? null);
  return "added";
}

export function show_posts(posts, prepare_reply_form) {
  for (const post of posts) add_post(post, prepare_reply_form);
  by_id("empty").hidden = rows.size > 0;
}

// Whoever holds the API key can publish anything to the channel: the quick start's curl line does.
function is_entry(entry) {
  return Number.isFinite(entry?.id) && typeof entry.author === "string";
}

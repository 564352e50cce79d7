// The page of the list. A change made here is shown at once and sent by HTTP; a change made
// elsewhere arrives through River. Both end in apply() or forget(), which may be told the same
// thing twice, or an old thing late.

const by_id = (id) => document.getElementById(id);
const tasks = new Map(); // id → the newest state known
const rows = new Map(); // id → its <li>
const forgotten = new Set(); // ids of deleted tasks: a late event doesn't bring one back
let applied_since_load = new Set();

// ---- State ----

function apply(task) {
  const known = tasks.get(task.id);
  if (forgotten.has(task.id) || known?.version >= task.version) return;
  tasks.set(task.id, task);
  applied_since_load.add(task.id);
  show(task);
}

function forget(id) {
  forgotten.add(id);
  tasks.delete(id);
  rows.get(id)?.remove();
  rows.delete(id);
  show_count();
}

async function load() {
  applied_since_load = new Set();
  const listed = await call("GET", "/tasks");
  const listed_ids = new Set(listed.map((task) => task.id));
  // A task that came through River while the list was on its way may be younger than the list.
  const gone = [...tasks.keys()].filter((id) => !listed_ids.has(id) && !applied_since_load.has(id));
  gone.forEach(forget);
  listed.forEach(apply);
  show_count();
}

let loads = Promise.resolve(); // one at a time
function load_anew() {
  loads = loads.then(load).catch((error) => say_problem(error.message));
}

// ---- HTTP ----

async function call(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: {
      ...(body && { "content-type": "application/json" }),
      // The backend passes this on, and River spares this page the echo of its own change.
      ...(river?.connection.id && { "x-river-connection": river.connection.id }),
    },
    body: body && JSON.stringify(body),
  }).catch(() => {
    throw new Error("The server can’t be reached. Try again in a moment.");
  });
  if (answer.status === 204) return null;
  const content = await answer.json();
  if (!answer.ok) throw new Error(content.error);
  return content;
}

/** Runs a change that is already on the screen; takes it back if the server won't have it. */
async function attempt(change, take_back) {
  say_problem("");
  try {
    await change();
  } catch (error) {
    take_back();
    say_problem(error.message);
    load_anew();
  }
}

// ---- Screen ----

function say_problem(message) {
  by_id("problem").textContent = message;
  by_id("problem").hidden = message === "";
}

function show(task) {
  const row = rows.get(task.id) ?? make_row(task.id);
  row.classList.toggle("done", task.done);
  row.querySelector("[type=checkbox]").checked = task.done;
  row.querySelector(".title").textContent = task.title;
  for (const [name, label] of [["rename", "Rename"], ["delete", "Delete"]]) {
    row.querySelector(`[data-testid=task-${name}]`).ariaLabel = `${label} ${task.title}`;
  }
  show_count();
}

function show_count() {
  const left = [...tasks.values()].filter((task) => !task.done).length;
  by_id("left").textContent = tasks.size > 0 ? `${left} of ${tasks.size} left` : "";
  by_id("empty").hidden = by_id("tasks").childElementCount > 0;
}

function make_row(id) {
  const row = by_id("task-row").content.firstElementChild.cloneNode(true);
  const part = (name) => row.querySelector(`[data-testid=${name}]`);
  row.dataset.taskId = id;
  part("task-toggle").addEventListener("change", (event) => toggle(id, event.target.checked));
  part("task-delete").addEventListener("click", () => remove(id));
  part("task-rename").addEventListener("click", () => set_renaming(row, true));
  row.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    set_renaming(row, false);
    rename(id, part("task-rename-input").value);
  });
  part("task-rename-input").addEventListener("keydown", (event) => {
    if (event.key === "Escape") set_renaming(row, false);
  });
  rows.set(id, row);
  by_id("tasks").append(row);
  return row;
}

function set_renaming(row, renaming) {
  const input = row.querySelector("form input");
  row.querySelector("form").hidden = !renaming;
  row.querySelector("label").hidden = renaming;
  row.querySelector("[data-testid=task-rename]").hidden = renaming;
  if (renaming) {
    input.value = tasks.get(row.dataset.taskId).title;
    input.select();
  } else {
    row.querySelector("[data-testid=task-rename]").focus();
  }
}

// ---- What the user does ----

async function add(title) {
  const waiting_row = document.createElement("li");
  waiting_row.className = "waiting";
  waiting_row.textContent = title;
  by_id("tasks").append(waiting_row);
  show_count();
  const take_back = () => {
    waiting_row.remove();
    by_id("new-task").value ||= title;
    show_count();
  };
  await attempt(async () => {
    const task = await call("POST", "/tasks", { title });
    waiting_row.remove();
    apply(task);
  }, take_back);
}

function change(id, wanted) {
  const before = tasks.get(id);
  show({ ...before, ...wanted });
  return attempt(
    async () => apply(await call("PATCH", `/tasks/${id}`, wanted)),
    () => tasks.has(id) && show(tasks.get(id)),
  );
}

const toggle = (id, done) => change(id, { done });
const rename = (id, title) => change(id, { title: title.trim() });

function remove(id) {
  const row = rows.get(id);
  row.hidden = true;
  return attempt(
    async () => {
      await call("DELETE", `/tasks/${id}`);
      forget(id);
    },
    () => (row.hidden = false),
  );
}

by_id("new-task-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const title = by_id("new-task").value.trim();
  by_id("new-task").value = "";
  if (title) add(title);
});

// ---- What arrives ----

function show_connection(state, text) {
  by_id("connection").dataset.state = state;
  by_id("connection").textContent = text;
}

async function listen() {
  const host = await (await fetch("/river-host")).text();
  const made = new River({ host, jwt: () => fetch("/river-token").then((r) => r.text()) });
  made.connection.bind("state_change", ({ previous, current }) => {
    if (current === "connected") show_connection("online", "Live");
    else if (current === "failed") show_connection("offline", "Offline: load this page anew");
    else if (previous !== "initialized") show_connection("offline", "Offline, will catch up");
  });
  const channel = made.subscribe("todo");
  channel.bind("task-added", apply);
  channel.bind("task-changed", apply);
  channel.bind("task-removed", (task) => forget(task.id));
  channel.bind("reload", load_anew); // the backend couldn't publish for a while
  channel.bind("river:gap", load_anew); // River can't fill in what was missed
  // What changed between the first load and the subscription was in neither.
  const on_first_subscribed = () => {
    channel.unbind("river:subscribed", on_first_subscribed);
    load_anew();
  };
  channel.bind("river:subscribed", on_first_subscribed);
  return made;
}

let river = null;
load_anew();
river = await listen();

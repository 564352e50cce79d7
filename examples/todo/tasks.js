import { randomUUID } from "node:crypto";

const TASKS_MAX = 500;
const TITLE_CHARACTERS_MAX = 200;

/** What the caller did wrong, with the HTTP status that says so. */
export class TaskError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * The list, in memory. A task is `{id, title, done, version}`; its version grows with each change,
 * so that a page can tell an old state of it from a new one.
 */
export class Tasks {
  #tasks = new Map();

  list() {
    return [...this.#tasks.values()];
  }

  add(title) {
    if (this.#tasks.size >= TASKS_MAX) {
      throw new TaskError(409, `The list is full at ${TASKS_MAX} tasks: delete one first.`);
    }
    const task = { id: randomUUID(), title: checked_title(title), done: false, version: 1 };
    this.#tasks.set(task.id, task);
    return task;
  }

  change(id, { title, done }) {
    const task = this.#get(id);
    if (done !== undefined && typeof done !== "boolean") {
      throw new TaskError(400, "done is true or false.");
    }
    const changed = {
      ...task,
      title: title === undefined ? task.title : checked_title(title),
      done: done ?? task.done,
      version: task.version + 1,
    };
    this.#tasks.set(id, changed);
    return changed;
  }

  remove(id) {
    const task = this.#get(id);
    this.#tasks.delete(id);
    return { id: task.id };
  }

  #get(id) {
    const task = this.#tasks.get(id);
    if (!task) throw new TaskError(404, "That task is gone.");
    return task;
  }
}

function checked_title(title) {
  const text = typeof title === "string" ? title.trim() : "";
  if (text.length === 0 || text.length > TITLE_CHARACTERS_MAX) {
    throw new TaskError(400, `A task needs a title of 1 to ${TITLE_CHARACTERS_MAX} characters.`);
  }
  return text;
}

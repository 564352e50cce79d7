import assert from "node:assert/strict";
import { test } from "node:test";
import { Tasks } from "./tasks.js";

const refused_with = (status) => (error) => error.status === status;

test("a new task is at the end of the list, and not done", () => {
  const tasks = new Tasks();
  tasks.add("Buy milk");
  const { id } = tasks.add("  Walk Rex ");
  assert.deepEqual(tasks.list().at(-1), { id, title: "Walk Rex", done: false, version: 1 });
});

test("a change raises the version, and leaves the rest as it was", () => {
  const tasks = new Tasks();
  const { id } = tasks.add("Walk");
  assert.deepEqual(tasks.change(id, { done: true }), { id, title: "Walk", done: true, version: 2 });
  assert.deepEqual(tasks.change(id, { title: "Go" }), { id, title: "Go", done: true, version: 3 });
});

test("a deleted task is gone", () => {
  const tasks = new Tasks();
  const { id } = tasks.add("Walk Rex");
  assert.deepEqual(tasks.remove(id), { id });
  assert.deepEqual(tasks.list(), []);
  assert.throws(() => tasks.change(id, { done: true }), refused_with(404));
  assert.throws(() => tasks.remove(id), refused_with(404));
});

test("a title is text of 1 to 200 characters", () => {
  const tasks = new Tasks();
  for (const title of [undefined, null, 1, {}, "", "  ", "x".repeat(201)]) {
    assert.throws(() => tasks.add(title), refused_with(400));
  }
  assert.equal(tasks.add("x".repeat(200)).title.length, 200);
});

test("done is true or false", () => {
  const tasks = new Tasks();
  const { id } = tasks.add("Walk Rex");
  assert.throws(() => tasks.change(id, { done: "yes" }), refused_with(400));
});

test("the list takes 500 tasks", () => {
  const tasks = new Tasks();
  for (let count = 0; count < 500; count += 1) tasks.add("Walk Rex");
  assert.throws(() => tasks.add("Once more"), refused_with(409));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Forum } from "./forum.js";

const refused_with = (status) => (error) => error.status === status;
const rex = { title: "Rex", text: "He swims." };

test("a post is in its channel and in no other", () => {
  const forum = new Forum();
  const post = forum.post("dogs", "Ada", rex);
  assert.deepEqual(forum.list("dogs"), [post]);
  assert.deepEqual(forum.list("cats"), []);
  assert.throws(() => forum.post("fish", "Ada", rex), refused_with(404));
});

test("a reply belongs to its post, and ids grow", () => {
  const forum = new Forum();
  const post = forum.post("dogs", "Ada", rex);
  const reply = forum.reply("dogs", String(post.id), "Grace", { text: "Good dog!" });
  assert.equal(reply.post_id, post.id);
  assert.ok(reply.id > post.id);
  assert.deepEqual(forum.list("dogs")[0].replies, [reply]);
  assert.throws(() => forum.reply("cats", post.id, "Grace", { text: "?" }), refused_with(404));
});

test("a post needs a title and a text", () => {
  const forum = new Forum();
  const too_long = "x".repeat(4001);
  for (const wrong of [{ title: " " }, { title: undefined }, { text: 1 }, { text: too_long }]) {
    assert.throws(() => forum.post("dogs", "Ada", { ...rex, ...wrong }), refused_with(400));
  }
});

test("a channel keeps its newest 200 posts", () => {
  const forum = new Forum();
  const first = forum.post("dogs", "Ada", rex);
  for (let count = 0; count < 200; count += 1) forum.post("dogs", "Ada", rex);
  assert.equal(forum.list("dogs").length, 200);
  assert.ok(forum.list("dogs").every((post) => post.id > first.id));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { pick_name, reader_of, required_reader_of } from "./reader.js";

const request_with = (cookie) => ({ get: () => cookie });
const response = { cookie() {} };

test("the reader is the name in the cookie", () => {
  assert.equal(reader_of(request_with("theme=dark; reader=Ada%20L%C3%B6w")), "Ada Löw");
});

test("without a right name there is no reader", () => {
  for (const cookie of [undefined, "", "reader", "reader=", "reader=%", "xreader=Ada"]) {
    assert.equal(reader_of(request_with(cookie)), undefined);
  }
  assert.equal(reader_of(request_with(`reader=${"x".repeat(41)}`)), undefined);
  assert.throws(() => required_reader_of(request_with("")), (error) => error.status === 401);
});

test("a picked name has no control characters and no blanks around it", () => {
  assert.equal(pick_name(response, " Ada\n\u202eL "), "Ada L");
  for (const name of [undefined, 1, "", "\u0000", "x".repeat(41)]) {
    assert.throws(() => pick_name(response, name), (error) => error.status === 400);
  }
});

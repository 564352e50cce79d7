// An ordinary Express to-do list. What makes it live is the publish line in each of the routes that
// change something: the HTTP around it is what it would be without River.
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import express from "express";
import { browser_token, publish, river_host } from "./live.js";
import { Tasks } from "./tasks.js";

const port = Number(process.env.PORT ?? 3001);
const browser_sdk_directory = dirname(
  createRequire(import.meta.url).resolve("river-client/river.js"),
);
const public_directory = fileURLToPath(new URL("public", import.meta.url));
const websocket_host = river_host.replace(/^http/, "ws");

const tasks = new Tasks();
const app = express();
app.disable("x-powered-by");
app.use((request, response, next) => {
  response.set({
    "content-security-policy":
      `default-src 'self'; connect-src 'self' ${river_host} ${websocket_host}; base-uri 'none'; ` +
      "form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
  });
  next();
});
app.use(express.static(public_directory));
app.use(express.json({ limit: "16kb" }));

// ---- The list ----

app.get("/tasks", (request, response) => {
  response.json(tasks.list());
});

app.post("/tasks", (request, response) => {
  const task = tasks.add(request.body?.title);
  publish(request, "task-added", task);
  response.status(201).json(task);
});

app.patch("/tasks/:id", (request, response) => {
  const task = tasks.change(request.params.id, request.body ?? {});
  publish(request, "task-changed", task);
  response.json(task);
});

app.delete("/tasks/:id", (request, response) => {
  const task = tasks.remove(request.params.id);
  publish(request, "task-removed", task);
  response.sendStatus(204);
});

// ---- What a page needs to listen ----

app.get("/river.js", (request, response) => {
  response.sendFile("river.js", { root: browser_sdk_directory });
});

app.get("/river-host", (request, response) => {
  response.type("text").send(river_host);
});

app.get("/river-token", (request, response) => {
  response.set("cache-control", "no-store").type("text").send(browser_token());
});

// Express knows an error handler by its four parameters.
app.use((error, request, response, next) => {
  const status = error.status ?? 500;
  if (status >= 500) console.error(error);
  response.status(status).json({ error: status >= 500 ? "Something broke here." : error.message });
});

const server = app.listen(port, "127.0.0.1", (error) => {
  if (error) {
    console.error(`todo: cannot listen on ${port}: ${error.message}. Set PORT to a free one.`);
    process.exit(1);
  }
  const url = `http://127.0.0.1:${server.address().port}`;
  console.log(`todo: ${url}, live through River at ${river_host}`);
});

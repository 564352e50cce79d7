// A small discussion forum. A post goes browser → this server → River → every reader's page.
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import express from "express";
import { Forum, channel_names } from "./forum.js";
import { publish, river_host, token_for } from "./live.js";
import { forget_name, pick_name, reader_of, required_reader_of } from "./reader.js";

const port = Number(process.env.PORT ?? 3002);
const browser_sdk_directory = dirname(
  createRequire(import.meta.url).resolve("river-client/river.js"),
);
const public_directory = fileURLToPath(new URL("public", import.meta.url));
const websocket_host = river_host.replace(/^http/, "ws");

const forum = new Forum();
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
app.use(express.static(public_directory, { index: false }));
app.use(express.json({ limit: "32kb" }));

// ---- Pages ----

app.get("/", (request, response) => {
  response.redirect(`/${channel_names[0]}`);
});

app.get(channel_names.map((name) => `/${name}`), (request, response) => {
  response.sendFile("forum.html", { root: public_directory });
});

// ---- Who is reading ----

app.get("/reader", (request, response) => {
  response.json({ name: reader_of(request) ?? null });
});

app.post("/reader", (request, response) => {
  response.json({ name: pick_name(response, request.body?.name) });
});

app.delete("/reader", (request, response) => {
  forget_name(response);
  response.sendStatus(204);
});

// ---- Posts and replies ----

app.get("/channels/:channel/posts", (request, response) => {
  response.json(forum.list(request.params.channel));
});

app.post("/channels/:channel/posts", (request, response) => {
  const { channel } = request.params;
  const post = forum.post(channel, required_reader_of(request), request.body ?? {});
  publish(channel, "new-post", post);
  response.status(201).json(post);
});

app.post("/channels/:channel/posts/:id/replies", (request, response) => {
  const { channel, id } = request.params;
  const reply = forum.reply(channel, id, required_reader_of(request), request.body ?? {});
  publish(channel, "new-reply", reply);
  response.status(201).json(reply);
});

// ---- What a page needs to listen ----

app.get("/river.js", (request, response) => {
  response.sendFile("river.js", { root: browser_sdk_directory });
});

app.get("/river-host", (request, response) => {
  response.type("text").send(river_host);
});

app.get("/river-token", (request, response) => {
  const token = token_for(required_reader_of(request));
  response.set("cache-control", "no-store").type("text").send(token);
});

// Express knows an error handler by its four parameters.
app.use((error, request, response, next) => {
  const status = error.status ?? 500;
  if (status >= 500) console.error(error);
  response.status(status).json({ error: status >= 500 ? "Something broke here." : error.message });
});

const server = app.listen(port, "127.0.0.1", (error) => {
  if (error) {
    console.error(`forum: cannot listen on ${port}: ${error.message}. Set PORT to a free one.`);
    process.exit(1);
  }
  const url = `http://127.0.0.1:${server.address().port}`;
  console.log(`forum: ${url}, live through River at ${river_host}`);
});

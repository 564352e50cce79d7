import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { EventStreamTransport } from "./event_stream_transport.js";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const cleanups: (() => void)[] = [];

afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/events`;
}

function connect(url: string) {
  const listener = { opened: vi.fn(), received: vi.fn(), closed: vi.fn(), unusable: vi.fn() };
  const transport = new EventStreamTransport(url, fetch, listener);
  cleanups.push(() => transport.close());
  return { listener, transport };
}

describe("a stream of events", () => {
  it("gives the server's messages", async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('data: {"type":"ping"}\n\nid: x7:1\n\ndata: nonsense\n\n');
    });
    const { listener } = connect(url);
    await vi.waitFor(() => expect(listener.received).toHaveBeenCalledWith({ type: "ping" }));
    expect(listener.opened).toHaveBeenCalledBefore(listener.received);
    expect(listener.received).toHaveBeenCalledTimes(1);
  });

  it("is asked for in a way that browsers allow without asking", async () => {
    let headers: IncomingMessage["headers"] = {};
    const url = await serve((request, response) => {
      headers = request.headers;
      response.end();
    });
    const { listener } = connect(url);
    await vi.waitFor(() => expect(listener.closed).toHaveBeenCalled());
    expect(headers.accept).toBe("text/event-stream");
    expect(headers).not.toHaveProperty("last-event-id");
    expect(headers).not.toHaveProperty("authorization");
  });

  it("hears nothing more once it was closed", async () => {
    let say: (text: string) => void = () => {};
    const url = await serve((_request, response) => {
      response.write('data: {"type":"ping"}\n\n');
      say = (text) => response.write(text);
    });
    const { listener, transport } = connect(url);
    await vi.waitFor(() => expect(listener.received).toHaveBeenCalled());
    transport.close();
    say('data: {"type":"ping"}\n\n');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(listener.received).toHaveBeenCalledTimes(1);
    expect(listener.closed).not.toHaveBeenCalled();
  });

  it("ends as a cut network does", async () => {
    const url = await serve((_request, response) => void response.end());
    const { listener } = connect(url);
    await vi.waitFor(() => expect(listener.closed).toHaveBeenCalled());
    expect(listener.closed.mock.calls[0]?.[0]).toMatchObject({ code: 1006 });
  });

  it("ends with the code that the server gave before", async () => {
    const close = { type: "close", code: 4401, reason: "it has expired" };
    const url = await serve((_request, response) => {
      response.end(`data: ${JSON.stringify(close)}\n\n`);
    });
    const { listener } = connect(url);
    await vi.waitFor(() => expect(listener.closed).toHaveBeenCalled());
    expect(listener.closed).toHaveBeenCalledWith({ code: 4401, reason: "it has expired" });
    expect(listener.received).not.toHaveBeenCalled();
  });

  it.each([
    [400, 4400],
    [401, 4401],
    [403, 4403],
    [404, 1006],
    [414, 4400],
    [429, 4429],
    [500, 1006],
    [503, 4503],
  ])("that is refused with %i ends as a WebSocket with %i", async (status, code) => {
    const url = await serve((_request, response) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end('{"error":{"code":"x","message":"because"}}');
    });
    const { listener } = connect(url);
    await vi.waitFor(() => expect(listener.closed).toHaveBeenCalled());
    expect(listener.closed).toHaveBeenCalledWith({ code, reason: "because" });
    expect(listener.opened).not.toHaveBeenCalled();
  });

  it.each([400, 401, 403, 414])("a proxy refuses with %i ends as a cut one", async (status) => {
    const url = await serve((_request, response) => {
      response.writeHead(status, { "content-type": "text/html" }).end("<h1>Blocked</h1>");
    });
    const { listener } = connect(url);
    await vi.waitFor(() => expect(listener.closed).toHaveBeenCalled());
    expect(listener.closed).toHaveBeenCalledWith({ code: 1006, reason: `HTTP ${status}` });
  });

  it("that is refused for a time says for how long", async () => {
    const url = await serve((_request, response) => {
      response.writeHead(503, { "retry-after": "7" }).end();
    });
    const { listener } = connect(url);
    await vi.waitFor(() => expect(listener.closed).toHaveBeenCalled());
    expect(listener.closed.mock.calls[0]?.[0]).toMatchObject({ code: 4503, after_ms: 7000 });
  });

  it("to a server that is not there ends as a cut network does", async () => {
    const { listener } = connect("http://127.0.0.1:1/v1/events");
    await vi.waitFor(() => expect(listener.closed).toHaveBeenCalled());
    expect(listener.closed.mock.calls[0]?.[0].code).toBe(1006);
  });
});

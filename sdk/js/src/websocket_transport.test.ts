import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { WebSocketTransport, type WebSocketConstructor } from "./websocket_transport.js";

let server: WebSocketServer;
let url: string;

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/ws`;
});

afterEach(() => {
  for (const client of server.clients) client.terminate();
  server.close();
});

function connect(to = url, constructor?: WebSocketConstructor) {
  const listener = { opened: vi.fn(), received: vi.fn(), closed: vi.fn(), unusable: vi.fn() };
  return { listener, transport: new WebSocketTransport(to, constructor, listener) };
}

describe("a WebSocket", () => {
  it.each([
    ["that was given", WebSocket as unknown as WebSocketConstructor],
    ["that was found", undefined],
  ])("%s carries messages both ways", async (_which, constructor) => {
    server.on("connection", (socket) => {
      socket.on("message", (text) => socket.send(`{"type":"pong","to":${text}}`));
    });
    const { listener, transport } = connect(url, constructor);
    await vi.waitFor(() => expect(listener.opened).toHaveBeenCalled());
    transport.send({ type: "ping" });
    await vi.waitFor(() => expect(listener.received).toHaveBeenCalled());
    expect(listener.received).toHaveBeenCalledWith({ type: "pong", to: { type: "ping" } });
    transport.close();
  });

  it("passes over what is no message of River", async () => {
    server.on("connection", (socket) => {
      for (const text of ["nonsense", "null", "[1]", '{"type":7}', '{"type":"ping"}']) {
        socket.send(text);
      }
    });
    const { listener } = connect();
    await vi.waitFor(() => expect(listener.received).toHaveBeenCalled());
    expect(listener.received.mock.calls).toEqual([[{ type: "ping" }]]);
  });

  it("tells the server's close code and reason", async () => {
    server.on("connection", (socket) => socket.close(4430, "reads too slowly"));
    const { listener } = connect();
    await vi.waitFor(() => expect(listener.closed).toHaveBeenCalled());
    expect(listener.closed).toHaveBeenCalledWith({ code: 4430, reason: "reads too slowly" });
  });

  it("to a server that is not there is closed, with one call", async () => {
    const { listener } = connect("ws://127.0.0.1:1/");
    await vi.waitFor(() => expect(listener.closed).toHaveBeenCalled());
    expect(listener.closed.mock.calls).toEqual([[{ code: 1006, reason: "" }]]);
  });

  it("is closed if it says no more than that it failed, as Node 22's own does", async () => {
    class Failing {
      onopen = null;
      onclose = null;
      onmessage = null;
      onerror: ((event: unknown) => void) | null = null;
      constructor() {
        queueMicrotask(() => this.onerror?.({ type: "error" }));
      }
      send() {}
      close() {}
    }
    const { listener } = connect(url, Failing);
    await vi.waitFor(() => expect(listener.closed).toHaveBeenCalled());
    expect(listener.closed.mock.calls).toEqual([[{ code: 1006, reason: "" }]]);
  });

  it("hears nothing more once it was closed, and closes at the server too", async () => {
    const closed = vi.fn();
    server.on("connection", (socket) => socket.on("close", closed));
    const { listener, transport } = connect();
    await vi.waitFor(() => expect(listener.opened).toHaveBeenCalled());
    transport.close();
    await vi.waitFor(() => expect(closed).toHaveBeenCalled());
    expect(closed.mock.calls[0]?.[0]).toBe(1000);
    expect(listener.closed).not.toHaveBeenCalled();
  });

  it("that was closed before it began never connects", async () => {
    const connected = vi.fn();
    server.on("connection", connected);
    connect().transport.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(connected).not.toHaveBeenCalled();
  });

  it("that cannot be made says why", async () => {
    const { listener } = connect("nonsense");
    await vi.waitFor(() => expect(listener.unusable).toHaveBeenCalled());
    expect(listener.unusable.mock.calls[0]?.[0]).toMatchObject({ name: "RiverError" });
  });
});

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { browser_page } from "./page.js";

let window_events: EventTarget;
let page: EventTarget & { visibilityState: string };
const listener = { offline: vi.fn(), online: vi.fn(), visible: vi.fn(), left: vi.fn() };

beforeEach(() => {
  window_events = new EventTarget();
  page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  vi.stubGlobal("addEventListener", window_events.addEventListener.bind(window_events));
  vi.stubGlobal("removeEventListener", window_events.removeEventListener.bind(window_events));
  vi.stubGlobal("document", page);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

it("a page tells when the network goes and comes", () => {
  browser_page.watch(listener);
  window_events.dispatchEvent(new Event("offline"));
  expect(listener.offline).toHaveBeenCalledTimes(1);
  window_events.dispatchEvent(new Event("online"));
  expect(listener.online).toHaveBeenCalledTimes(1);
});

it("a page tells when it is shown, and not when it is hidden", () => {
  browser_page.watch(listener);
  page.visibilityState = "hidden";
  page.dispatchEvent(new Event("visibilitychange"));
  expect(listener.visible).not.toHaveBeenCalled();
  page.visibilityState = "visible";
  page.dispatchEvent(new Event("visibilitychange"));
  window_events.dispatchEvent(new Event("pageshow"));
  expect(listener.visible).toHaveBeenCalledTimes(2);
});

it("a page tells when it is put aside, and not when it ends", () => {
  browser_page.watch(listener);
  window_events.dispatchEvent(Object.assign(new Event("pagehide"), { persisted: false }));
  expect(listener.left).not.toHaveBeenCalled();
  window_events.dispatchEvent(Object.assign(new Event("pagehide"), { persisted: true }));
  expect(listener.left).toHaveBeenCalledTimes(1);
});

it("a page tells nothing once nobody watches", () => {
  browser_page.watch(listener)();
  for (const name of ["offline", "online", "pageshow"]) {
    window_events.dispatchEvent(new Event(name));
  }
  window_events.dispatchEvent(Object.assign(new Event("pagehide"), { persisted: true }));
  page.dispatchEvent(new Event("visibilitychange"));
  for (const callback of Object.values(listener)) expect(callback).not.toHaveBeenCalled();
});

it("a page knows what its browser knows about the network", () => {
  vi.stubGlobal("navigator", { onLine: false });
  expect(browser_page.is_offline()).toBe(true);
  vi.stubGlobal("navigator", {});
  expect(browser_page.is_offline()).toBe(false);
});

it("Node has no page, and that is fine", () => {
  vi.unstubAllGlobals();
  expect(() => browser_page.watch(listener)()).not.toThrow();
  expect(browser_page.is_offline()).toBe(false);
});

import type { Cancel } from "./clock.js";

export interface PageListener {
  /** The browser believes that there is no network. */
  offline(): void;
  online(): void;
  /** The page is looked at again; it may have slept for hours. */
  visible(): void;
}

/** What the browser knows about its network and about this page. Node knows nothing. */
export interface Page {
  is_offline(): boolean;
  watch(listener: PageListener): Cancel;
}

export const browser_page: Page = {
  is_offline: () => typeof navigator !== "undefined" && navigator.onLine === false,

  watch(listener) {
    // Web workers have the network's events, but no document.
    const page = typeof document === "undefined" ? undefined : document;
    if (typeof globalThis.addEventListener !== "function") return () => {};
    const offline = () => listener.offline();
    const online = () => listener.online();
    const shown = () => page?.visibilityState !== "hidden" && listener.visible();
    addEventListener("offline", offline);
    addEventListener("online", online);
    // A page that comes back from the back-forward cache lost its connection there.
    addEventListener("pageshow", shown);
    page?.addEventListener("visibilitychange", shown);
    return () => {
      removeEventListener("offline", offline);
      removeEventListener("online", online);
      removeEventListener("pageshow", shown);
      page?.removeEventListener("visibilitychange", shown);
    };
  },
};

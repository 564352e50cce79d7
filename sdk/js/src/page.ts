import type { Cancel } from "./clock.js";

export interface PageListener {
  /** The browser believes that there is no network. */
  offline(): void;
  online(): void;
  /** The page is looked at again; it may have slept for hours. */
  visible(): void;
  /** The browser puts the page aside, in case the user comes back; `visible` follows then. */
  left(): void;
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
    const left = (event: { persisted: boolean }) => event.persisted && listener.left();
    addEventListener("offline", offline);
    addEventListener("online", online);
    // Into the back-forward cache, and out of it.
    addEventListener("pagehide", left);
    addEventListener("pageshow", shown);
    page?.addEventListener("visibilitychange", shown);
    return () => {
      removeEventListener("offline", offline);
      removeEventListener("online", online);
      removeEventListener("pagehide", left);
      removeEventListener("pageshow", shown);
      page?.removeEventListener("visibilitychange", shown);
    };
  },
};

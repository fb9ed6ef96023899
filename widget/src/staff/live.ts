/**
 * Keeps the live parts of a page as the service has them. The service says that something changed; the page is read again
 * and its parts with `data-live` take the place of the old ones. The service has escaped whatever residents wrote, and a
 * parsed document runs no scripts.
 */
import { tell } from "./news";

/** Changes that come together are read together. */
const GATHER_MS = 150;
/** A line that is back so soon was hardly lost. */
const LOST_MS = 3000;
/** How often the page is read again all the same: waits grow, and residents come and go. */
const LOOK_MS = 30_000;

export interface Told {
  /** Someone new waits. */
  waiting(): void;
  /** Somebody writes. */
  typing(from: string): void;
  /** The page was read again. */
  changed(): void;
}

export class Live {
  readonly #conversation: string | undefined;
  readonly #told: Told;
  #known: Set<string> | undefined;
  #timer: number | undefined;
  #reading = false;
  #again = false;
  #lostTimer: number | undefined;
  /** It was told that the line is lost. */
  #lost = false;
  /** Who waits may have changed. */
  #queued = false;

  constructor(conversation: string | undefined, told: Told) {
    this.#conversation = conversation;
    this.#told = told;
    this.#known = requests(document);
  }

  start(): void {
    const query = this.#conversation === undefined ? "" : `?conversation=${encodeURIComponent(this.#conversation)}`;
    const source = new EventSource(`/staff/live${query}`);
    // Also after a break, in which things may have happened.
    source.addEventListener("begun", () => {
      this.#isBack();
      this.#queued = true;
      this.#soon();
    });
    window.setInterval(() => { if (!document.hidden) this.#soon(); }, LOOK_MS);
    source.addEventListener("changed", () => this.#soon());
    source.addEventListener("queue", () => {
      this.#queued = true;
      this.#soon();
    });
    source.addEventListener("typing", (event) => this.#told.typing(from(event.data)));
    source.addEventListener("signed_out", () => {
      source.close();
      tell("You have been signed out.", { name: "Sign in again", address: "/staff/sign-in" });
    });
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return this.#isGone();
      this.#isBack();
      tell("This page is not told of changes any more.", { name: "Load it again", address: location.href });
    });
  }

  #isGone(): void {
    this.#lostTimer ??= window.setTimeout(() => {
      this.#lost = true;
      tell("The connection is lost. This page may be out of date.");
    }, LOST_MS);
  }

  #isBack(): void {
    window.clearTimeout(this.#lostTimer);
    this.#lostTimer = undefined;
    if (this.#lost) tell("The connection is back.");
    this.#lost = false;
  }

  #soon(): void {
    this.#timer ??= window.setTimeout(() => {
      this.#timer = undefined;
      void this.#read();
    }, GATHER_MS);
  }

  async #read(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    try {
      if (this.#queued) await this.#look();
      this.#queued = false;
      this.#place(await parsed(location.href));
      this.#isBack();
    } catch (problem) {
      // Nothing was answered: the stream is dead as well, and may not know it yet.
      if (problem instanceof TypeError) this.#isGone();
    } finally {
      this.#reading = false;
    }
    if (this.#again) {
      this.#again = false;
      this.#soon();
    }
  }

  /** On other pages than the inbox, looks there for those who are new. Not everybody has an inbox. */
  async #look(): Promise<void> {
    if (document.getElementById("waiting") !== null) return;
    if (document.querySelector(".staff-places a[href='/staff']") === null) return;
    const inbox = await parsed("/staff");
    this.#hear(requests(inbox), true);
  }

  #place(fresh: Document): void {
    const owner = document.body.hasAttribute("data-mine");
    if (fresh.body.hasAttribute("data-mine") !== owner && !isWriting()) {
      // Which forms there are has changed, and nobody is about to send one.
      location.reload();
      return;
    }
    for (const part of document.querySelectorAll<HTMLElement>("[data-live][id]")) {
      const changed = fresh.getElementById(part.id);
      if (changed === null || changed.innerHTML === part.innerHTML) continue;
      if (part.id === "transcript") append(part, changed);
      else if (!part.contains(document.activeElement)) part.replaceWith(document.adoptNode(changed));
      else swap(part, changed);
    }
    if (document.getElementById("waiting") !== null) this.#hear(requests(document), false);
    this.#told.changed();
  }

  #hear(now: Set<string> | undefined, elsewhere: boolean): void {
    if (now === undefined) return;
    const before = this.#known;
    this.#known = now;
    const fresh = before === undefined ? [] : [...now].filter((id) => !before.has(id));
    if (fresh.length === 0) return;
    this.#told.waiting();
    const link = elsewhere ? { name: "Go to the inbox", address: "/staff" } : undefined;
    tell(fresh.length === 1 ? "Someone new is waiting." : `${fresh.length} people are newly waiting.`, link);
  }
}

/** The page at an address as it is now. */
async function parsed(address: string): Promise<Document> {
  const response = await fetch(address, { headers: { Accept: "text/html", "X-Reeve-Background": "1" } });
  if (!response.ok || response.redirected) throw new Error("the page could not be read");
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** Those who wait, by their conversations; none where the page does not show them. */
function requests(page: Document): Set<string> | undefined {
  if (page.getElementById("waiting") === null) return undefined;
  const rows = page.querySelectorAll<HTMLElement>("[data-request]");
  return new Set(Array.from(rows, (row) => row.dataset["request"] ?? ""));
}

/** Adds what is new at the end, so that what is open or has the focus stays. What was said before changes by feedback. */
function append(list: HTMLElement, fresh: HTMLElement): void {
  for (const entry of Array.from(fresh.children)) {
    const old = document.getElementById(entry.id);
    if (old === null) list.append(document.adoptNode(entry));
    else if (old.innerHTML !== entry.innerHTML && old.querySelector("details[open], :focus") === null) {
      old.replaceWith(document.adoptNode(entry));
    }
  }
}

/** Puts new content in place of the old and the focus back on what had it. */
function swap(part: HTMLElement, fresh: HTMLElement): void {
  const focused = document.activeElement;
  const key = focused instanceof HTMLElement ? nameOf(focused) : undefined;
  part.replaceChildren(...Array.from(document.adoptNode(fresh).childNodes));
  const again = key === undefined ? undefined : Array.from(part.querySelectorAll<HTMLElement>("a, button")).find((one) => nameOf(one) === key);
  again?.focus();
}

function nameOf(one: HTMLElement): string {
  const form = one.closest("form");
  return one instanceof HTMLAnchorElement ? one.href : (form?.action ?? one.id);
}

function isWriting(): boolean {
  return Array.from(document.querySelectorAll("textarea")).some((box) => box.value.trim() !== "");
}

function from(data: unknown): string {
  try {
    const told: unknown = JSON.parse(String(data));
    return typeof told === "object" && told !== null && "from" in told ? String(told.from) : "";
  } catch {
    return "";
  }
}

/** The one line that says what is going on, read out politely. What matters most is shown; the rest waits behind it. */
import { byId } from "./dom";

/** What the line can be about, the most important first. */
const ORDER = ["connection", "turn", "typing", "presence", "queue", "done"] as const;

export type Concern = (typeof ORDER)[number];

export class StatusLine {
  readonly #place = byId("status", HTMLElement);
  readonly #said = new Map<Concern, string>();

  /** Says something about a concern; an empty text takes back what was said. */
  say(concern: Concern, text: string): void {
    if (text === "") this.#said.delete(concern);
    else this.#said.set(concern, text);
    const first = ORDER.find((each) => this.#said.has(each));
    const shown = first === undefined ? "" : this.#said.get(first) ?? "";
    // Setting the same text again would have it read out again.
    if (this.#place.textContent !== shown) this.#place.textContent = shown;
    this.#place.classList.toggle("still", first === "done");
  }

  /** Brings the line into view, where what it says is about something far from it. */
  stayInView(): void {
    this.#place.scrollIntoView({ block: "nearest" });
  }

  clear(): void {
    for (const concern of ORDER) this.say(concern, "");
  }
}

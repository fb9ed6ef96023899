/** Who writes: tells the resident while the reply is being written, and shows when the resident does. */
import { post } from "./form";

/** How often the resident is told again while the member of staff writes. */
const TELL_MS = 3_000;
/** How long a resident who said no more counts as writing. */
const SHOW_MS = 6_000;

export class Typing {
  #told = 0;
  #timer: number | undefined;

  constructor(conversation: string, csrf: string) {
    const address = `/staff/conversations/${encodeURIComponent(conversation)}/typing`;
    document.getElementById("reply-text")?.addEventListener("input", () => {
      const now = Date.now();
      if (now - this.#told < TELL_MS) return;
      this.#told = now;
      void post(address, csrf, {});
    });
  }

  show(from: string): void {
    const line = document.getElementById("typing");
    if (from !== "resident" || line === null) return;
    line.hidden = false;
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.hide(), SHOW_MS);
  }

  hide(): void {
    const line = document.getElementById("typing");
    if (line !== null) line.hidden = true;
  }
}

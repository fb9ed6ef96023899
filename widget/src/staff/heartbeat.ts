/** Says that the page is open, so that its member of staff counts as there, and whether somebody uses it. */
import { post } from "./form";
import { tell } from "./news";

/** Who is not heard of for two minutes is not there. */
const INTERVAL_MS = 30_000;

export class Heartbeat {
  readonly #csrf: string;
  #active = true;
  #timer: number | undefined;

  constructor(csrf: string) {
    this.#csrf = csrf;
  }

  start(): void {
    for (const name of ["pointerdown", "keydown", "input"]) {
      document.addEventListener(name, () => { this.#active = true; }, { passive: true });
    }
    // Browsers slow down the clock of a page that is not seen; it beats at once when it is seen again.
    document.addEventListener("visibilitychange", () => { if (!document.hidden) void this.#beat(); });
    this.#timer = window.setInterval(() => void this.#beat(), INTERVAL_MS);
    void this.#beat();
  }

  async #beat(): Promise<void> {
    const active = this.#active;
    this.#active = false;
    const sent = await post("/staff/heartbeat", this.#csrf, { active: active ? "yes" : "no" });
    if (sent === "failed") this.#active ||= active;
    if (sent !== "signed_out") return;
    window.clearInterval(this.#timer);
    tell("You have been signed out.", { name: "Sign in again", address: "/staff/sign-in" });
  }
}

/**
 * Listens to everything that happens in a conversation, for as long as the page is open. A lost line is taken up again
 * after the last event that came; what only passes, such as the place in the queue, is told again by then.
 */
import { Refusal, followEvents } from "./api";
import { delayMs, pause } from "./backoff";
import type { Numbered } from "./events";
import type { Session } from "./types";

/** Where events go. */
export interface FollowerView {
  event(event: Numbered): void;
  connection(state: "open" | "lost"): void;
  /** The conversation is not there any more. */
  gone(): void;
  /** Whether nobody is expected, so that a page that nobody looks at may stop listening. */
  mayRest(): boolean;
}

/** The service says every 10 seconds that it is alive; a line that is silent for longer is dead. */
const SILENT_MS = 35_000;
/** A connection that lasted so long did not fail: the next wait is short again. */
const GOOD_MS = 10_000;
/** A page that was hidden for so long gives its connection back, unless a person is expected. */
const HIDDEN_MS = 5 * 60_000;

/** Follows one conversation. */
export class Follower {
  readonly #stopped = new AbortController();
  /** Ends the present connection, or the present wait. */
  #attempt = new AbortController();
  #resting = false;
  #restTimer: ReturnType<typeof setTimeout> | undefined;

  /** After the event `last`, 0 for all. */
  constructor(readonly session: Session, private readonly view: FollowerView, private last = 0) {}

  /** The number of the last event that came. */
  get lastEvent(): number {
    return this.last;
  }

  start(): void {
    const signal = this.#stopped.signal;
    document.addEventListener("visibilitychange", () => this.#lookedAt(), { signal });
    window.addEventListener("online", () => this.#attempt.abort(), { signal });
    if (document.hidden) this.#lookedAt();
    void this.#run();
  }

  stop(): void {
    clearTimeout(this.#restTimer);
    this.#stopped.abort();
    this.#attempt.abort();
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopped.signal.aborted) {
      this.#attempt = new AbortController();
      if (this.#resting) {
        await pause(HIDDEN_MS, this.#attempt.signal);
        continue;
      }
      const began = Date.now();
      try {
        await this.#listen(this.#attempt);
      } catch (problem) {
        if (this.#stopped.signal.aborted) return;
        if (problem instanceof Refusal && problem.isGone) {
          this.stop();
          this.view.gone();
          return;
        }
      }
      if (this.#stopped.signal.aborted) return;
      if (this.#resting) continue;
      this.view.connection("lost");
      failures = Date.now() - began >= GOOD_MS ? 0 : failures + 1;
      this.#attempt = new AbortController();
      await pause(delayMs(Math.max(0, failures - 1)), this.#attempt.signal);
    }
  }

  /** One connection, to its end. */
  async #listen(attempt: AbortController): Promise<void> {
    let watchdog = setTimeout(() => attempt.abort(), SILENT_MS);
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => attempt.abort(), SILENT_MS);
    };
    try {
      const events = await followEvents(this.session, this.last, attempt.signal, alive);
      this.view.connection("open");
      for await (const event of events) {
        if (this.#stopped.signal.aborted) return;
        if (event.id !== undefined) {
          if (event.id <= this.last) continue;
          this.last = event.id;
        }
        this.view.event(event);
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  /** The page was hidden, or is looked at again. */
  #lookedAt(): void {
    clearTimeout(this.#restTimer);
    if (document.hidden) {
      this.#restTimer = setTimeout(() => this.#rest(), HIDDEN_MS);
    } else if (this.#resting) {
      this.#resting = false;
      this.#attempt.abort();
    }
  }

  #rest(): void {
    if (this.view.mayRest()) {
      this.#resting = true;
      this.#attempt.abort();
    } else {
      this.#restTimer = setTimeout(() => this.#rest(), HIDDEN_MS);
    }
  }
}

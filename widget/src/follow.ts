/**
 * Listens to everything that happens in a conversation, for as long as the page is open. A lost line is taken up again
 * after the last event that came; what only passes, such as the place in the queue, is told again by then.
 */
import { followEvents, isGone } from "./api";
import { delayMs, pause } from "./backoff";
import type { Numbered } from "./events";
import type { Session } from "./types";

/** Where events go. */
export interface FollowerView {
  event(event: Numbered): void;
  /** The line is there, or was lost. */
  connection(open: boolean): void;
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

/** Listening to one conversation. */
export interface Follower {
  readonly session: Session;
  stop(): void;
  /** The number of the last event that came. */
  last(): number;
}

/** Follows a conversation after the event `last`, 0 for all. */
export function follow(session: Session, view: FollowerView, last: number): Follower {
  const stopped = new AbortController();
  const { signal } = stopped;
  /** Ends the present connection, or the present wait. */
  let attempt = stopped;
  let resting = false;
  let restTimer: ReturnType<typeof setTimeout> | undefined;

  const stop = () => {
    clearTimeout(restTimer);
    stopped.abort();
    attempt.abort();
  };

  /** One connection, to its end. */
  const listen = async () => {
    const present = attempt;
    let watchdog: ReturnType<typeof setTimeout> | undefined;
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => present.abort(), SILENT_MS);
    };
    alive();
    try {
      const events = await followEvents(session, last, present.signal, alive);
      view.connection(true);
      for await (const event of events) {
        if (signal.aborted) return;
        // What passes has no number.
        last = event.id ?? last;
        view.event(event);
      }
    } finally {
      clearTimeout(watchdog);
    }
  };

  const wait = (ms: number) => {
    attempt = new AbortController();
    return pause(ms, attempt.signal);
  };

  const run = async () => {
    let failures = 0;
    while (!signal.aborted) {
      if (resting) {
        await wait(HIDDEN_MS);
        continue;
      }
      const began = Date.now();
      attempt = new AbortController();
      await listen().catch((problem) => {
        if (signal.aborted || !isGone(problem)) return;
        stop();
        view.gone();
      });
      if (signal.aborted || resting) continue;
      view.connection(false);
      if (Date.now() - began >= GOOD_MS) failures = 0;
      await wait(delayMs(failures));
      failures += 1;
    }
  };

  const rest = () => {
    resting = view.mayRest();
    if (resting) attempt.abort();
    else restTimer = setTimeout(rest, HIDDEN_MS);
  };

  /** The page was hidden, or is looked at again. */
  const lookedAt = () => {
    clearTimeout(restTimer);
    if (document.hidden) {
      restTimer = setTimeout(rest, HIDDEN_MS);
    } else if (resting) {
      resting = false;
      attempt.abort();
    }
  };

  document.addEventListener("visibilitychange", lookedAt, { signal });
  addEventListener("online", () => attempt.abort(), { signal });
  lookedAt();
  void run();
  return { session, stop, last: () => last };
}

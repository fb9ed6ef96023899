/** How long to wait before a new try, and waiting. */

const FIRST_MS = 1000;
const LONGEST_MS = 30_000;
/** A part of each delay is left to chance, so that the pages that a restart cut off do not all come back at once. */
const JITTER = 0.5;

/** The delay before the next try after so many failures in a row; `chance` is from 0 to 1. */
export function delayMs(failures: number, chance = Math.random()): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** failures * (1 + JITTER * chance));
}

/** Waits, or less when the signal comes, or when the browser is online again. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = new AbortController();
    const done = () => {
      clearTimeout(timer);
      over.abort();
      resolve();
    };
    const timer = setTimeout(done, signal?.aborted ? 0 : ms);
    const until = { signal: over.signal };
    signal?.addEventListener("abort", done, until);
    addEventListener("online", done, until);
  });
}

/** Whether the service can be reached: told by every request, and given up when none has got through for some time. */

/** As many requests in a row as have to fail, and for so long, before the service counts as gone. */
const FAILURES = 3;
const GONE_MS = 15_000;

let failures = 0;
let sinceMs = 0;
let tell: ((gone: boolean) => void) | undefined;

/** Calls back when the service is gone, and when it is there again. */
export function onReach(callback: (gone: boolean) => void): void {
  tell = callback;
}

/** A request got through, or not. */
export function heard(through: boolean): void {
  if (through) failures = 0;
  else if (failures++ === 0) sinceMs = Date.now();
  if (through || (failures >= FAILURES && Date.now() - sinceMs >= GONE_MS)) tell?.(!through);
}

/** Times in words, by the clock of the council and not of the reader's computer. */
import { timeWords } from "./words";

const ZONE = "Europe/London";

const PARTS = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE, weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "numeric", minute: "2-digit", hourCycle: "h23",
});

const DAY_MS = 86_400_000;

interface Local {
  readonly time: string;
  readonly day: string;
  readonly year: string;
}

/** "8:30am on Thursday 26 November", "8:30am today, Thursday 26 November"; nothing for what is no time. */
export function inWords(rfc3339: string, now = new Date()): string | undefined {
  const at = read(rfc3339);
  if (at === undefined) return undefined;
  const [then, today] = [local(at), local(now)];
  // Midday tomorrow, not this time tomorrow: a day on which the clock changes has 23 or 25 hours.
  const tomorrow = local(new Date(startOfDayMs(now) + 1.5 * DAY_MS));
  const same = (one: Local, other: Local) => one.day === other.day && one.year === other.year;
  if (same(then, today)) return timeWords.today(then.time, then.day);
  if (same(then, tomorrow)) return timeWords.tomorrow(then.time, then.day);
  return timeWords.onDay(then.time, then.year === today.year ? then.day : `${then.day} ${then.year}`);
}

/** With the date and the year always, as a receipt needs it. */
export function inWordsWithDate(rfc3339: string): string | undefined {
  const at = read(rfc3339);
  if (at === undefined) return undefined;
  const { time, day, year } = local(at);
  return timeWords.onDay(time, `${day} ${year}`);
}

function read(rfc3339: string): Date | undefined {
  const at = new Date(rfc3339);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

function local(at: Date): Local {
  const found = parts(at);
  const [hour, minute] = [Number(found.get("hour")), found.get("minute") ?? "00"];
  const day = `${found.get("weekday")} ${found.get("day")} ${found.get("month")}`;
  return { time: clock(hour, minute), day, year: found.get("year") ?? "" };
}

function clock(hour: number, minute: string): string {
  if (minute === "00" && hour === 0) return timeWords.midnight;
  if (minute === "00" && hour === 12) return timeWords.midday;
  const shown = hour % 12 === 0 ? 12 : hour % 12;
  return `${shown}${minute === "00" ? "" : `:${minute}`}${hour < 12 ? "am" : "pm"}`;
}

/** About when the day began; an hour off on the days on which the clock changes. */
function startOfDayMs(at: Date): number {
  const found = parts(at);
  return at.getTime() - (Number(found.get("hour")) * 60 + Number(found.get("minute"))) * 60_000;
}

function parts(at: Date): Map<string, string> {
  return new Map(PARTS.formatToParts(at).map((part) => [part.type, part.value]));
}

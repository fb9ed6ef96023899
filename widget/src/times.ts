/** Times in words, by the clock of the council and not of the reader's computer. */
import { words } from "./language";

const HOUR_MS = 3_600_000;

const format = (at: Date, options: Intl.DateTimeFormatOptions): string =>
  // Browsers differ in where they put commas and spaces.
  at.toLocaleString("en-GB", { timeZone: "Europe/London", ...options }).replace(/,/g, "");

/** "Thursday 26 November 2026": the day, a space, and four digits. */
const dateOf = (at: Date): string => format(at, { weekday: "long", day: "numeric", month: "long", year: "numeric" });

/** "8:30am on Thursday 26 November", "8:30am today, Thursday 26 November"; nothing for what is no time. */
export function inWords(rfc3339: string | Date, now = new Date()): string | undefined {
  const at = new Date(rfc3339);
  if (isNaN(+at)) return undefined;
  const [date, today] = [dateOf(at), dateOf(now)];
  const day = date.slice(0, -5);
  if (date === today) return words.today(clock(at), day);
  // The first hour that is not today's any more: a day on which the clock changes has 23 or 25 hours.
  let tomorrow = now;
  while (dateOf(tomorrow) === today) tomorrow = new Date(+tomorrow + HOUR_MS);
  if (date === dateOf(tomorrow)) return words.tomorrow(clock(at), day);
  return words.onDay(clock(at), date.slice(-4) === today.slice(-4) ? day : date);
}

/** With the date and the year always, as a receipt needs it: seen from long ago. */
export const inWordsWithDate = (at: string | Date): string | undefined => inWords(at, new Date(0));

function clock(at: Date): string {
  const told = format(at, { hour: "numeric", minute: "2-digit", hourCycle: "h12" }).replace(/:00|\s/g, "").toLowerCase();
  return told === "12am" ? words.midnight : told === "12pm" ? words.midday : told;
}

/** Times in words, by the clock of the council and not of the reader's computer. */
import { words } from "./language";

const HOUR_MS = 3_600_000;

const format = (options: Intl.DateTimeFormatOptions) => {
  const { format: told } = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", ...options });
  // Browsers differ in where they put commas and spaces.
  return (at: Date | number) => told(at).replace(/,/g, "");
};
const dayOf = format({ weekday: "long", day: "numeric", month: "long" });
const yearOf = format({ year: "numeric" });
const clockOf = format({ hour: "numeric", minute: "2-digit", hour12: true });

/** "8:30am on Thursday 26 November", "8:30am today, Thursday 26 November"; nothing for what is no time. */
export function inWords(rfc3339: string, now = new Date()): string | undefined {
  const at = new Date(rfc3339);
  if (Number.isNaN(at.getTime())) return undefined;
  const date = (time: Date | number) => `${dayOf(time)} ${yearOf(time)}`;
  const day = dayOf(at);
  if (date(at) === date(now)) return words.today(clock(at), day);
  // The first hour that is not today's any more: a day on which the clock changes has 23 or 25 hours.
  let tomorrow = now.getTime();
  while (date(tomorrow) === date(now)) tomorrow += HOUR_MS;
  if (date(at) === date(tomorrow)) return words.tomorrow(clock(at), day);
  return words.onDay(clock(at), yearOf(at) === yearOf(now) ? day : date(at));
}

/** With the date and the year always, as a receipt needs it. */
export function inWordsWithDate(rfc3339: string): string | undefined {
  const at = new Date(rfc3339);
  return Number.isNaN(at.getTime()) ? undefined : words.onDay(clock(at), `${dayOf(at)} ${yearOf(at)}`);
}

function clock(at: Date): string {
  const told = clockOf(at).replace(/:00|\s/g, "").toLowerCase();
  if (told === "12am" || told === "0am") return words.midnight;
  return told === "12pm" || told === "0pm" ? words.midday : told.replace(/^0:/, "12:");
}

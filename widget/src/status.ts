/** The one line that says what is going on, read out politely. What matters most is shown; the rest waits behind it. */
import { bringIntoView } from "./dom";
import { status } from "./ui";

/** What the line can be about, the most important first. */
const ORDER = ["offline", "connection", "turn", "typing", "presence", "queue", "done"] as const;

type Concern = (typeof ORDER)[number];

const said = new Map<Concern, string>();

/** Says something about a concern; an empty text takes back what was said. */
export function say(concern: Concern, text: string): void {
  said.set(concern, text);
  let first: Concern = "done";
  for (const each of ORDER) {
    if (!said.get(each)) continue;
    first = each;
    break;
  }
  const shown = said.get(first) ?? "";
  // Setting the same text again would have it read out again.
  if (status.textContent !== shown) status.textContent = shown;
  status.classList.toggle("still", first === "done" || first === "offline");
}

/** Brings the line into view, where what it says is about something far from it. */
export const show = (): void => bringIntoView(status);

/** Takes everything back but that there is no line. */
export function clear(): void {
  for (const concern of ORDER) if (concern !== "offline") say(concern, "");
}

/** The one line that says what is going on, read out politely. What matters most is shown; the rest waits behind it. */
import { bringIntoView } from "./dom";
import { status } from "./ui";

/** What the line can be about, the most important last, and what is said about it. */
const said = { done: "", queue: "", presence: "", typing: "", turn: "", connection: "", offline: "" };

type Concern = keyof typeof said;

/** Says something about a concern; an empty text takes back what was said. */
export function say(concern: Concern, text: string): void {
  said[concern] = text;
  let [first, shown] = ["done", ""];
  for (const [each, told] of Object.entries(said)) if (told) [first, shown] = [each, told];
  // Setting the same text again would have it read out again.
  if (status.textContent !== shown) status.textContent = shown;
  status.classList.toggle("still", first === "done" || first === "offline");
}

/** Brings the line into view, where what it says is about something far from it. */
export const show = (): void => bringIntoView(status);

/** Takes everything back but that there is no line. */
export function clear(): void {
  for (const concern of Object.keys(said)) if (concern !== "offline") say(concern as Concern, "");
}

/** The box in which a question or a message is typed, its limit, and the buttons beside it. */
import { bringIntoView, set } from "./dom";
import { words } from "./language";
import { draft, keepDraft } from "./session";
import { box, count, focused, form, label, problem, send, stop } from "./ui";

/** The rest of the limit is shown from here on, so that it does not nag. */
const SHOW_COUNT_AT = 0.9;

let longest = 0;
let busy = false;
/** The person to whom messages go; none while the assistant answers. */
let person: string | undefined;

/** Says what is done with what is typed, and puts back what was typed before the page was loaded anew. */
export function begin(most: number, actions: { send(text: string): void; stop(): void; typing(): void }): void {
  longest = most;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = take();
    if (text !== undefined) actions.send(text);
  });
  box.addEventListener("keydown", (event) => {
    // While a word is being composed, as in Chinese or Japanese, Enter accepts the word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!busy) form.requestSubmit();
  });
  box.addEventListener("input", () => {
    changed();
    if (person !== undefined && box.value.trim() !== "") actions.typing();
  });
  stop.addEventListener("click", actions.stop);
  restore(draft());
}

/** Says whom the text goes to. */
export function address(to: string | undefined): void {
  person = to;
  label.textContent = to === undefined ? words.question : words.message(to);
}

/** Shows Stop while an answer is on its way, and keeps the keyboard's focus on something that is there. */
export function setBusy(isBusy: boolean): void {
  const active = focused();
  busy = isBusy;
  stop.hidden = !isBusy;
  send.hidden = isBusy;
  if (isBusy && active === send) stop.focus({ preventScroll: true });
  if (!isBusy && active === stop) focus();
}

/** Says what is wrong and what to do. */
export function complain(told: string): void {
  problem.textContent = told;
  set(box, { "aria-invalid": "true" });
}

/** Puts text back that could not be sent, unless other text is being typed. */
export function restore(text: string): void {
  if (box.value.trim() === "") box.value = text;
  changed();
}

export const focus = (): void => box.focus({ preventScroll: true });

export const hasFocus = (): boolean => focused() === box;

/** Keeps the box in view while what is above it grows. */
export const stayInView = (): void => bringIntoView(form);

/** Takes complaints back. */
export function calm(): void {
  problem.textContent = "";
  box.removeAttribute("aria-invalid");
}

function take(): string | undefined {
  if (busy) return undefined;
  const text = box.value.trim();
  if (text === "") complain(person === undefined ? words.emptyQuestion : words.emptyMessage);
  else if (length(text) > longest) complain((person === undefined ? words.longQuestion : words.longMessage)(longest));
  else {
    box.value = "";
    changed();
    return text;
  }
  box.focus();
  return undefined;
}

function changed(): void {
  keepDraft(box.value);
  const left = longest - length(box.value.trim());
  count.textContent = left >= longest * (1 - SHOW_COUNT_AT) ? "" : left >= 0 ? words.left(left) : words.over(-left);
  count.classList.toggle("problem", left < 0);
  if (left >= 0) calm();
}

/** Characters as the service counts them. */
function length(text: string): number {
  return [...text].length;
}

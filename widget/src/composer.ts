/** The box in which a question or a message is typed, its limit, and the buttons beside it. */
import { bringIntoView, focus as focusControl, instead } from "./dom";
import * as field from "./field";
import { words } from "./language";
import { draft, keepDraft } from "./session";
import { box, count, focused, form, label, problem, send, stop } from "./ui";

/** The rest of the limit is shown when it is a smaller part than this, so that it does not nag. */
const SHOW_REST_BELOW = 0.1;

let longest = 0;
let busy = false;
/** The person to whom messages go; none while the assistant answers. */
let person: string | undefined;

/** Says what is done with what is typed, and puts back what was typed before the page was loaded anew. */
export function begin(most: number, onSend: (text: string) => void, onTyping: () => void): void {
  longest = most;
  instead(form, "submit", () => {
    const text = typed();
    if (busy) return;
    if (text && length(text) <= longest) {
      box.value = "";
      changed();
      onSend(text);
    } else {
      if (text) complain((person ? words.longMessage : words.longQuestion)(longest));
      else complain(person ? words.emptyMessage : words.emptyQuestion);
      box.focus();
    }
  });
  box.addEventListener("keydown", (event) => {
    // While a word is being composed, as in Chinese or Japanese, Enter accepts the word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  box.addEventListener("input", () => {
    changed();
    if (person && typed()) onTyping();
  });
  restore(draft());
}

/** Says whom the text goes to. */
export function address(to: string | undefined): void {
  person = to;
  label.textContent = to ? words.message(to) : words.question;
}

/** Shows Stop while an answer is on its way, and keeps the keyboard's focus on something that is there. */
export function setBusy(isBusy: boolean): void {
  const active = focused();
  busy = isBusy;
  stop.hidden = !isBusy;
  send.hidden = isBusy;
  if (isBusy && active === send) focusControl(stop);
  if (!isBusy && active === stop) focus();
}

/** Says what is wrong and what to do, or takes complaints back. */
export const complain = (...told: string[]): void => field.complain({ control: box, problem }, ...told);

/** Puts text back that could not be sent, unless other text is being typed. */
export function restore(text: string): void {
  if (!typed()) box.value = text;
  changed();
}

export const focus = (): void => focusControl(box);

export const hasFocus = (): boolean => focused() === box;

/** Keeps the box in view while what is above it grows. */
export const stayInView = (): void => bringIntoView(form);

const typed = (): string => box.value.trim();

function changed(): void {
  keepDraft(box.value);
  const left = longest - length(typed());
  count.textContent = left >= longest * SHOW_REST_BELOW ? "" : left >= 0 ? words.left(left) : words.over(-left);
  count.classList.toggle("problem", left < 0);
  if (left >= 0) complain();
}

/** Characters as the service counts them. */
const length = (text: string): number => [...text].length;

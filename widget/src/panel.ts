/** Between the log and the box: where the hand-off stands, and what the resident can do about it. */
import * as callBackForm from "./call-back-form";
import * as composer from "./composer";
import { askOnceMore } from "./confirm";
import { council } from "./contact";
import { bringIntoView, button, element, focus as focusControl, focusOn } from "./dom";
import { callBack, closeCallBack, leave, sendCallBack } from "./handoff";
import { words } from "./language";
import { question } from "./log";
import { isWaiting, type Standing } from "./standing";
import { inWords } from "./times";
import { focused, handoff as place, handoffHeading as heading } from "./ui";

/** What is shown, by which a change is told from none. */
type Shown = "" | "waiting" | "with_person" | "call_back_offered" | "form";

let form: callBackForm.CallBackForm;
let key = "";

export function begin(callBackDays: number | null | undefined): void {
  form = callBackForm.newForm(callBackDays, sendCallBack, closeCallBack);
}

/** Shows where the conversation stands; `wanted` says that the resident opened the form for a call-back. */
export function show(standing: Standing, wanted: boolean): void {
  const shown = shownOf(standing, wanted);
  const newKey = [shown, standing.staff, standing.why, standing.reopens].join();
  if (newKey === key) return;
  key = newKey;
  const active = focused();
  const hadFocus = place.contains(active);
  place.hidden = !shown;
  place.replaceChildren(heading, ...content(shown, standing));
  if (!hadFocus) return;
  // Whoever is filling in the form goes on with it.
  if (place.contains(active)) focusControl(active as HTMLElement);
  else if (shown) focus();
  else composer.focus();
}

/** Puts the focus at the beginning of the panel. */
export function focus(): void {
  if (place.hidden) return;
  focusOn(heading);
  bringIntoView(place);
}

/** Forgets what was typed for a call-back. */
export const clear = (): void => form.clear();

/** Why nobody is there, in words. */
export const why = ({ why: reason, reopens }: Standing): string =>
  (reason === "nobody_came" ? words.nobodyCame : words.closed)(reopens ? inWords(reopens) : undefined);

/** What stands below the heading, which gets its words. */
function content(shown: Shown, standing: Standing): HTMLElement[] {
  if (shown === "waiting") {
    heading.textContent = words.waiting;
    return [element("p", "", words.waitingHelp), element("div", "buttons",
      button(words.callBackInstead, "button plain", callBack), button(words.stopWaiting, "button plain", leave))];
  }
  if (shown === "with_person") {
    const name = standing.staff ?? words.somebody;
    heading.textContent = words.talkingTo(name, council);
    const end = button(words.endChat, "button plain", () => askOnceMore(end, words.sureEnd(name), words.yesEnd, words.noEnd, leave));
    return [element("div", "buttons", end)];
  }
  if (!shown) return [];
  const isOffered = shown === "call_back_offered";
  heading.textContent = words.callBack;
  form.open(isOffered ? words.decline : words.closeForm, question());
  return [...(isOffered ? [element("p", "", why(standing))] : []), form.form];
}

function shownOf(standing: Standing, form: boolean): Shown {
  const { phase } = standing;
  if (phase === "with_person" || phase === "call_back_offered") return phase;
  return form ? "form" : isWaiting(standing) ? "waiting" : "";
}

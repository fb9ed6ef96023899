/** Between the log and the box: where the hand-off stands, and what the resident can do about it. */
import * as callBackForm from "./call-back-form";
import * as composer from "./composer";
import { askOnceMore } from "./confirm";
import { bringIntoView, button, element, focusOn, set } from "./dom";
import { callBack, closeCallBack, leave, sendCallBack } from "./handoff";
import { words } from "./language";
import { question } from "./log";
import type { Standing } from "./standing";
import { inWords } from "./times";
import { focused, handoff as place } from "./ui";

/** What is shown, by which a change is told from none. */
type Shown = "nothing" | "waiting" | "with_person" | "call_back_offered" | "form";

const heading = element("h3", { id: "handoff-heading" });
set(place, { "aria-labelledby": heading.id });
let form: callBackForm.CallBackForm | undefined;
let key = "";

export function begin(callBackDays: number | null | undefined): void {
  form = callBackForm.newForm(callBackDays, sendCallBack, closeCallBack);
}

/** Shows where the conversation stands; `wanted` says that the resident opened the form for a call-back. */
export function show(standing: Standing, wanted: boolean, council: string): void {
  const shown = shownOf(standing, wanted);
  const newKey = [shown, standing.staff, standing.why, standing.reopens].join("\n");
  if (newKey === key) return;
  key = newKey;
  const active = focused();
  const hadFocus = place.contains(active);
  place.hidden = shown === "nothing";
  place.replaceChildren(...content(shown, standing, council));
  if (!hadFocus) return;
  // Whoever is filling in the form goes on with it.
  if (place.contains(active)) (active as HTMLElement).focus({ preventScroll: true });
  else if (shown === "nothing") composer.focus();
  else focus();
}

/** Puts the focus at the beginning of the panel. */
export function focus(): void {
  if (place.hidden) return;
  focusOn(heading);
  bringIntoView(place);
}

/** Forgets what was typed for a call-back. */
export const clear = (): void => form?.clear();

/** Why nobody is there, in words. */
export const why = ({ why: reason, reopens }: Standing): string =>
  (reason === "nobody_came" ? words.nobodyCame : words.closed)(reopens === undefined ? undefined : inWords(reopens));

function content(shown: Shown, standing: Standing, council: string): HTMLElement[] {
  if (shown === "nothing") return [];
  if (shown === "waiting") {
    heading.textContent = words.waiting;
    return [heading, element("p", "", words.waitingHelp), element("div", "buttons",
      button(words.callBackInstead, "button plain", callBack),
      button(words.stopWaiting, "button plain", () => void leave()))];
  }
  if (shown === "with_person") {
    const name = standing.staff ?? words.somebody;
    heading.textContent = words.talkingTo(name, council);
    const end = button(words.endChat, "button plain", () =>
      askOnceMore(end, words.sureEnd(name), words.yesEnd, words.noEnd, () => void leave()));
    return [heading, element("div", "buttons", end)];
  }
  const isOffered = shown === "call_back_offered";
  heading.textContent = words.callBack;
  if (form === undefined) return [heading];
  form.open(isOffered ? words.decline : words.closeForm, question());
  return [heading, ...(isOffered ? [element("p", "", why(standing))] : []), form.form];
}

function shownOf({ phase }: Standing, form: boolean): Shown {
  if (phase === "with_person" || phase === "call_back_offered") return phase;
  if (form) return "form";
  return phase === "requested" || phase === "waiting" ? "waiting" : "nothing";
}

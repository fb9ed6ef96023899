/**
 * The parts of the widget that are always there, by the ids under which style sheet and tests know them. One element of
 * a page is in use at a time, so these exist once.
 */
import { choices } from "./choices";
import { contactDetails, council } from "./contact";
import { askToErase, stopTurn } from "./conversation";
import { button, element, written } from "./dom";
import { toggle } from "./element";
import { ask, callBack } from "./handoff";
import { inEnglish, words } from "./language";
import { download } from "./transcript";
import type { Service } from "./types";

export const launcher = button(words.launcher, { id: "launcher", "aria-expanded": "false", "aria-controls": "dialog" }, toggle);
/** Says while the dialog is closed that there is something new in it. */
export const news = element("p", { class: "unseen", role: "status" });
export const title = element("h2", { id: "title" });
export const close = button(words.close, { id: "close" }, toggle);
const greeting = element("div", { id: "greeting" });
export const log = element("div", { id: "log", role: "log", tabindex: -1, "aria-label": words.conversation });
/** Where an answer stands while it grows. The log reads out what is added to it, so it gets answers as a whole. */
export const coming = element("div");
export const status = element("p", { id: "status", role: "status" });
/** The element's own content, while the service is gone. */
export const lost = element("div", { id: "lost", hidden: "" }, element("p", "", words.unreachable), element("slot"));
export const handoffHeading = element("h3", { id: "handoff-heading" });
export const handoff = element("section", { id: "handoff", class: "panel", hidden: "", "aria-labelledby": "handoff-heading" });
export const examples = element("div", { id: "examples" });
export const personActions = element("div", "buttons",
  button(words.person, { id: "ask-person", class: "button plain" }, ask),
  button(words.callBack, { id: "ask-call-back", class: "button plain" }, callBack));
const contact = element("details", "", element("summary", "", words.contact));
const data = element("details", { id: "data" }, element("summary", "", words.data));
export const transcript = button(words.save, { id: "transcript", class: "link", hidden: "" }, download);
export const clear = button(words.delete, { id: "clear", class: "link", hidden: "" }, askToErase);
export const label = element("label", { id: "question-label", for: "question" });
export const problem = element("p", { id: "problem", class: "problem", role: "alert" });
export const box = element("textarea", { id: "question", "aria-describedby": "problem hint count", autocomplete: "off", dir: "auto" });
export const count = element("p", { id: "count", class: "hint" });
export const send = element("button", { id: "send", class: "button" }, words.send);
export const stop = button(words.stop, { id: "stop", class: "button plain", hidden: "" }, stopTurn);
export const form = element("form", { id: "form" },
  label, element("p", { id: "hint", class: "hint" }, words.hint), problem, box, send, stop, count);
/** What scrolls, unless the element stands in the page's own flow. */
export const scroller = element("div", "scroll", greeting, log, coming, status, lost, handoff, examples, personActions, contact, data,
  element("div", "buttons", transcript, clear));
/** An end of the dialog where that covers the screen, and with it the page: the focus goes on at the other end, with what is shown there. */
const edge = (...other: HTMLElement[]) => {
  const made = element("span", { class: "edge", tabindex: 0 });
  made.addEventListener("focus", () => { for (const each of other) each.focus(); });
  return made;
};
export const dialog = element("div", { id: "dialog", "aria-labelledby": "title" },
  edge(send, stop), element("div", "head", title, close), scroller, form, edge(close));
/** All of it. */
export const ui = element("div", { id: "reeve", dir: "ltr" });

/** Puts in what the service says of itself; `hello` is a greeting in place of the usual one. */
export function fill(service: Service, hello: string | null): void {
  title.append(words.title(council));
  greeting.append(element("p", "", hello === null ? words.hello(council) : written(hello)), element("p", "", words.automated));
  for (const text of [service.notice, service.emergency]) if (text) greeting.append(element("p", { class: "notice", ...inEnglish() }, written(text)));
  if (service.examples.length > 0) examples.append(element("h3", "", words.examples), choices(service.examples, inEnglish()));
  contact.append(contactDetails());
  data.append(element("p", "", words.dataUse(council)), element("p", "", words.dataKept(service.conversations_days)), element("p", "", words.dataCookies));
  ui.append(dialog, launcher, news);
}

/** What has the keyboard's focus, if it is in here. */
export const focused = (): Element | null => (ui.getRootNode() as ShadowRoot).activeElement;

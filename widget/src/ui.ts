/**
 * The parts of the widget that are always there, by the ids under which style sheet and tests know them. One element of
 * a page is in use at a time, so these exist once: they are made when it is known what language the widget speaks.
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

export let launcher: HTMLElement;
/** Says while the dialog is closed that there is something new in it. */
export let news: HTMLElement;
export let title: HTMLElement;
export let close: HTMLElement;
export let log: HTMLElement;
/** Where an answer stands while it grows. The log reads out what is added to it, so it gets answers as a whole. */
export let coming: HTMLElement;
export let status: HTMLElement;
export let handoffHeading: HTMLElement;
export let handoff: HTMLElement;
export let examples: HTMLElement;
export let personActions: HTMLElement;
export let transcript: HTMLElement;
export let clear: HTMLButtonElement;
export let label: HTMLElement;
export let problem: HTMLElement;
export let box: HTMLTextAreaElement;
export let count: HTMLElement;
export let send: HTMLElement;
export let stop: HTMLElement;
export let form: HTMLFormElement;
/** The element's own content, while the service is gone. */
export let lost: HTMLElement;
/** What scrolls, unless the element stands in the page's own flow. */
export let scroller: HTMLElement;
export let dialog: HTMLElement;
/** All of it. */
export const ui = element("div", { id: "reeve", dir: "ltr" });

/** Makes the parts; `hello` is a greeting in place of the usual one. */
export function make(service: Service, hello: string | null): void {
  launcher = button(words.launcher, { id: "launcher", "aria-expanded": "false", "aria-controls": "dialog" }, toggle);
  news = element("p", { class: "unseen", role: "status" });
  title = element("h2", { id: "title" }, words.title(council));
  close = button(words.close, { id: "close" }, toggle);
  const greeting = element("div", { id: "greeting" },
    element("p", "", hello === null ? words.hello(council) : written(hello)), element("p", "", words.automated));
  for (const text of [service.notice, service.emergency]) if (text) greeting.append(element("p", { class: "notice", ...inEnglish() }, written(text)));
  log = element("div", { id: "log", role: "log", tabindex: -1, "aria-label": words.conversation });
  coming = element("div");
  status = element("p", { id: "status", role: "status" });
  lost = element("div", { id: "lost", hidden: "" }, element("p", "", words.unreachable), element("slot"));
  handoffHeading = element("h3", { id: "handoff-heading" });
  handoff = element("section", { id: "handoff", class: "panel", hidden: "", "aria-labelledby": "handoff-heading" });
  examples = element("div", { id: "examples" });
  if (service.examples.length > 0) examples.append(element("h3", "", words.examples), choices(service.examples, inEnglish()));
  personActions = element("div", "buttons",
    button(words.person, { id: "ask-person", class: "button plain" }, ask),
    button(words.callBack, { id: "ask-call-back", class: "button plain" }, callBack));
  const contact = element("details", "", element("summary", "", words.contact), contactDetails());
  const data = element("details", { id: "data" }, element("summary", "", words.data), element("p", "", words.dataUse(council)),
    element("p", "", words.dataKept(service.conversations_days)), element("p", "", words.dataCookies));
  transcript = button(words.save, { id: "transcript", class: "link", hidden: "" }, download);
  clear = button(words.delete, { id: "clear", class: "link", hidden: "" }, askToErase);
  label = element("label", { id: "question-label", for: "question" });
  problem = element("p", { id: "problem", class: "problem", role: "alert" });
  box = element("textarea", { id: "question", "aria-describedby": "problem hint count", autocomplete: "off", dir: "auto" });
  count = element("p", { id: "count", class: "hint" });
  send = element("button", { id: "send", class: "button" }, words.send);
  stop = button(words.stop, { id: "stop", class: "button plain", hidden: "" }, stopTurn);
  form = element("form", { id: "form" },
    label, element("p", { id: "hint", class: "hint" }, words.hint), problem, box, send, stop, count);
  scroller = element("div", "scroll", greeting, log, coming, status, lost, handoff, examples, personActions, contact, data,
    element("div", "buttons", transcript, clear));
  dialog = element("div", { id: "dialog", "aria-labelledby": "title" }, element("div", "head", title, close), scroller, form);
  ui.append(dialog, launcher, news);
}

/** What has the keyboard's focus, if it is in here. */
export const focused = (): Element | null => (ui.getRootNode() as ShadowRoot).activeElement;

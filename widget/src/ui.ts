/**
 * The parts of the widget that are always there, by the ids under which style sheet and tests know them. One element of
 * a page is in use at a time, so these exist once; their words come when the language is known.
 */
import { element } from "./dom";

export const launcher = element("button", { id: "launcher", type: "button", "aria-expanded": "false", "aria-controls": "dialog" });
/** Says while the dialog is closed that there is something new in it. */
export const news = element("p", { class: "unseen", role: "status" });
export const title = element("h2", { id: "title" });
export const close = element("button", { id: "close", type: "button" });
export const greeting = element("div", { id: "greeting" });
export const log = element("div", { id: "log", role: "log", tabindex: -1 });
/** Where an answer stands while it grows. The log reads out what is added to it, so it gets answers as a whole. */
export const coming = element("div", { id: "coming" });
export const status = element("p", { id: "status", class: "status", role: "status" });
export const handoff = element("section", { id: "handoff", class: "panel", hidden: "" });
export const examples = element("div", { id: "examples", class: "examples", hidden: "" });
export const personActions = element("div", { id: "person-actions", class: "buttons" });
export const contact = element("details", { id: "contact" });
export const data = element("details", { id: "data" });
export const transcript = element("button", { id: "transcript", type: "button", class: "link", hidden: "" });
export const clear = element("button", { id: "clear", type: "button", class: "link", hidden: "" });
export const label = element("label", { id: "question-label", for: "question" });
export const hint = element("p", { id: "hint", class: "hint" });
export const problem = element("p", { id: "problem", class: "problem", role: "alert" });
export const box = element("textarea", { id: "question", rows: 2, "aria-describedby": "problem hint count", autocomplete: "off", dir: "auto" });
export const count = element("p", { id: "count", class: "hint" });
export const send = element("button", { id: "send", class: "button" });
export const stop = element("button", { id: "stop", type: "button", class: "button plain", hidden: "" });
/** The element's own content, while the service is gone. */
export const lost = element("div", { id: "lost", hidden: "" });

export const form = element("form", { id: "form", class: "ask", novalidate: "" },
  label, hint, problem, box, count, element("div", "buttons", send, stop));
/** What scrolls, unless the element stands in the page's own flow. */
export const scroller = element("div", "scroll", greeting, log, coming, status, lost, handoff, examples,
  element("div", "more", personActions, contact, data, element("div", "buttons", transcript, clear)));
export const dialog = element("div", { id: "dialog", "aria-labelledby": "title" },
  element("div", "head", title, close), scroller, form);
export const ui = element("div", { id: "reeve" }, dialog, launcher, news);

/** What has the keyboard's focus, if it is in here. */
export const focused = (): Element | null => (ui.getRootNode() as ShadowRoot).activeElement;

/**
 * The element `<reeve-chat>`. Until the service has answered, and where there is no script, it shows what stands inside it;
 * then a button that opens the conversation beside the page, or with `position="inline"` the conversation in its place.
 */
import { askService, serve } from "./api";
import { delayMs, pause } from "./backoff";
import { coloursOf } from "./colours";
import * as composer from "./composer";
import * as contact from "./contact";
import * as conversation from "./conversation";
import { button, element, focusOn, set, written } from "./dom";
import * as handoff from "./handoff";
import { inEnglish, learn, words } from "./language";
import * as panel from "./panel";
import { onReach } from "./reach";
import { say } from "./status";
import { download } from "./transcript";
import type { Service } from "./types";
import * as parts from "./ui";
import { dialog, launcher, ui } from "./ui";
import css from "./widget.css?inline";

/** The element that is in use; another one on the page shows only what stands inside it. */
let used: HTMLElement | undefined;
let isBegun = false;

class ReeveChat extends HTMLElement {
  connectedCallback(): void {
    if (used?.isConnected === true) {
      if (used !== this) console.warn("reeve-chat: one is in use on this page already");
      return;
    }
    used = this;
    // A browser that cannot do it keeps what stands inside the element.
    start(this).catch((problem: unknown) => console.warn("reeve-chat:", problem));
  }
}

async function start(host: HTMLElement): Promise<void> {
  const read = (name: string) => host.getAttribute(name);
  const server = read("server");
  serve(new URL(server ?? import.meta.url, location.href).origin);
  const service = await present(host);
  if (service === undefined) return;
  const lang = await learn(read("lang"));
  const isInline = read("position") === "inline";
  set(ui, { lang, dir: "ltr", class: isInline ? "inline" : read("position") === "left" ? "left" : "" });
  const sheets = [css];
  const [accent, onAccent] = [read("accent"), read("on-accent")];
  const colours = coloursOf(accent, onAccent);
  if (colours !== undefined) sheets.push(colours);
  else if (accent !== null || onAccent !== null) console.warn("reeve-chat: accent and on-accent are no #rrggbb or lack contrast");
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = Array.from(sheets, (text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  if (!isBegun) begin(service, read("greeting"));
  isBegun = true;
  show(isInline);
  parts.lost.replaceChildren(element("p", "", words.unreachable), element("slot"));
  root.replaceChildren(ui);
  void conversation.restore();
}

/** What the service says of itself as soon as it can be reached, unless the element has gone by then. */
async function present(host: HTMLElement): Promise<Service | undefined> {
  for (let failures = 3; host.isConnected; failures += 1) {
    try {
      return await askService();
    } catch {
      await pause(delayMs(failures), new AbortController().signal);
    }
  }
  used = undefined;
  return undefined;
}

/** Puts words, contact details and examples in their places, and listens. */
function begin(service: Service, greeting: string | null): void {
  const { council } = service;
  contact.learn(service.contact);
  launcher.textContent = words.launcher;
  parts.title.textContent = words.title(council);
  parts.close.textContent = words.close;
  set(parts.log, { "aria-label": words.conversation });
  parts.greeting.append(element("p", "", greeting === null ? words.hello(council) : written(greeting)), element("p", "", words.automated));
  for (const text of [service.notice, service.emergency]) if (text) parts.greeting.append(element("p", { class: "notice", ...inEnglish() }, written(text)));
  const [person, callBack] = [button(words.person, "button plain", () => void handoff.ask()), button(words.callBack, "button plain", handoff.callBack)];
  person.id = "ask-person";
  callBack.id = "ask-call-back";
  parts.personActions.append(person, callBack);
  parts.contact.append(element("summary", "", words.contact), contact.contactDetails());
  parts.data.append(element("summary", "", words.data), element("p", "", words.dataUse(council)),
    element("p", "", words.dataKept(service.conversations_days)), element("p", "", words.dataCookies));
  parts.transcript.textContent = words.save;
  parts.transcript.addEventListener("click", () => download(council));
  parts.clear.textContent = words.delete;
  parts.hint.textContent = words.hint;
  parts.send.textContent = words.send;
  parts.stop.textContent = words.stop;
  showExamples(service.examples);
  panel.begin(service.call_back_days);
  conversation.begin(service.longest, () => {
    if (!dialog.hidden) return;
    launcher.textContent = words.newMessage;
    parts.news.textContent = words.newMessage;
  });
  handoff.begin(council);
  watch();
}

function showExamples(examples: readonly string[]): void {
  if (examples.length === 0) return;
  const list = element("ul", "choices");
  for (const example of examples) {
    const made = button("", "choice", () => conversation.ask(example));
    made.append(written(example));
    list.append(element("li", inEnglish(), made));
  }
  parts.examples.append(element("h3", "small", words.examples), list);
  parts.examples.hidden = false;
}

/** Opening and closing, the keys, and the line. */
function watch(): void {
  launcher.addEventListener("click", () => (dialog.hidden ? open() : close()));
  parts.close.addEventListener("click", close);
  // The page's own keys are not meant by what is typed here: it cannot see that it is typed into a box.
  for (const type of ["keydown", "keyup", "keypress"]) ui.addEventListener(type, (event) => event.stopPropagation());
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing && !parts.close.hidden) close();
  });
  const online = () => say("offline", navigator.onLine ? "" : words.offline);
  addEventListener("online", online);
  addEventListener("offline", online);
  online();
  onReach((gone) => {
    if (parts.lost.hidden !== gone) return;
    parts.lost.hidden = !gone;
    if (gone && used !== undefined) void present(used);
  });
}

/** The conversation in the element's place, or closed beside the page. */
function show(isInline: boolean): void {
  set(dialog, { role: isInline ? "region" : "dialog" });
  if (!isInline) set(dialog, { "aria-describedby": "greeting" });
  dialog.hidden = !isInline;
  launcher.hidden = isInline;
  parts.close.hidden = isInline;
}

function open(): void {
  dialog.hidden = false;
  launcher.textContent = words.launcher;
  parts.news.textContent = "";
  set(launcher, { "aria-expanded": "true" });
  // On a touch screen the box would bring up the keyboard, over what there is to read.
  if (matchMedia("(pointer: coarse)").matches) focusOn(parts.title);
  else composer.focus();
}

function close(): void {
  dialog.hidden = true;
  set(launcher, { "aria-expanded": "false" });
  launcher.focus();
}

// A second copy of this module does nothing.
if (customElements.get("reeve-chat") === undefined) customElements.define("reeve-chat", ReeveChat);

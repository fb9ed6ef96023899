/**
 * The widget inside its element. Until the service has answered, and where there is no script, the element shows what stands
 * inside it; then a button that opens the conversation beside the page, or with `position="inline"` the conversation in its place.
 */
// The words come first: what follows is smaller when it stands together.
import { words } from "./language";
import { askService, serve } from "./api";
import { delayMs, pause } from "./backoff";
import { coloursOf } from "./colours";
import * as composer from "./composer";
import * as contact from "./contact";
import * as conversation from "./conversation";
import { focusOn } from "./dom";
import * as handoff from "./handoff";
import * as panel from "./panel";
import { onReach } from "./reach";
import { say } from "./status";
import type { Service } from "./types";
import { close, dialog, fill, launcher, lost, news, title, ui } from "./ui";
import css from "./widget.css?inline";

/** The element that the widget is in. */
let used: HTMLElement | undefined;

/** Puts the widget into an element. One that was moved on its page has it already. */
export async function start(host: HTMLElement): Promise<void> {
  if (used === host) return;
  used = host;
  const read = (name: string) => host.getAttribute(name);
  const page = read("page");
  serve(new URL(read("server") ?? import.meta.url, location.href).origin, page === "" ? location.origin + location.pathname : page);
  const service = await present(host);
  if (!service) return;
  const position = read("position");
  const isInline = position === "inline";
  ui.lang = words.lang;
  ui.className = isInline || position === "left" ? position : "";
  if (!ui.hasChildNodes()) begin(service, read("greeting"));
  const [accent, onAccent] = [read("accent"), read("on-accent")];
  const colours = coloursOf(accent, onAccent);
  if (!colours && (accent ?? onAccent) !== null) console.warn("reeve-chat: too little contrast");
  // What was typed into the page's own form, which the widget takes the place of, is not lost, and goes on in its place.
  const form = host.querySelector("textarea");
  if (form) composer.restore(form.value);
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css + colours);
  root.adoptedStyleSheets = [sheet];
  show(isInline);
  root.replaceChildren(ui);
  if (form?.value) composer.focus();
  void conversation.restore();
}

/** What the service says of itself as soon as it can be reached, unless the element has gone by then. */
async function present(host: HTMLElement): Promise<Service | undefined> {
  for (let failures = 3; host.isConnected; failures += 1) {
    try {
      return await askService();
    } catch {
      await pause(delayMs(failures));
    }
  }
  used = undefined;
  return undefined;
}

/** Fills the parts, and listens: to opening and closing, the keys, and the line. */
function begin(service: Service, greeting: string | null): void {
  contact.learn(service);
  fill(service, greeting);
  panel.begin(service.call_back_days);
  conversation.begin(service.longest, () => {
    if (dialog.hidden) launcher.textContent = news.textContent = words.newMessage;
  });
  handoff.refresh();
  // The page's own keys are not meant by what is typed here: it cannot see that it is typed into a box.
  for (const type of ["keydown", "keyup", "keypress"]) ui.addEventListener(type, (event) => event.stopPropagation());
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing && !close.hidden) toggle();
  });
  const online = () => say("offline", navigator.onLine ? "" : words.offline);
  addEventListener("online", online);
  addEventListener("offline", online);
  online();
  onReach((gone) => {
    if (lost.hidden !== gone) return;
    lost.hidden = !gone;
    if (gone && used) void present(used);
  });
}

/** The conversation in the element's place, or closed beside the page. */
function show(isInline: boolean): void {
  dialog.role = isInline ? "region" : "dialog";
  if (!isInline) dialog.setAttribute("aria-describedby", "greeting");
  dialog.hidden = !isInline;
  launcher.hidden = close.hidden = isInline;
}

/** Opens or closes the dialog. */
export function toggle(): void {
  const opens = dialog.hidden;
  dialog.hidden = !opens;
  launcher.ariaExpanded = String(opens);
  launcher.textContent = words.launcher;
  news.textContent = "";
  if (!opens) launcher.focus();
  // On a touch screen the box would bring up the keyboard, over what there is to read.
  else if (matchMedia("(pointer: coarse)").matches) focusOn(title);
  else composer.focus();
}

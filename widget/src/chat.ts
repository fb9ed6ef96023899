/** Messages between the resident and the person: shown at once, sent in their order, and tried again under the same name. */
import { isGone, refusal, sendMessage, tellTyping } from "./api";
import { delayMs, pause } from "./backoff";
import { council } from "./contact";
import { button, element, focusOn, paragraph } from "./dom";
import { words } from "./language";
import { link } from "./link";
import * as log from "./log";
import { newName } from "./names";
import * as session from "./session";
import { say } from "./status";
import type { Message } from "./types";
import { focused } from "./ui";

/** How often a message is tried before the resident is asked. Together some 30 seconds, which a restart takes. */
const MOST_TRIES = 6;
/** How often the person is told that the resident is typing, at most. */
const TYPING_EVERY_MS = 3000;

/** A message of the resident's. */
interface Sending {
  readonly name: string;
  readonly text: string;
  isSent: boolean;
  /** Says how far it has come; one that was not sent can be tried again. */
  tell(told: string, isProblem?: boolean, canRetry?: boolean): void;
}

let mine = new Map<string, Sending>();
let theirs = new Set<number>();
let last: Promise<void> = Promise.resolve();
let typingToldMs = 0;
let stopped = new AbortController();

/** Forgets all messages, and sends none any more. */
export function clear(): void {
  stopped.abort();
  stopped = new AbortController();
  mine = new Map();
  theirs = new Set();
  last = Promise.resolve();
}

/** Shows what the resident wrote and sends it after what they wrote before. */
export const send = (text: string): void => queue(newSending(newName(), text));

/** Shows a message that the service has. It may be one of ours. */
export function receive(message: Message): void {
  if (message.from === "user") {
    arrived(mine.get(message.client_message_id) ?? newSending(message.client_message_id, message.text));
  } else if (!theirs.has(message.message_id)) {
    theirs.add(message.message_id);
    log.show(staffMessage(message));
  }
}

/** The resident is typing. */
export function typing(): void {
  const open = session.load();
  if (!open || Date.now() - typingToldMs < TYPING_EVERY_MS) return;
  typingToldMs = Date.now();
  // A notice that is lost is no loss.
  tellTyping(open).catch(() => undefined);
}

function newSending(name: string, text: string): Sending {
  // The log reads out what is added to it; whether a message was sent is told only when it was not.
  const state = element("div", { class: "delivery", "aria-live": "off" });
  const message: Sending = {
    name,
    text,
    isSent: false,
    tell(told, isProblem = false, canRetry = false) {
      const hadFocus = state.contains(focused());
      const line = element("span", "", told);
      state.replaceChildren(line);
      state.classList.toggle("problem", isProblem);
      if (canRetry) {
        const again = button(words.retry, "link", () => queue(message));
        again.ariaLabel = words.retryName(text);
        state.append(" ", again);
      }
      if (hadFocus) focusOn(line);
    },
  };
  mine.set(name, message);
  log.show(element("article", "mine", element("h3", "unseen", words.youWrote), paragraph(text), state));
  return message;
}

function arrived(message: Sending): void {
  message.isSent = true;
  message.tell(words.sent);
}

function queue(message: Sending): void {
  const { signal } = stopped;
  message.tell(words.sending);
  last = last.then(() => deliver(message, signal));
}

async function deliver(message: Sending, signal: AbortSignal): Promise<void> {
  let hasEnded = false;
  for (let tries = 0; tries < MOST_TRIES && !message.isSent && !signal.aborted;) {
    const open = session.load();
    if (!open) break;
    try {
      await sendMessage(open, message.name, message.text, signal);
      arrived(message);
      return;
    } catch (problem) {
      const refused = refusal(problem);
      if (refused) {
        // The person may have left a moment before; the event that says so brings it.
        hasEnded = refused.code === "no_person" || isGone(problem);
        break;
      }
    }
    // Without a line there is nothing to give up.
    if (navigator.onLine) tries += 1;
    if (tries < MOST_TRIES) await pause(delayMs(tries - 1), signal);
  }
  if (message.isSent || signal.aborted) return;
  message.tell(hasEnded ? words.notSentEnded : words.notSent, true, !hasEnded);
  say("done", words.notSentAnnounced);
}

function staffMessage({ name, text, page }: Message): HTMLElement {
  const article = element("article", "theirs", element("h3", "who", words.who(name ?? words.somebody, council)));
  for (const line of text.split("\n")) if (line.trim()) article.append(paragraph(line));
  if (page) article.append(element("p", "", `${words.page} `, link(page.title, page.href)));
  return article;
}

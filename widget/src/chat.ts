/** Messages between the resident and the person: shown at once, sent in their order, and tried again under the same name. */
import { Refusal, sendMessage, tellTyping } from "./api";
import { delayMs, pause } from "./backoff";
import { button, element } from "./dom";
import { newName } from "./names";
import * as session from "./session";
import type { Message } from "./types";
import { chatWords as words } from "./words";

/** How often a message is tried before the resident is asked. Together some 30 seconds, which a restart takes. */
const MOST_TRIES = 6;
/** How often the person is told that the resident is typing, at most. */
const TYPING_EVERY_MS = 3000;

/** Where messages are shown. */
export interface ChatView {
  /** Adds an article to the log. */
  show(article: HTMLElement): void;
  announce(text: string): void;
}

/** How far a message has come. */
type Delivery = "sending" | "sent" | "not_sent" | "ended";

/** A message of the resident's. */
class Sending {
  readonly article: HTMLElement;
  readonly #state = element("div", "delivery");
  #delivery: Delivery = "sending";

  constructor(readonly clientMessageId: string, readonly text: string, private readonly retry: (message: Sending) => void) {
    // The log reads out what is added to it; whether a message was sent is told only when it was not.
    this.#state.setAttribute("aria-live", "off");
    this.article = element("article", "message mine", element("h3", "unseen", words.you), element("p", undefined, text), this.#state);
    this.set("sending");
  }

  get isSent(): boolean {
    return this.#delivery === "sent";
  }

  set(delivery: Delivery): void {
    const focused = this.#state.contains(document.activeElement);
    this.#delivery = delivery;
    const told = { sending: words.sending, sent: words.sent, not_sent: words.notSent, ended: words.notSentEnded }[delivery];
    const line = element("span", undefined, told);
    this.#state.replaceChildren(line);
    this.#state.classList.toggle("problem", delivery === "not_sent" || delivery === "ended");
    if (delivery === "not_sent") {
      const again = button(words.retry, "link", () => this.retry(this));
      again.setAttribute("aria-label", words.retryName(this.text));
      this.#state.append(" ", again);
    }
    if (focused) {
      line.tabIndex = -1;
      line.focus({ preventScroll: true });
    }
  }
}

/** The chat of one conversation. */
export class Chat {
  readonly #mine = new Map<string, Sending>();
  readonly #theirs = new Set<number>();
  #last: Promise<void> = Promise.resolve();
  #typingToldMs = 0;
  #stopped = new AbortController();

  constructor(private readonly council: string, private readonly view: ChatView) {}

  /** Forgets all messages, and sends none any more. */
  clear(): void {
    this.#stopped.abort();
    this.#stopped = new AbortController();
    this.#mine.clear();
    this.#theirs.clear();
    this.#last = Promise.resolve();
  }

  /** Shows what the resident wrote and sends it after what they wrote before. */
  send(text: string): void {
    const message = new Sending(newName(), text, (again) => this.#queue(again));
    this.#mine.set(message.clientMessageId, message);
    this.view.show(message.article);
    this.#queue(message);
  }

  /** Shows a message that the service has. It may be one of ours. */
  receive(message: Message): void {
    if (message.from === "user") {
      const known = this.#mine.get(message.client_message_id);
      if (known !== undefined) {
        known.set("sent");
        return;
      }
      const restored = new Sending(message.client_message_id, message.text, (again) => this.#queue(again));
      restored.set("sent");
      this.#mine.set(message.client_message_id, restored);
      this.view.show(restored.article);
      return;
    }
    if (this.#theirs.has(message.message_id)) return;
    this.#theirs.add(message.message_id);
    this.view.show(staffMessage(message, this.council));
  }

  /** The resident is typing. */
  typing(): void {
    const open = session.load();
    const nowMs = Date.now();
    if (open === undefined || nowMs - this.#typingToldMs < TYPING_EVERY_MS) return;
    this.#typingToldMs = nowMs;
    // A notice that is lost is no loss.
    tellTyping(open).catch(() => undefined);
  }

  #queue(message: Sending): void {
    const signal = this.#stopped.signal;
    message.set("sending");
    this.#last = this.#last.then(() => this.#deliver(message, signal));
  }

  async #deliver(message: Sending, signal: AbortSignal): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES && !message.isSent && !signal.aborted; tries += 1) {
      const open = session.load();
      if (open === undefined) break;
      try {
        await sendMessage(open, message.clientMessageId, message.text, signal);
        message.set("sent");
        return;
      } catch (problem) {
        if (problem instanceof Refusal && !problem.isPassing) {
          // The person may have left a moment before; the event that says so brings it.
          message.set(problem.code === "no_person" || problem.isGone ? "ended" : "not_sent");
          this.view.announce(words.notSentAnnounced);
          return;
        }
      }
      if (tries + 1 < MOST_TRIES) await pause(delayMs(tries), signal);
    }
    if (message.isSent || signal.aborted) return;
    message.set("not_sent");
    this.view.announce(words.notSentAnnounced);
  }
}

function staffMessage(message: Message, council: string): HTMLElement {
  const who = words.who(message.name ?? words.somebody, council);
  const article = element("article", "message theirs", element("h3", "who", who));
  for (const line of message.text.split("\n").filter((each) => each.trim() !== "")) article.append(element("p", undefined, line));
  if (message.page) {
    const link = element("a", undefined, message.page.title);
    link.href = message.page.href;
    article.append(element("p", "cited", `${words.page} `, link));
  }
  return article;
}

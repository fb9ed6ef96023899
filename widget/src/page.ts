/** The page on which a resident asks: ties the box, the log, the hand-off and the service together. */
import type { AnswerActions } from "./answer";
import { Refusal, cancelTurn, createConversation, deleteConversation, eventsSoFar, sendFeedback } from "./api";
import { Composer } from "./composer";
import { askOnceMore } from "./confirm";
import { byId, element } from "./dom";
import type { Numbered } from "./events";
import { Follower } from "./follow";
import { Handoff, type HandoffPage } from "./handoff";
import { ConversationLog, type Entry } from "./log";
import { newName } from "./names";
import * as session from "./session";
import { StatusLine } from "./status";
import { inWordsWithDate } from "./times";
import { Turn, type TurnEnd, type TurnView } from "./turn";
import type { Receipt, Session } from "./types";
import { deleteWords, personWords, stages, words } from "./words";

/** The service's own limit, should the page not name it. */
const LONGEST_QUESTION = 2000;
/** A line that is back so soon was hardly lost. */
const LOST_MS = 2000;

/** The page. */
export class Page implements AnswerActions, HandoffPage {
  readonly log: ConversationLog;
  readonly status = new StatusLine();
  readonly composer: Composer;
  readonly council: string;
  readonly callBackDays: number | undefined;
  readonly #root = byId("reeve", HTMLElement);
  readonly #clear = byId("clear", HTMLButtonElement);
  readonly #details = byId("contact-details", HTMLElement);
  readonly #examples = document.getElementById("examples");
  readonly #handoff: Handoff;
  #running: { turn: Turn; abort: AbortController; entry: Entry } | undefined;
  #follower: Follower | undefined;
  #lost: ReturnType<typeof setTimeout> | undefined;
  #restoring = false;
  #deleting = false;

  constructor() {
    const { longest, council, callBackDays } = this.#root.dataset;
    this.council = council ?? "";
    this.callBackDays = Number(callBackDays) || undefined;
    this.log = new ConversationLog(byId("log", HTMLElement), this, () => {
      if (!this.#restoring && this.composer.hasFocus) this.composer.stayInView();
    });
    this.composer = new Composer(Number(longest) || LONGEST_QUESTION, {
      send: (text) => this.ask(text),
      stop: () => this.#stop(),
      typing: () => this.#handoff.chat.typing(),
    });
    this.#handoff = new Handoff(this);
    this.#clear.addEventListener("click", () => this.#askToDelete());
    for (const example of this.#examples?.querySelectorAll("button") ?? []) {
      example.addEventListener("click", () => this.ask(example.textContent ?? ""));
    }
    this.#root.hidden = false;
  }

  /** Sends a question, unless another is being answered; or a message, where a person has the conversation. */
  ask(text: string): void {
    this.status.say("done", "");
    if (this.#deleting) this.composer.restore(text);
    else if (this.#handoff.isWithPerson) this.#handoff.chat.send(text);
    else if (this.#running === undefined) void this.#run(text);
  }

  async rate(turn: string, helpful: boolean, comment?: string): Promise<void> {
    const open = session.load();
    if (open === undefined) throw new Error("there is no conversation");
    await sendFeedback(open, turn, helpful, comment);
  }

  contact(): HTMLElement {
    const copy = element("div");
    copy.append(...Array.from(this.#details.childNodes, (node) => node.cloneNode(true)));
    return copy;
  }

  person(): void {
    void this.#handoff.ask();
  }

  callBack(): void {
    this.#handoff.callBack();
  }

  decline(): void {
    void this.#handoff.leave();
  }

  /** What is done in a conversation that has ended is done once more in a new one. */
  async inConversation<Result>(action: (open: Session) => Promise<Result>): Promise<Result> {
    const open = session.load();
    if (open !== undefined) {
      try {
        this.#follow(open);
        return await action(open);
      } catch (problem) {
        if (!(problem instanceof Refusal && problem.isGone)) throw problem;
        if (session.load()?.id === open.id) session.forget();
      }
    }
    const begun = await createConversation();
    session.save(begun);
    this.#follow(begun);
    return action(begun);
  }

  began(): void {
    if (this.#examples !== null) this.#examples.hidden = true;
    this.#clear.hidden = false;
  }

  /** Shows the conversation again that this tab was in before the page was loaded anew. */
  async restore(): Promise<void> {
    const open = session.load();
    if (open === undefined) return;
    let last = 0;
    this.#restoring = true;
    try {
      for await (const event of await eventsSoFar(open)) {
        this.#apply(event);
        last = event.id ?? last;
      }
    } catch (problem) {
      if (problem instanceof Refusal && problem.isGone) {
        session.forget();
        return;
      }
      // What is missing comes when the service can be reached again.
    } finally {
      this.#restoring = false;
    }
    this.#follow(open, last);
    for (const [name, entry] of this.log.pending) await this.#run(entry.question, entry, name);
  }

  /** Listens to a conversation from now on. */
  #follow(open: Session, last = 0): void {
    if (this.#follower?.session.id === open.id) return;
    const isAnother = this.#follower !== undefined;
    this.#follower?.stop();
    if (isAnother) this.#handoff.reset();
    this.#follower = new Follower(open, {
      event: (event) => this.#apply(event),
      connection: (state) => this.#connection(state),
      gone: () => this.#gone(open),
      mayRest: () => !this.#handoff.isOpen && this.#running === undefined,
    }, last);
    this.#follower.start();
  }

  #apply(event: Numbered): void {
    switch (event.name) {
      case "question":
        if (event.data.client_turn_id === undefined) break;
        this.log.question(event.data.client_turn_id, event.data.text);
        this.began();
        break;
      case "status":
        if (this.#isRunning(event.data.client_turn_id)) this.status.say("turn", stages[event.data.stage]);
        break;
      case "sentence":
        this.log.sentence(event.data.client_turn_id, event.data.index, event.data);
        break;
      case "reply":
        if (this.log.reply(event.data.client_turn_id, event.data)) this.#handoff.reply(event.data);
        // Its own stream may be dead and not know it yet.
        if (this.#running?.entry.ended === true) this.#running.abort.abort();
        break;
      case "error":
        this.#failed(event.data.client_turn_id, event.data.code);
        break;
      case "state":
        this.#handoff.state(event.data);
        break;
      case "message":
        this.#handoff.message(event.data);
        break;
      case "feedback":
        this.log.rated(event.data.turn, event.data.helpful);
        break;
      case "queue":
        this.#handoff.queue(event.data);
        break;
      case "typing":
        if (event.data.from === "staff") this.#handoff.typing(event.data.name);
        break;
      case "presence":
        if (event.data.from === "staff") this.#handoff.presence(event.data.name, event.data.here);
        break;
    }
  }

  #isRunning(clientTurnId: string | undefined): boolean {
    return this.#running !== undefined && this.log.entry(clientTurnId) === this.#running.entry;
  }

  /** A turn ended without a reply. One that this page runs hears it itself and may begin anew. */
  #failed(clientTurnId: string | undefined, code: string): void {
    const entry = this.log.entry(clientTurnId);
    if (entry === undefined || this.#isRunning(clientTurnId) || code === "shutting_down") return;
    const notice = { cancelled: words.stopped, taken_over: words.takenOver }[code] ?? words.failed;
    this.log.fail(entry, notice, false);
  }

  #connection(state: "open" | "lost"): void {
    if (state === "open") this.#calm();
    // Each failed try says so again; the first counts.
    else this.#lost ??= setTimeout(() => {
      if (this.#handoff.isOpen) this.status.say("connection", this.#handoff.isWithPerson ? words.reconnecting : personWords.lost);
    }, LOST_MS);
  }

  /** The line is there again, or none is needed. */
  #calm(): void {
    clearTimeout(this.#lost);
    this.#lost = undefined;
    this.status.say("connection", "");
  }

  #gone(open: Session): void {
    this.#calm();
    this.#follower = undefined;
    if (session.load()?.id === open.id) session.forget();
    if (this.#handoff.isOpen) this.log.notice([personWords.conversationEnded]);
    this.#handoff.reset();
  }

  async #run(question: string, shown?: Entry, clientTurnId = newName()): Promise<void> {
    const entry = shown ?? this.log.question(clientTurnId, question);
    const abort = new AbortController();
    const view: TurnView = {
      stage: (stage) => this.status.say("turn", stages[stage]),
      connection: (state) => this.status.say("turn", state === "lost" ? words.reconnecting : words.connecting),
      conversation: (open) => this.#follow(open),
      mayBeginAnew: () => !this.#handoff.isOpen,
      sentence: (index, sentence) => { if (!entry.ended) entry.answer.add(index, sentence); },
      restart: (name) => {
        if (entry.ended) return;
        entry.answer.restart();
        this.log.rename(entry, name);
      },
    };
    const turn = new Turn(question, view, abort.signal, clientTurnId);
    this.#running = { turn, abort, entry };
    this.began();
    this.composer.calm();
    this.composer.setBusy(true);
    this.status.say("turn", words.connecting);
    entry.asked.scrollIntoView({ block: "start" });
    const end = await turn.run();
    // The conversation may have been deleted meanwhile, and another begun.
    if (this.#running?.turn !== turn) return;
    this.#running = undefined;
    this.status.say("turn", "");
    if (!entry.ended) this.#finish(question, entry, end, turn);
    this.composer.setBusy(false);
  }

  #finish(question: string, entry: Entry, end: TurnEnd, turn: Turn): void {
    switch (end.kind) {
      case "reply":
        if (this.log.reply(turn.clientTurnId, end.reply)) this.#handoff.reply(end.reply);
        break;
      case "stopped":
        this.log.fail(entry, words.stopped, false);
        this.composer.restore(question);
        break;
      case "with_person":
        if (end.sent) {
          this.log.fail(entry, words.takenOver, false);
        } else {
          this.log.withdraw(entry);
          this.#handoff.chat.send(question);
        }
        break;
      case "busy":
        this.#fail(question, entry, words.busyElsewhere);
        break;
      case "failed":
        this.#fail(question, entry, end.lost ? words.lost : words.failed);
        break;
    }
  }

  #fail(question: string, entry: Entry, problem: string): void {
    this.log.fail(entry, problem, true);
    this.composer.restore(question);
    this.composer.complain(problem);
  }

  #stop(): void {
    if (this.#running === undefined) return;
    const { turn, abort } = this.#running;
    const names = turn.names;
    abort.abort();
    // Should it not get there, the service notices that nobody listens.
    if (names !== undefined) cancelTurn(names.session, names.clientTurnId).catch(() => undefined);
  }

  #askToDelete(): void {
    const question = this.#handoff.isOpen ? deleteWords.sureOpen : deleteWords.sure;
    askOnceMore(this.#clear, { question, yes: deleteWords.yes, no: deleteWords.no }, () => void this.#delete());
  }

  async #delete(): Promise<void> {
    const open = session.load();
    const running = this.#running;
    // Before the conversation goes, so that nothing asks its question again in a new one.
    this.#running = undefined;
    running?.abort.abort();
    const last = this.#follower?.lastEvent;
    this.#follower?.stop();
    this.#follower = undefined;
    this.#calm();
    this.status.clear();
    this.composer.setBusy(false);
    this.composer.calm();
    let receipt: Receipt | undefined;
    this.#deleting = true;
    try {
      receipt = open === undefined ? undefined : await deleteConversation(open);
    } catch (problem) {
      if (open !== undefined && !(problem instanceof Refusal && problem.isGone)) {
        if (running !== undefined) this.log.fail(running.entry, words.stopped, false);
        this.#follow(open, last);
        this.status.say("done", deleteWords.failed);
        this.#handoff.refresh();
        this.#clear.focus();
        return;
      }
    } finally {
      this.#deleting = false;
    }
    this.#forget(receipt);
  }

  #forget(receipt: Receipt | undefined): void {
    const keepsCallBack = this.#handoff.hasCallBack;
    session.forget();
    this.log.clear();
    this.#handoff.clear();
    if (this.#examples !== null) this.#examples.hidden = false;
    this.#clear.hidden = true;
    const when = receipt === undefined ? undefined : inWordsWithDate(receipt.erased_at);
    const told = receipt === undefined || when === undefined ? deleteWords.done : deleteWords.receipt(receipt.receipt, when);
    const notice = this.log.notice([told, ...(keepsCallBack ? [deleteWords.callBackStays] : [])]);
    notice.tabIndex = -1;
    notice.focus();
  }
}

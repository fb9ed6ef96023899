/** The page on which a resident asks: ties the box, the log and the service together. */
import { Answer, type AnswerActions } from "./answer";
import { cancelTurn, deleteConversation, eventsSoFar, sendFeedback } from "./api";
import { Composer } from "./composer";
import { byId, element } from "./dom";
import * as session from "./session";
import { Turn, type TurnEnd } from "./turn";
import { stages, words } from "./words";

/** The service's own limit, should the page not name it. */
const LONGEST_QUESTION = 2000;

class Page implements AnswerActions {
  readonly #root = byId("reeve", HTMLElement);
  readonly #log = byId("log", HTMLElement);
  readonly #status = byId("status", HTMLElement);
  readonly #clear = byId("clear", HTMLButtonElement);
  readonly #details = byId("contact-details", HTMLElement);
  readonly #examples = document.getElementById("examples");
  readonly #composer: Composer;
  #running: { turn: Turn; abort: AbortController } | undefined;

  constructor() {
    const longest = Number(this.#root.dataset["longest"]) || LONGEST_QUESTION;
    this.#composer = new Composer(longest, (question) => this.ask(question), () => this.#stop());
    this.#clear.addEventListener("click", () => void this.#delete());
    for (const example of this.#examples?.querySelectorAll("button") ?? []) {
      example.addEventListener("click", () => this.ask(example.textContent ?? ""));
    }
    this.#root.hidden = false;
  }

  /** Sends a question, unless another is being answered. */
  ask(question: string): void {
    if (this.#running === undefined) void this.#run(question);
  }

  async rate(turn: string, helpful: boolean): Promise<void> {
    const open = session.load();
    if (open === undefined) throw new Error("there is no conversation");
    await sendFeedback(open, turn, helpful);
  }

  contact(): HTMLElement {
    const copy = element("div");
    copy.append(...Array.from(this.#details.childNodes, (node) => node.cloneNode(true)));
    return copy;
  }

  /** Shows the conversation again that this tab was in before the page was loaded anew. */
  async restore(): Promise<void> {
    const open = session.load();
    if (open === undefined) return;
    const pending = new Map<string, { question: string; answer: Answer }>();
    try {
      for await (const event of await eventsSoFar(open)) {
        const id = event.data.client_turn_id;
        if (id === undefined) continue;
        const shown = pending.get(id);
        if (event.name === "question") {
          pending.set(id, { question: event.data.text, answer: this.#show(event.data.text) });
        } else if (event.name === "reply") {
          shown?.answer.finish(event.data);
          pending.delete(id);
        } else if (event.name === "error") {
          shown?.answer.notice(event.data.code === "cancelled" ? words.stopped : words.failed, false);
          pending.delete(id);
        }
      }
    } catch {
      // The conversation has ended or cannot be reached; the next question finds out which.
    }
    for (const [id, { question, answer }] of pending) await this.#run(question, answer, id);
  }

  async #run(question: string, answer = this.#show(question), clientTurnId?: string): Promise<void> {
    const abort = new AbortController();
    const view = {
      stage: (stage: keyof typeof stages) => this.#say(stages[stage]),
      connection: (state: "connecting" | "lost") => this.#say(state === "lost" ? words.reconnecting : words.connecting),
      sentence: (sentence: Parameters<Answer["add"]>[0]) => answer.add(sentence),
      restart: () => answer.restart(),
    };
    const turn = new Turn(question, view, abort.signal, clientTurnId);
    this.#running = { turn, abort };
    this.#composer.calm();
    this.#composer.setBusy(true);
    this.#say(words.connecting);
    answer.article.previousElementSibling?.scrollIntoView({ block: "start" });
    const end = await turn.run();
    // The conversation may have been deleted meanwhile, and another begun.
    if (this.#running?.turn !== turn) return;
    this.#running = undefined;
    this.#say("");
    this.#finish(question, answer, end);
    this.#composer.setBusy(false);
  }

  #finish(question: string, answer: Answer, end: TurnEnd): void {
    switch (end.kind) {
      case "reply":
        answer.finish(end.reply);
        break;
      case "stopped":
        answer.restart();
        answer.notice(words.stopped, false);
        this.#composer.restore(question);
        break;
      case "busy":
        this.#fail(question, answer, words.busyElsewhere);
        break;
      case "failed":
        this.#fail(question, answer, end.lost ? words.lost : words.failed);
        break;
    }
  }

  #fail(question: string, answer: Answer, problem: string): void {
    answer.restart();
    answer.notice(problem, true);
    this.#composer.restore(question);
    this.#composer.complain(problem);
  }

  #stop(): void {
    if (this.#running === undefined) return;
    const { turn, abort } = this.#running;
    const names = turn.names;
    abort.abort();
    // Should it not get there, the service notices that nobody listens.
    if (names !== undefined) cancelTurn(names.session, names.clientTurnId).catch(() => undefined);
  }

  async #delete(): Promise<void> {
    const open = session.load();
    const running = this.#running;
    this.#running = undefined;
    running?.abort.abort();
    session.forget();
    this.#log.replaceChildren();
    if (this.#examples !== null) this.#examples.hidden = false;
    this.#clear.hidden = true;
    this.#composer.setBusy(false);
    this.#composer.calm();
    this.#composer.focus();
    if (open !== undefined) await deleteConversation(open).catch(() => undefined);
    this.#say(words.deleted);
  }

  /** Puts a question into the log, and an empty place for its answer. */
  #show(question: string): Answer {
    if (this.#examples !== null) this.#examples.hidden = true;
    this.#clear.hidden = false;
    const asked = element("article", "message question", element("h3", "unseen", words.you), element("p", undefined, question));
    const answer = new Answer(this);
    this.#log.append(asked, answer.article);
    return answer;
  }

  #say(status: string): void {
    this.#status.textContent = status;
  }
}

void new Page().restore();

/**
 * The conversation as it is shown: questions with their answers, and notices between them. An event may come twice, by the
 * turn's own stream and by the conversation's; the second time it changes nothing.
 */
import { Answer, type AnswerActions } from "./answer";
import { element } from "./dom";
import type { Reply, Sentence } from "./types";
import { words } from "./words";

/** A question and the place of its answer. */
export interface Entry {
  readonly question: string;
  readonly asked: HTMLElement;
  readonly answer: Answer;
  ended: boolean;
}

/** The log of the page. */
export class ConversationLog {
  readonly #entries = new Map<string, Entry>();
  readonly #answers = new Map<string, Answer>();
  readonly #notices = new Map<string, HTMLElement>();
  #offering: Answer | undefined;
  #lastQuestion: string | undefined;

  constructor(private readonly place: HTMLElement, private readonly actions: AnswerActions, private readonly onGrow: () => void) {}

  get lastQuestion(): string | undefined {
    return this.#lastQuestion;
  }

  /** The questions without an end, by the names of their turns. */
  get pending(): [string, Entry][] {
    return [...this.#entries].filter(([, entry]) => !entry.ended);
  }

  entry(clientTurnId: string | undefined): Entry | undefined {
    return clientTurnId === undefined ? undefined : this.#entries.get(clientTurnId);
  }

  /** Shows a question, unless it is there, and makes an empty place for its answer. */
  question(clientTurnId: string, question: string): Entry {
    const known = this.#entries.get(clientTurnId);
    if (known !== undefined) return known;
    const asked = element("article", "message question", element("h3", "unseen", words.you), element("p", undefined, question));
    const answer = new Answer(this.actions);
    const entry = { question, asked, answer, ended: false };
    this.#entries.set(clientTurnId, entry);
    this.#lastQuestion = question;
    this.place.append(asked, answer.article);
    return entry;
  }

  /** The turn of this question goes by another name from now on. */
  rename(entry: Entry, clientTurnId: string): void {
    for (const [name, each] of this.#entries) if (each === entry) this.#entries.delete(name);
    this.#entries.set(clientTurnId, entry);
  }

  /** Takes a question back that was not one. */
  withdraw(entry: Entry): void {
    for (const [name, each] of this.#entries) if (each === entry) this.#entries.delete(name);
    entry.asked.remove();
    entry.answer.article.remove();
  }

  sentence(clientTurnId: string | undefined, index: number, sentence: Sentence): void {
    const entry = this.entry(clientTurnId);
    if (entry !== undefined && !entry.ended) entry.answer.add(index, sentence);
  }

  /** Shows a reply; says whether it is new. One without a question is a notice of the service. */
  reply(clientTurnId: string | undefined, reply: Reply): boolean {
    if (this.#answers.has(reply.turn)) return false;
    const entry = this.entry(clientTurnId);
    if (entry?.ended === true) return false;
    const answer = entry?.answer ?? new Answer(this.actions, false);
    if (entry === undefined) this.place.append(answer.article);
    else entry.ended = true;
    this.#answers.set(reply.turn, answer);
    answer.finish(reply);
    this.#offering?.showOffer(false, false);
    this.#offering = reply.offers.length > 0 ? answer : undefined;
    return true;
  }

  /** Ends a question without a reply. */
  fail(entry: Entry, notice: string, withPerson: boolean): void {
    if (entry.ended) return;
    entry.ended = true;
    entry.answer.restart();
    entry.answer.notice(notice, withPerson);
  }

  rated(turn: string, helpful: boolean): void {
    this.#answers.get(turn)?.rated(helpful);
  }

  /** Shows or hides the buttons of the last reply's offer. */
  showOffer(open: boolean, canDecline: boolean): void {
    this.#offering?.showOffer(open, canDecline);
  }

  /** What was offered has been taken up, or declined. */
  endOffer(): void {
    this.#offering?.showOffer(false, false);
    this.#offering = undefined;
  }

  /** Adds a message or another article. */
  show(article: HTMLElement): void {
    this.place.append(article);
    this.onGrow();
  }

  /** Adds lines that say what happened. With a name they are shown once, unless they are better than those before. */
  notice(lines: readonly string[], name?: string, better = false): HTMLElement {
    const known = name === undefined ? undefined : this.#notices.get(name);
    if (known !== undefined && !better) return known;
    const notice = element("div", "event", ...lines.map((line) => element("p", undefined, line)));
    if (known === undefined) this.place.append(notice);
    else known.replaceWith(notice);
    if (name !== undefined) this.#notices.set(name, notice);
    this.onGrow();
    return notice;
  }

  clear(): void {
    this.#entries.clear();
    this.#answers.clear();
    this.#notices.clear();
    this.#offering = undefined;
    this.#lastQuestion = undefined;
    this.place.replaceChildren();
  }
}

/**
 * The conversation as it is shown: questions with their answers, and notices between them. An event may come twice, by the
 * turn's own stream and by the conversation's; the second time it changes nothing.
 */
import { newAnswer, type Answer } from "./answer";
import { element, paragraph } from "./dom";
import { words } from "./language";
import type { Reply, Sentence } from "./types";
import { coming, log } from "./ui";

/** A question and the place of its answer. */
export interface Entry {
  /** The name of its turn. */
  name: string;
  readonly question: string;
  readonly asked: HTMLElement;
  readonly answer: Answer;
  ended: boolean;
}

const known = new Map<string, Entry>();
const answers = new Map<string, Answer>();
const notices = new Map<string, HTMLElement>();
let offering: Answer | undefined;
let grown: (article: HTMLElement) => void = () => undefined;

/** Calls back when something was added, with it. */
export function onGrow(callback: (article: HTMLElement) => void): void {
  grown = callback;
}

/** The questions that there are now. */
export const entries = (): Entry[] => [...known.values()];

/** The last question. */
export const question = (): string | undefined => entries().pop()?.question;

export const entry = (clientTurnId: string | undefined): Entry | undefined => known.get(clientTurnId ?? "");

/** Shows a question, unless it is there, and makes an empty place for its answer. */
export function ask(clientTurnId: string, text: string): Entry {
  const before = entry(clientTurnId);
  if (before) return before;
  const asked = element("article", "question", element("h3", "unseen", words.you), paragraph(text));
  const made = { name: clientTurnId, question: text, asked, answer: newAnswer(true), ended: false };
  known.set(clientTurnId, made);
  coming.append(made.answer.article);
  show(asked);
  return made;
}

/** The turn of this question begins anew, under another name, unless it has ended. */
export function restart(which: Entry, clientTurnId: string): void {
  if (which.ended) return;
  which.answer.restart();
  known.delete(which.name);
  known.set(which.name = clientTurnId, which);
}

/** Takes a question back that was not one. */
export function withdraw(which: Entry): void {
  known.delete(which.name);
  which.asked.remove();
  which.answer.article.remove();
}

export function sentence(clientTurnId: string | undefined, index: number, said: Sentence): void {
  const which = entry(clientTurnId);
  if (which && !which.ended) which.answer.add(index, said);
}

/** Shows a reply; says whether it is new. One without a question is a notice of the service. */
export function reply(clientTurnId: string | undefined, said: Reply): boolean {
  if (answers.has(said.turn)) return false;
  const which = entry(clientTurnId);
  if (which?.ended) return false;
  const answer = which?.answer ?? newAnswer(false);
  if (which) which.ended = true;
  answers.set(said.turn, answer);
  answer.finish(said);
  endOffer();
  if (said.offers.length > 0) offering = answer;
  show(answer.article);
  return true;
}

/** Ends a question without a reply. */
export function fail(which: Entry, notice: string, withPerson = false): void {
  if (which.ended) return;
  which.ended = true;
  which.answer.restart();
  which.answer.notice(notice, withPerson);
  show(which.answer.article);
}

export const rated = (turn: string, helpful: boolean): void => answers.get(turn)?.rated(helpful);

/** Shows or hides the buttons of the last reply's offer. */
export const showOffer = (open: boolean, canDecline: boolean): void => offering?.showOffer(open, canDecline);

/** What was offered has been taken up, or declined. */
export function endOffer(): void {
  showOffer(false, false);
  offering = undefined;
}

/** Adds a message or another article. */
export function show(article: HTMLElement): void {
  log.append(article);
  grown(article);
}

/** Adds the lines that there are of what happened. With a name they are shown once, unless they are better than those before. */
export function notice(lines: readonly (string | false | undefined)[], name = "", better = false): HTMLElement {
  const before = notices.get(name);
  if (before && !better) return before;
  const told = element("div", "event");
  for (const line of lines) if (line) told.append(element("p", "", line));
  if (before) before.replaceWith(told);
  else show(told);
  if (name) notices.set(name, told);
  return told;
}

export function clear(): void {
  known.clear();
  answers.clear();
  notices.clear();
  log.replaceChildren();
  coming.replaceChildren();
}

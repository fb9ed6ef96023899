/** One answer on the page: its sentences as they come, then its sources, the way to a person, and whether it helped. */
import { pieces, type Piece } from "./blocks";
import { button, element } from "./dom";
import { Rating, type RatingActions } from "./rating";
import type { Citation, Offer, Reply, Sentence } from "./types";
import { personWords, words } from "./words";

/** What an answer asks of the page around it. */
export interface AnswerActions extends RatingActions {
  ask(question: string): void;
  /** Asks for a person. */
  person(): void;
  /** Shows the form for a call-back. */
  callBack(): void;
  /** The person who was offered is not wanted. */
  decline(): void;
}

/** Ends as a sentence of running text does. */
const WHOLE = /[.!?…:]["'”’)]*\s*$/u;

let answers = 0;

/** An answer that grows. */
export class Answer {
  readonly article: HTMLElement;
  readonly #body = element("div", "text");
  readonly #id = `answer-${++answers}`;
  #shown: Sentence[] = [];
  #rating: Rating | undefined;
  #offer: HTMLElement | undefined;

  /** A reply that nobody asked the assistant for is a notice of the service. */
  constructor(private readonly actions: AnswerActions, isAsked = true) {
    const heading = element("h3", "unseen", isAsked ? words.assistant : words.notice);
    this.article = element("article", "message answer", heading, this.#body);
    this.article.hidden = true;
  }

  /** Shows the sentence of this number, from 0. After a lost line they come again from the first. */
  add(index: number, sentence: Sentence): void {
    if (index !== this.#shown.length) return;
    this.#shown.push(sentence);
    this.#append(sentence);
    this.article.hidden = false;
  }

  /** Takes away what was shown. */
  restart(): void {
    this.#shown = [];
    this.#body.replaceChildren();
    this.article.hidden = true;
  }

  /** Shows what the reply adds to the sentences already there. A screen reader reads only what is new. */
  finish(reply: Reply): void {
    const sentences = reply.sentences.length > 0 ? reply.sentences : [{ text: reply.text, citations: [] }];
    const agrees = this.#shown.every((sentence, index) => sentence.text === sentences[index]?.text);
    if (!agrees || reply.outcome === "clarify") this.restart();
    this.article.classList.add(reply.outcome);
    if (reply.outcome === "clarify") this.#choices(sentences, reply.choices ?? []);
    else for (const [index, sentence] of sentences.entries()) this.add(index, sentence);
    if (reply.citations.length > 0 && reply.outcome !== "clarify") this.article.append(this.#sources(reply.citations));
    if (reply.offers.length > 0) this.article.append(this.#person(reply.offers));
    if (reply.outcome === "answer") {
      this.#rating = new Rating(this.#id, reply.turn, this.actions);
      this.article.append(this.#rating.group);
    }
    this.article.hidden = false;
  }

  /** Shows the buttons to take up what the reply offered, and the one to decline it; or none once that is over. */
  showOffer(open: boolean, canDecline: boolean): void {
    if (this.#offer === undefined) return;
    this.#offer.hidden = !open;
    const decline = this.#offer.querySelector<HTMLElement>("[data-decline]");
    if (decline !== null) decline.hidden = !canDecline;
  }

  /** Shows how the answer was rated before. */
  rated(helpful: boolean): void {
    this.#rating?.restore(helpful);
  }

  /** Shows a fixed text instead of an answer. */
  notice(text: string, withPerson: boolean): void {
    this.article.classList.add("notice");
    this.article.append(element("p", undefined, text));
    if (withPerson) this.article.append(this.#person([]));
    this.article.hidden = false;
  }

  #append(sentence: Sentence): void {
    const lines = pieces(sentence.text);
    const before = this.#shown.at(-2);
    // A table row ends without a full stop; run into one paragraph, rows cannot be told apart.
    const flows = WHOLE.test(sentence.text) && (before === undefined || WHOLE.test(before.text));
    lines.forEach((line, index) => {
      const place = this.#place(line, flows && index === 0);
      if (place.childNodes.length > 0) place.append(" ");
      place.append(line.text);
      if (index === lines.length - 1) place.append(...sentence.citations.map((number) => this.#mark(number)));
    });
  }

  /** Where a line goes: sentences flow into one paragraph, items and steps into one list. */
  #place(line: Piece, flows: boolean): HTMLElement {
    const last = this.#body.lastElementChild;
    if (line.kind === "text") {
      if (flows && last instanceof HTMLParagraphElement) return last;
      return this.#body.appendChild(element("p"));
    }
    const item = element("li");
    if (line.kind === "item") {
      const list = last instanceof HTMLUListElement ? last : this.#body.appendChild(element("ul"));
      return list.appendChild(item);
    }
    item.value = line.number;
    const list = last instanceof HTMLOListElement ? last : this.#body.appendChild(element("ol"));
    return list.appendChild(item);
  }

  #sourceId(number: number): string {
    return `${this.#id}-source-${number}`;
  }

  #mark(number: number): HTMLElement {
    const link = element("a", "mark", String(number));
    link.href = `#${this.#sourceId(number)}`;
    link.setAttribute("aria-label", words.source(number));
    return element("sup", undefined, link);
  }

  #sources(citations: readonly Citation[]): HTMLElement {
    const list = element("ol", "sources");
    for (const citation of citations) {
      const link = element("a", undefined, citation.heading === citation.title || citation.heading === ""
        ? citation.title
        : `${citation.title} › ${citation.heading}`);
      link.href = citation.href;
      const quote = element("details", undefined, element("summary", undefined, words.quote), element("blockquote", undefined, citation.quote_text));
      const item = element("li", undefined, link, quote);
      item.id = this.#sourceId(citation.n);
      item.value = citation.n;
      list.append(item);
    }
    return element("div", "section", element("h4", undefined, words.sources), list);
  }

  /** The question back, and each reading as a button that asks it; readings that the text lists count as well. */
  #choices(sentences: readonly Sentence[], named: readonly string[]): void {
    const lines = sentences.flatMap((sentence) => pieces(sentence.text));
    const listed = lines.filter((line) => line.kind !== "text").map((line) => line.text);
    const choices = named.length > 0 ? named : listed;
    for (const line of lines.filter((each) => each.kind === "text")) this.#body.append(element("p", undefined, line.text));
    const list = element("ul", "choices");
    for (const choice of choices) list.append(element("li", undefined, button(choice, "choice", () => this.actions.ask(choice))));
    if (choices.length > 0) this.#body.append(list);
  }

  #person(offers: readonly Offer[]): HTMLElement {
    const section = element("div", "section", element("h4", undefined, words.person), this.actions.contact());
    const offer = element("div", "buttons offer");
    if (offers.includes("human")) offer.append(button(personWords.talk, "button", () => this.actions.person()));
    if (offers.includes("call_back")) offer.append(button(personWords.callBack, "button plain", () => this.actions.callBack()));
    if (offers.length > 0) {
      const decline = button(personWords.decline, "link", () => this.actions.decline());
      decline.dataset["decline"] = "";
      offer.append(decline);
      offer.hidden = true;
      this.#offer = offer;
      section.append(offer);
    }
    return section;
  }
}

/** One answer on the page: its sentences as they come, then its sources, the way to a person, and whether it helped. */
import { pieces, type Piece } from "./blocks";
import { button, element } from "./dom";
import type { Citation, Reply, Sentence } from "./types";
import { words } from "./words";

/** What an answer asks of the page around it. */
export interface AnswerActions {
  ask(question: string): void;
  rate(turn: string, helpful: boolean): Promise<void>;
  /** A copy of the council's contact details. */
  contact(): HTMLElement;
}

/** Ends as a sentence of running text does. */
const WHOLE = /[.!?…:]["'”’)]*\s*$/u;

let answers = 0;

/** An answer that grows. */
export class Answer {
  readonly article: HTMLElement;
  readonly #body = element("div", "text");
  readonly #number = ++answers;
  #shown: Sentence[] = [];

  constructor(private readonly actions: AnswerActions) {
    const heading = element("h3", "unseen", words.assistant);
    this.article = element("article", "message answer", heading, this.#body);
    this.article.hidden = true;
  }

  /** Shows one more sentence. */
  add(sentence: Sentence): void {
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
    else for (const sentence of sentences.slice(this.#shown.length)) this.add(sentence);
    if (reply.citations.length > 0 && reply.outcome !== "clarify") this.article.append(this.#sources(reply.citations));
    if (reply.offers.length > 0) this.article.append(this.#person());
    if (reply.outcome === "answer") this.article.append(this.#rating(reply.turn));
    this.article.hidden = false;
  }

  /** Shows a fixed text instead of an answer. */
  notice(text: string, withPerson: boolean): void {
    this.article.classList.add("notice");
    this.article.append(element("p", undefined, text));
    if (withPerson) this.article.append(this.#person());
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
    return `answer-${this.#number}-source-${number}`;
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

  #person(): HTMLElement {
    return element("div", "section", element("h4", undefined, words.person), this.actions.contact());
  }

  #rating(turn: string): HTMLElement {
    const question = element("p", undefined, words.helpful);
    question.id = `answer-${this.#number}-helpful`;
    const group = element("div", "section rating", question);
    group.setAttribute("role", "group");
    group.setAttribute("aria-labelledby", question.id);
    const rate = (helpful: boolean) => {
      this.actions.rate(turn, helpful).then(
        () => {
          for (const choice of group.querySelectorAll("button")) choice.remove();
          question.textContent = helpful ? words.thanks : words.notHelpful;
          // The button that had the focus is gone; the thanks take its place.
          question.tabIndex = -1;
          question.focus();
          if (!helpful) group.append(this.actions.contact());
        },
        () => { question.textContent = words.feedbackFailed; },
      );
    };
    group.append(button(words.yes, "button plain", () => rate(true)), button(words.no, "button plain", () => rate(false)));
    return group;
  }
}

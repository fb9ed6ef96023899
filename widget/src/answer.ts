/** One answer: its sentences as they come, then its sources, the way to a person, and whether it helped. */
import { pieces, type Piece } from "./blocks";
import { contactDetails } from "./contact";
import { ask } from "./conversation";
import { bringIntoView, button, element, focusOn, set, written } from "./dom";
import * as handoff from "./handoff";
import { inEnglish, words } from "./language";
import { link } from "./link";
import { newRating } from "./rating";
import type { Citation, Offer, Reply, Sentence } from "./types";

/** Ends as a sentence of running text does. */
const WHOLE = /[.!?…:]["'”’)]*\s*$/u;

let answers = 0;

/** An answer that grows. */
export interface Answer {
  readonly article: HTMLElement;
  /** Shows the sentence of this number, from 0. After a lost line they come again from the first. */
  add(index: number, sentence: Sentence): void;
  /** Takes away what was shown. */
  restart(): void;
  /** Shows what the reply adds to the sentences already there. */
  finish(reply: Reply): void;
  /** Shows the buttons to take up what the reply offered, and the one to decline it; or none once that is over. */
  showOffer(open: boolean, canDecline: boolean): void;
  /** Shows how the answer was rated before. */
  rated(helpful: boolean): void;
  /** Shows a fixed text instead of an answer. */
  notice(text: string, withPerson: boolean): void;
}

/** A reply that nobody asked the assistant for is a notice of the service. */
export function newAnswer(isAsked: boolean): Answer {
  const id = `answer-${++answers}`;
  const body = element("div", { class: "text", ...inEnglish() });
  const article = element("article", { class: "message answer", hidden: "" },
    element("h3", "unseen", isAsked ? words.assistant : words.notice), body);
  let shown: Sentence[] = [];
  let offer: HTMLElement | undefined;
  let decline: HTMLElement | undefined;
  let rated: ((helpful: boolean) => void) | undefined;

  const add = (index: number, sentence: Sentence) => {
    if (index !== shown.length) return;
    const before = shown[shown.length - 1];
    shown.push(sentence);
    // A table row ends without a full stop; run into one paragraph, rows cannot be told apart.
    let flows = WHOLE.test(sentence.text) && (before === undefined || WHOLE.test(before.text));
    let place: HTMLElement = body;
    for (const line of pieces(sentence.text)) {
      place = placeFor(line, flows);
      flows = false;
      if (place.childNodes.length > 0) place.append(" ");
      place.append(written(line.text));
    }
    for (const number of sentence.citations) place.append(mark(number));
    article.hidden = false;
  };

  /** Where a line goes: sentences flow into one paragraph, items and steps into one list. */
  const placeFor = (line: Piece, flows: boolean): HTMLElement => {
    const last = body.lastElementChild;
    if (line.kind === "text") return flows && last?.tagName === "P" ? (last as HTMLElement) : body.appendChild(element("p"));
    const tag = line.kind === "item" ? "ul" : "ol";
    const list = last?.localName === tag ? last : body.appendChild(element(tag));
    return list.appendChild(element("li", line.kind === "item" ? "" : { value: line.number }));
  };

  /** A link to a source below. An address that leads to a part of a page leads out of the widget, so a script goes there. */
  const mark = (number: number): HTMLElement => {
    const made = element("a", { class: "mark", href: `#${id}-${number}`, "aria-label": words.source(number) }, String(number));
    if (words.lang !== "en") made.lang = words.lang;
    made.addEventListener("click", (event) => {
      event.preventDefault();
      const source = article.querySelector<HTMLElement>(`#${id}-${number}`);
      if (source === null) return;
      bringIntoView(source);
      focusOn(source);
    });
    return element("sup", "", made);
  };

  const sources = (citations: readonly Citation[]): HTMLElement => {
    const list = element("ol", "sources");
    for (const { n, title, heading, href, quote_text } of citations) {
      list.append(element("li", { id: `${id}-${n}`, value: n },
        link(heading === title || heading === "" ? title : `${title} › ${heading}`, href),
        element("details", "", element("summary", "", words.quote), element("blockquote", { dir: "auto", ...inEnglish() }, written(quote_text)))));
    }
    return element("div", "section", element("h4", "", words.sources), list);
  };

  /** The question back, and each reading as a button that asks it; readings that the text lists count as well. */
  const choices = (sentences: readonly Sentence[], named: readonly string[]) => {
    const list = element("ul", "choices");
    const offerChoice = (choice: string) => {
      const made = button("", "choice", () => ask(choice));
      made.append(written(choice));
      list.append(element("li", "", made));
    };
    for (const { text } of sentences) {
      for (const line of pieces(text)) {
        if (line.kind === "text") body.append(element("p", "", written(line.text)));
        else if (named.length === 0) offerChoice(line.text);
      }
    }
    for (const choice of named) offerChoice(choice);
    if (list.hasChildNodes()) body.append(list);
  };

  const person = (offers: readonly Offer[]): HTMLElement => {
    const section = element("div", "section", element("h4", "", words.person), contactDetails());
    if (offers.length === 0) return section;
    offer = element("div", { class: "buttons offer", hidden: "" });
    for (const each of offers) {
      offer.append(each === "human"
        ? button(words.person, "button", () => void handoff.ask())
        : button(words.callBack, "button plain", handoff.callBack));
    }
    decline = button(words.decline, "link", () => void handoff.leave());
    offer.append(decline);
    section.append(offer);
    return section;
  };

  const restart = () => {
    shown = [];
    body.replaceChildren();
    article.hidden = true;
  };

  return {
    article,
    add,
    restart,
    finish(reply) {
      const isClarify = reply.outcome === "clarify";
      const sentences = reply.sentences.length > 0 ? reply.sentences : [{ text: reply.text, citations: [] }];
      let agrees = !isClarify;
      for (let at = 0; at < shown.length; at += 1) agrees &&= shown[at]?.text === sentences[at]?.text;
      if (!agrees) restart();
      article.classList.add(reply.outcome);
      if (isClarify) choices(sentences, reply.choices ?? []);
      else for (let next = 0; next < sentences.length; next += 1) add(next, sentences[next] as Sentence);
      if (reply.citations.length > 0 && !isClarify) article.append(sources(reply.citations));
      if (reply.offers.length > 0) article.append(person(reply.offers));
      if (reply.outcome === "answer") {
        const rating = newRating(id, reply.turn);
        rated = rating.restore;
        article.append(rating.group);
      }
      article.hidden = false;
    },
    showOffer(open, canDecline) {
      if (offer === undefined || decline === undefined) return;
      offer.hidden = !open;
      decline.hidden = !canDecline;
    },
    rated: (helpful) => rated?.(helpful),
    notice(text, withPerson) {
      set(article, { class: "message answer notice" });
      article.append(element("p", "", text));
      if (withPerson) article.append(person([]));
      article.hidden = false;
    },
  };
}

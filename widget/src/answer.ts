/** One answer: its sentences as they come, then its sources, the way to a person, and whether it helped. */
import { pieces, type Piece } from "./blocks";
import { choices } from "./choices";
import { contactDetails } from "./contact";
import { button, element, focusOn, instead, written } from "./dom";
import * as handoff from "./handoff";
import { inEnglish, words } from "./language";
import { link } from "./link";
import { newRating } from "./rating";
import type { Citation, ContactDetails, Offer, Reply, Sentence, SuggestedPage } from "./types";

/** Ends as a sentence of running text does. */
const WHOLE = /[.!?…:]["'”’)]*\s*$/u;

let answers = 0;

const placeLink = ({ title, heading, href }: SuggestedPage): HTMLElement =>
  link(heading === title || heading === "" ? title : `${title} › ${heading}`, href);

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
  const article = element("article", { class: "answer", hidden: "" },
    element("h3", "unseen", isAsked ? words.assistant : words.notice), body);
  const offer = element("div", { class: "buttons offer", hidden: "" });
  const decline = button(words.decline, "link", handoff.leave);
  let shown: Sentence[] = [];
  let rated: ((helpful: boolean) => void) | undefined;

  const add = (index: number, sentence: Sentence) => {
    if (index !== shown.length) return;
    const before = shown[index - 1];
    shown.push(sentence);
    // A table row ends without a full stop; run into one paragraph, rows cannot be told apart.
    let flows = WHOLE.test(sentence.text) && (!before || WHOLE.test(before.text));
    let place: HTMLElement = body;
    for (const line of pieces(sentence.text)) {
      place = placeFor(line, flows);
      flows = false;
      if (place.hasChildNodes()) place.append(" ");
      place.append(written(line.text));
    }
    for (const number of sentence.citations) place.append(mark(number));
    article.hidden = false;
  };

  /** Where a line goes: sentences flow into one paragraph, items and steps into one list. */
  const placeFor = ({ tag, number }: Piece, flows: boolean): HTMLElement => {
    let last = body.lastElementChild as HTMLElement | null;
    if (last?.localName !== tag || (tag === "p" && !flows)) body.append((last = element(tag)));
    return tag === "p" ? last : last.appendChild(element("li", number ? { value: number } : ""));
  };

  /** A link to a source below. An address that leads to a part of a page leads out of the widget, so a script goes there. */
  const mark = (number: number): HTMLElement => {
    const href = `#${id}-${number}`;
    const made = element("a", { class: "mark", lang: words.lang, href, "aria-label": words.source(number) }, String(number));
    instead(made, "click", () => {
      const source = article.querySelector<HTMLElement>(href);
      // Sources come with the end of the reply.
      if (source) focusOn(source);
    });
    return element("sup", "", made);
  };

  const section = (heading: string, ...content: HTMLElement[]) =>
    article.append(element("div", "section", element("h4", "", heading), ...content));

  const sources = (citations: readonly Citation[]) => {
    const list = element("ol", "sources");
    for (const citation of citations) {
      list.append(element("li", { id: `${id}-${citation.n}`, value: citation.n }, placeLink(citation),
        element("details", "", element("summary", "", words.quote), element("blockquote", { dir: "auto", ...inEnglish() }, written(citation.quote_text)))));
    }
    section(words.sources, list);
  };

  /** The question back, and each reading as a button that asks it; readings that the text lists count as well. */
  const clarify = (sentences: readonly Sentence[], named: readonly string[]) => {
    const listed: string[] = [];
    for (const { text } of sentences) {
      for (const line of pieces(text)) {
        if (line.tag === "p") body.append(element("p", "", written(line.text)));
        else listed.push(line.text);
      }
    }
    const readings = named.length > 0 ? named : listed;
    if (readings.length > 0) body.append(choices(readings));
  };

  const person = (offers: readonly Offer[], contact?: ContactDetails) => {
    for (const each of offers) {
      offer.append(each === "human"
        ? button(words.person, "button", handoff.ask)
        : button(words.callBack, "button plain", handoff.callBack), decline);
    }
    section(words.person, contactDetails(contact), offer);
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
      if (isClarify) clarify(sentences, reply.choices ?? []);
      else for (let next = 0; next < sentences.length; next += 1) add(next, sentences[next]!);
      if (reply.citations.length > 0 && !isClarify) sources(reply.citations);
      if (reply.pages) section(words.pages, element("ul", "", ...reply.pages.map((page) => element("li", "", placeLink(page)))));
      if (reply.offers.length > 0) person(reply.offers, reply.contact);
      if (reply.outcome === "answer") {
        const rating = newRating(id, reply.turn);
        rated = rating.restore;
        article.append(rating.group);
      }
      article.hidden = false;
    },
    showOffer(open, canDecline) {
      offer.hidden = !open;
      decline.hidden = !canDecline;
    },
    rated: (helpful) => rated?.(helpful),
    notice(text, withPerson) {
      article.classList.add("notice");
      article.append(element("p", "", text));
      if (withPerson) person([]);
      article.hidden = false;
    },
  };
}

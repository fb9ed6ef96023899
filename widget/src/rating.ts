/** Whether an answer helped: Yes or No, and after No what was wrong, if the resident wants to say. */
import { button, element } from "./dom";
import { ratingWords as words } from "./words";

/** What a rating asks of the page around it. */
export interface RatingActions {
  rate(turn: string, helpful: boolean, comment?: string): Promise<void>;
  /** A copy of the council's contact details. */
  contact(): HTMLElement;
}

/** As many characters as the service keeps of a comment. */
const LONGEST_COMMENT = 2000;

/** The rating of one answer. */
export class Rating {
  readonly group = element("div", "section rating");
  readonly #question = element("p", undefined, words.question);
  #rated = false;

  constructor(private readonly id: string, private readonly turn: string, private readonly actions: RatingActions) {
    this.#question.id = `${id}-helpful`;
    this.group.setAttribute("role", "group");
    this.group.setAttribute("aria-labelledby", this.#question.id);
    this.group.append(this.#question,
      button(words.yes, "button plain", () => void this.#rate(true)),
      button(words.no, "button plain", () => void this.#rate(false)));
  }

  /** Shows what was said before the page was loaded anew, or in another tab. */
  restore(helpful: boolean): void {
    if (!this.#rated) this.#close(helpful ? words.saidYes : words.saidNo);
  }

  async #rate(helpful: boolean): Promise<void> {
    try {
      await this.actions.rate(this.turn, helpful);
    } catch {
      this.#question.textContent = words.failed;
      return;
    }
    // The service's own word of it may have come first; the thanks are due all the same.
    this.#close(helpful ? words.thanks : words.notHelpful);
    // The button that had the focus is gone; the thanks take its place.
    this.#question.tabIndex = -1;
    this.#question.focus();
    if (!helpful) this.group.append(this.actions.contact(), this.#commentForm());
  }

  #close(said: string): void {
    this.#rated = true;
    for (const choice of this.group.querySelectorAll("button")) choice.remove();
    this.#question.textContent = said;
  }

  #commentForm(): HTMLElement {
    const box = element("textarea");
    box.id = `${this.id}-comment`;
    box.rows = 2;
    box.maxLength = LONGEST_COMMENT;
    const label = element("label", undefined, words.comment);
    label.htmlFor = box.id;
    const hint = element("p", "hint", words.commentHint);
    hint.id = `${this.id}-comment-hint`;
    box.setAttribute("aria-describedby", hint.id);
    const told = element("p", "problem");
    told.setAttribute("role", "alert");
    const form = element("form", "comment", label, hint, told, box);
    form.noValidate = true;
    const send = element("button", "button plain", words.send);
    form.append(element("div", "buttons", send));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const comment = box.value.trim();
      if (comment === "") {
        told.textContent = words.commentEmpty;
        box.focus();
        return;
      }
      this.actions.rate(this.turn, false, comment).then(
        () => {
          const thanks = element("p", undefined, words.commentThanks);
          thanks.tabIndex = -1;
          form.replaceWith(thanks);
          thanks.focus();
        },
        () => { told.textContent = words.commentFailed; },
      );
    });
    return form;
  }
}

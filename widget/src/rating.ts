/** Whether an answer helped: Yes or No, and after No what was wrong, if the resident wants to say. */
import { contactDetails } from "./contact";
import { rate } from "./conversation";
import { button, element, focusOn, instead } from "./dom";
import { newField } from "./field";
import { words } from "./language";

/** As many characters as the service keeps of a comment. */
const LONGEST_COMMENT = 2000;

/** The rating of one answer; `restore` shows what was said before the page was loaded anew. */
export function newRating(id: string, turn: string): { group: HTMLElement; restore(helpful: boolean): void } {
  const question = element("p", "", words.helpful);
  /** It is rated, or about to be. */
  let isRated: unknown;
  const close = (said: string) => {
    isRated = true;
    yes.remove();
    no.remove();
    question.textContent = said;
  };
  const choose = (helpful: boolean) => isRated ||= rate(turn, helpful).then(() => {
    // The service's own word of it may have come first; the thanks are due all the same.
    close(helpful ? words.thanks : words.notHelpful);
    // The button that had the focus is gone; the thanks take its place.
    focusOn(question);
    if (!helpful) group.append(contactDetails(), commentForm(id, turn));
  }, () => {
    question.textContent = words.commentFailed;
    isRated = false;
  });
  const yes = button(words.yes, "button plain", () => choose(true));
  const no = button(words.no, "button plain", () => choose(false));
  const group = element("div", { class: "section rating", role: "group", "aria-label": words.helpful }, question, yes, no);
  return { group, restore: (helpful) => { if (!isRated) close(helpful ? words.saidYes : words.saidNo); } };
}

function commentForm(id: string, turn: string): HTMLElement {
  const { control: box, problem: told, row } = newField(id, "comment", words.comment, "textarea", { maxlength: LONGEST_COMMENT, dir: "auto" }, words.hint);
  told.role = "alert";
  const form = element("form", "comment", row, element("button", "button plain", words.commentSend));
  instead(form, "submit", () => {
    const comment = box.value.trim();
    if (!comment) {
      told.textContent = words.commentEmpty;
      box.focus();
      return;
    }
    rate(turn, false, comment).then(
      () => {
        const thanks = element("p", "", words.commentThanks);
        form.replaceWith(thanks);
        focusOn(thanks);
      },
      () => { told.textContent = words.commentFailed; },
    );
  });
  return form;
}

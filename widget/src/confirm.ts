/** Asking once more before something that cannot be taken back. */
import { button, element } from "./dom";

let questions = 0;

/** Words of the question and its two answers. */
export interface Sure {
  readonly question: string;
  readonly yes: string;
  readonly no: string;
}

/**
 * Shows the question in the place of the button that was pressed. The focus goes to the question and not to an answer, so
 * that a key that is held down does not answer it; Escape is a no.
 */
export function askOnceMore(trigger: HTMLButtonElement, sure: Sure, onYes: () => void): void {
  const question = element("p", undefined, sure.question);
  question.id = `sure-${++questions}`;
  question.tabIndex = -1;
  const close = () => {
    group.remove();
    trigger.hidden = false;
  };
  const no = () => {
    close();
    trigger.focus({ preventScroll: true });
  };
  const answers = element("div", "buttons",
    button(sure.yes, "button alarm", () => { close(); onYes(); }),
    button(sure.no, "button plain", no));
  const group = element("div", "sure", question, answers);
  group.setAttribute("role", "group");
  group.setAttribute("aria-labelledby", question.id);
  group.addEventListener("keydown", (event) => { if (event.key === "Escape") no(); });
  trigger.hidden = true;
  trigger.after(group);
  question.focus();
}

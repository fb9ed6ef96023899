/** Asking once more before something that cannot be taken back. */
import { bringIntoView, button, element, focus, focusOn } from "./dom";

/**
 * Shows the question in the place of the button that was pressed. The focus goes to the question and not to an answer, so
 * that a key that is held down does not answer it; Escape is a no.
 */
export function askOnceMore(trigger: HTMLButtonElement, asked: string, yes: string, no: string, onYes: () => unknown): void {
  const question = element("p", "", asked);
  const close = () => {
    group.remove();
    trigger.hidden = false;
  };
  const refuse = () => {
    close();
    focus(trigger);
  };
  const accept = () => {
    close();
    onYes();
  };
  const group = element("div", { class: "sure", role: "group", "aria-label": asked }, question,
    element("div", "buttons", button(yes, "button alarm", accept), button(no, "button plain", refuse)));
  group.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    refuse();
  });
  trigger.hidden = true;
  trigger.after(group);
  focusOn(question);
  bringIntoView(group);
}

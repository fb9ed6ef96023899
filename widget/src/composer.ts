/** The box in which a question or a message is typed, its limit, and the buttons beside it. */
import { byId } from "./dom";
import { chatWords, words } from "./words";

/** What the box asks of the page around it. */
export interface ComposerActions {
  send(text: string): void;
  stop(): void;
  typing(): void;
}

/** The rest of the limit is shown from here on, so that it does not nag. */
const SHOW_COUNT_AT = 0.9;

export class Composer {
  readonly #form = byId("form", HTMLFormElement);
  readonly #box = byId("question", HTMLTextAreaElement);
  readonly #label = byId("question-label", HTMLElement);
  readonly #count = byId("count", HTMLElement);
  readonly #problem = byId("problem", HTMLElement);
  readonly #send = byId("send", HTMLButtonElement);
  readonly #stop = byId("stop", HTMLButtonElement);
  #busy = false;
  /** The person to whom messages go; none while the assistant answers. */
  #person: string | undefined;

  constructor(private readonly longest: number, actions: ComposerActions) {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const question = this.#take();
      if (question !== undefined) actions.send(question);
    });
    this.#box.addEventListener("keydown", (event) => {
      // While a word is being composed, as in Chinese or Japanese, Enter accepts the word.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      if (!this.#busy) this.#form.requestSubmit();
    });
    this.#box.addEventListener("input", () => {
      this.#showCount();
      if (this.#person !== undefined && this.#box.value.trim() !== "") actions.typing();
    });
    this.#stop.addEventListener("click", () => actions.stop());
  }

  /** Says whom the text goes to. */
  address(person: string | undefined): void {
    this.#person = person;
    this.#label.textContent = person === undefined ? chatWords.question : chatWords.label(person);
  }

  /** Shows Stop while an answer is on its way, and keeps the keyboard's focus on something that is there. */
  setBusy(busy: boolean): void {
    const focused = document.activeElement;
    this.#busy = busy;
    this.#stop.hidden = !busy;
    this.#send.hidden = busy;
    if (busy && (focused === this.#send || focused === null || focused === document.body)) this.#stop.focus({ preventScroll: true });
    if (!busy && focused === this.#stop) this.#box.focus({ preventScroll: true });
  }

  /** Says what is wrong and what to do. */
  complain(problem: string): void {
    this.#problem.textContent = problem;
    this.#box.setAttribute("aria-invalid", "true");
    this.#box.setAttribute("aria-describedby", "problem hint count");
  }

  /** Puts a question back that could not be answered, unless another is being typed. */
  restore(question: string): void {
    if (this.#box.value.trim() === "") this.#box.value = question;
    this.#showCount();
  }

  focus(): void {
    this.#box.focus({ preventScroll: true });
  }

  get hasFocus(): boolean {
    return document.activeElement === this.#box;
  }

  /** Keeps the box in view while what is above it grows. */
  stayInView(): void {
    this.#form.scrollIntoView({ block: "nearest" });
  }

  /** Takes complaints back. */
  calm(): void {
    this.#problem.textContent = "";
    this.#box.removeAttribute("aria-invalid");
    this.#box.setAttribute("aria-describedby", "hint count");
  }

  #take(): string | undefined {
    if (this.#busy) return undefined;
    const question = this.#box.value.trim();
    if (question === "" || length(question) > this.longest) {
      const { empty, tooLong } = this.#person === undefined ? words : chatWords;
      this.complain(question === "" ? empty : tooLong(this.longest));
      this.#box.focus();
      return undefined;
    }
    this.#box.value = "";
    this.#showCount();
    return question;
  }

  #showCount(): void {
    const left = this.longest - length(this.#box.value.trim());
    if (left >= this.longest * (1 - SHOW_COUNT_AT)) this.#count.textContent = "";
    else this.#count.textContent = left >= 0 ? words.left(left) : words.over(-left);
    this.#count.classList.toggle("problem", left < 0);
    if (left >= 0) this.calm();
  }
}

/** Characters as the service counts them. */
function length(text: string): number {
  return [...text].length;
}

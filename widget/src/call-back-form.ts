/** The form for a call-back. What was typed stays typed until it has been sent. */
import { LONGEST, check, request, type Field, type Problem, type Typed } from "./call-back-check";
import { button, element } from "./dom";
import type { CallBackRequest } from "./types";
import { callBackWords as words } from "./words";

/** What the form asks of the page around it. */
export interface CallBackActions {
  /** Sends it; rejects with the reason in words where it could not be sent. */
  send(request: CallBackRequest): Promise<void>;
  close(): void;
}

type TextField = HTMLInputElement | HTMLTextAreaElement;

/** A field with the places for its label, hint and problem. */
interface Row {
  readonly control: HTMLInputElement | HTMLTextAreaElement;
  readonly problem: HTMLElement;
  readonly describedBy: string;
  readonly row: HTMLElement;
}

const id = (field: Field) => `call-back-${field.replace("_", "-")}`;

/** The form. */
export class CallBackForm {
  readonly form = element("form", "call-back");
  readonly #summary = element("div", "summary");
  readonly #rows: ReadonlyMap<Field, Row>;
  readonly #send = element("button", "button", words.send);
  readonly #close: HTMLButtonElement;
  #busy = false;

  constructor(keptDays: number | undefined, private readonly actions: CallBackActions) {
    const name = this.#text("name", words.name, element("input"), { type: "text", autocomplete: "name" });
    const phone = this.#text("phone", words.phone, element("input"), { type: "tel", autocomplete: "tel" });
    const email = this.#text("email", words.email, element("input"), { type: "email", autocomplete: "email", spellcheck: "false" });
    const question = this.#text("question", words.question, element("textarea"), { rows: "3" }, words.questionHint);
    const time = this.#text("preferred_time", words.time, element("input"), { type: "text", autocomplete: "off" }, words.timeHint);
    const consent = this.#consent(keptDays);
    this.#rows = new Map<Field, Row>([
      ["name", name], ["phone", phone], ["email", email], ["question", question], ["preferred_time", time], ["consent", consent],
    ]);
    this.#summary.tabIndex = -1;
    this.#summary.hidden = true;
    this.#summary.setAttribute("role", "alert");
    this.#close = button(words.close, "link", () => this.actions.close());
    const reach = element("fieldset", "reach", element("legend", undefined, words.reach), phone.row, email.row);
    this.form.noValidate = true;
    this.form.append(this.#summary, name.row, reach, question.row, time.row, consent.row,
      element("div", "buttons", this.#send, this.#close));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
  }

  /** Puts a question in, unless one is there. */
  prefill(question: string | undefined): void {
    const box = this.#control("question");
    if (question !== undefined && box.value.trim() === "") box.value = question;
  }

  /** What the button that closes the form says. */
  closeLabel(label: string): void {
    this.#close.textContent = label;
  }

  /** Forgets what was typed. */
  clear(): void {
    this.form.reset();
    this.#show([]);
  }

  async #submit(): Promise<void> {
    if (this.#busy) return;
    const typed = this.#typed();
    const problems = check(typed);
    this.#show(problems);
    if (problems.length > 0) return;
    this.#setBusy(true);
    try {
      await this.actions.send(request(typed));
      this.clear();
    } catch (problem) {
      this.#showSummary([element("p", undefined, problem instanceof Error ? problem.message : words.failed)]);
    } finally {
      this.#setBusy(false);
    }
  }

  /** The button keeps the focus while it waits, so it is not disabled but says that it is. */
  #setBusy(busy: boolean): void {
    this.#busy = busy;
    this.#send.setAttribute("aria-disabled", String(busy));
    this.#send.textContent = busy ? words.sending : words.send;
  }

  #typed(): Typed {
    const value = (field: Field) => this.#control(field).value;
    const consent = this.#control("consent");
    return {
      name: value("name"), phone: value("phone"), email: value("email"), question: value("question"),
      preferredTime: value("preferred_time"), consent: consent instanceof HTMLInputElement && consent.checked,
    };
  }

  #control(field: Field): TextField {
    const row = this.#rows.get(field);
    if (row === undefined) throw new Error(`the form has no ${field}`);
    return row.control;
  }

  #show(problems: readonly Problem[]): void {
    for (const [field, { control, problem, describedBy }] of this.#rows) {
      const wrong = problems.find((each) => each.field === field);
      problem.replaceChildren(...(wrong === undefined ? [] : [element("span", "unseen", `${words.problem} `), wrong.text]));
      control.toggleAttribute("aria-invalid", false);
      if (wrong !== undefined) control.setAttribute("aria-invalid", "true");
      const described = [describedBy, wrong === undefined ? "" : problem.id].filter((each) => each !== "").join(" ");
      if (described === "") control.removeAttribute("aria-describedby");
      else control.setAttribute("aria-describedby", described);
    }
    if (problems.length === 0) {
      this.#summary.hidden = true;
      this.#summary.replaceChildren();
      return;
    }
    const list = element("ul");
    for (const { field, text } of problems) {
      const link = element("a", undefined, text);
      link.href = `#${id(field)}`;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.#control(field).focus();
      });
      list.append(element("li", undefined, link));
    }
    this.#showSummary([list]);
  }

  #showSummary(content: readonly HTMLElement[]): void {
    this.#summary.replaceChildren(element("h3", undefined, words.problems), ...content);
    this.#summary.hidden = false;
    this.#summary.focus();
  }

  #text(field: keyof typeof LONGEST, label: string, control: TextField, attributes: Record<string, string>, hintText?: string): Row {
    for (const [attribute, value] of Object.entries(attributes)) control.setAttribute(attribute, value);
    control.id = id(field);
    control.name = field;
    const labelled = element("label", undefined, label);
    labelled.htmlFor = control.id;
    const problem = element("p", "problem");
    problem.id = `${control.id}-problem`;
    const row = element("div", "field", labelled);
    let describedBy = "";
    if (hintText !== undefined) {
      const hint = element("p", "hint", hintText);
      hint.id = `${control.id}-hint`;
      describedBy = hint.id;
      control.setAttribute("aria-describedby", describedBy);
      row.append(hint);
    }
    row.append(problem, control);
    return { control, problem, describedBy, row };
  }

  #consent(keptDays: number | undefined): Row {
    const control = element("input");
    control.type = "checkbox";
    control.id = id("consent");
    control.name = "consent";
    const use = element("p", "hint", words.use(keptDays));
    use.id = `${control.id}-hint`;
    control.setAttribute("aria-describedby", use.id);
    const label = element("label", undefined, words.consent);
    label.htmlFor = control.id;
    const problem = element("p", "problem");
    problem.id = `${control.id}-problem`;
    const row = element("div", "field", use, problem, element("div", "check", control, label));
    return { control, problem, describedBy: use.id, row };
  }
}

/** The form for a call-back. What was typed stays typed until it has been sent. */
import { check, request, type Field, type Problem, type Typed } from "./call-back-check";
import { bringIntoView, button, element, focusOn, set } from "./dom";
import { newField, type FormField } from "./field";
import { inEnglish, words } from "./language";
import type { CallBackRequest } from "./types";

export interface CallBackForm {
  readonly form: HTMLFormElement;
  /** Names the button that closes the form, and puts a question in, unless one is there. */
  open(closeLabel: string, question: string | undefined): void;
  /** Forgets what was typed. */
  clear(): void;
}

const id = (field: Field) => `call-back-${field.replace("_", "-")}`;

/** The form; `send` rejects with the reason in words where the details could not be sent. */
export function newForm(keptDays: number | null | undefined, send: (request: CallBackRequest) => Promise<void>, close: () => void): CallBackForm {
  const name = newField(id("name"), words.name, "input", { autocomplete: "name" });
  const phone = newField(id("phone"), words.phone, "input", { type: "tel", autocomplete: "tel" });
  const email = newField(id("email"), words.email, "input", { type: "email", autocomplete: "email", spellcheck: "false" });
  const question = newField(id("question"), words.wish, "textarea", { rows: 3, dir: "auto" }, words.wishHint);
  const time = newField(id("preferred_time"), words.time, "input", { autocomplete: "off", dir: "auto" }, words.timeHint);
  const consent = newField(id("consent"), words.consent, "input", { type: "checkbox" }, words.use(keptDays));
  const rows = new Map<Field, FormField>([
    ["name", name], ["phone", phone], ["email", email], ["question", question], ["preferred_time", time], ["consent", consent],
  ]);
  const summary = element("div", { class: "summary", role: "alert", hidden: "" });
  const sendButton = element("button", "button", words.sendForm);
  const closeButton = button("", "link", close);
  const form = element("form", { class: "call-back", novalidate: "" }, summary, name.row,
    element("fieldset", "reach", element("legend", "", words.reachBy), phone.row, email.row),
    question.row, time.row, consent.row, element("div", "buttons", sendButton, closeButton));
  let busy = false;

  /** The button keeps the focus while it waits, so it is not disabled but says that it is. */
  const setBusy = (isBusy: boolean) => {
    busy = isBusy;
    set(sendButton, { "aria-disabled": String(isBusy) });
    sendButton.textContent = isBusy ? words.sendingForm : words.sendForm;
  };

  const typed = (): Typed => ({
    name: name.control.value, phone: phone.control.value, email: email.control.value, question: question.control.value,
    preferred_time: time.control.value, consent: (consent.control as HTMLInputElement).checked,
  });

  const summarise = (content: HTMLElement) => {
    summary.replaceChildren(element("h3", "", words.problems), content);
    summary.hidden = false;
    focusOn(summary);
    bringIntoView(summary);
  };

  const show = (problems: readonly Problem[]) => {
    const list = element("ul");
    for (const [field, { control, problem }] of rows) {
      control.removeAttribute("aria-invalid");
      problem.replaceChildren();
      for (const wrong of problems) {
        if (wrong.field !== field) continue;
        set(control, { "aria-invalid": "true" });
        problem.append(element("span", "unseen", `${words.error} `), wrong.text);
        const link = element("a", { href: `#${control.id}` }, wrong.text);
        link.addEventListener("click", (event) => {
          event.preventDefault();
          control.focus();
        });
        list.append(element("li", "", link));
      }
    }
    summary.hidden = true;
    if (problems.length > 0) summarise(list);
  };

  const clear = () => {
    form.reset();
    show([]);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (busy) return;
    const problems = check(typed());
    show(problems);
    if (problems.length > 0) return;
    setBusy(true);
    send(request(typed())).then(clear, ({ message }: Error) =>
      // What the service says, it says in the language of the pages.
      summarise(element("p", message === words.sendFailed ? {} : inEnglish(), message))).finally(() => setBusy(false));
  });

  return {
    form,
    clear,
    open(closeLabel, asked) {
      closeButton.textContent = closeLabel;
      const { control } = question;
      if (asked !== undefined && control.value.trim() === "") control.value = asked;
    },
  };
}

/** The form for a call-back. What was typed stays typed until it has been sent. */
import { check, request, type Problems, type Typed } from "./call-back-check";
import { button, element, focusOn, instead } from "./dom";
import { complain, newField } from "./field";
import { inEnglish, words } from "./language";
import type { CallBackRequest } from "./types";

export interface CallBackForm {
  readonly form: HTMLFormElement;
  /** Names the button that closes the form, and puts a question in, unless one is there. */
  open(closeLabel: string, question: string | undefined): void;
  /** Forgets what was typed. */
  clear(): void;
}

const NAME = "call-back";

/** The form; `send` rejects with the reason in words where the details could not be sent. */
export function newForm(keptDays: number | null | undefined, send: (request: CallBackRequest) => Promise<void>, close: () => void): CallBackForm {
  const name = newField(NAME, "name", words.name, "input", { autocomplete: "name" });
  const phone = newField(NAME, "phone", words.phone, "input", { type: "tel", autocomplete: "tel" });
  const email = newField(NAME, "email", words.email, "input", { type: "email", autocomplete: "email", spellcheck: "false" });
  const question = newField(NAME, "question", words.wish, "textarea", { rows: 3, dir: "auto" }, words.wishHint);
  const time = newField(NAME, "preferred_time", words.time, "input", { autocomplete: "off", dir: "auto" }, words.timeHint);
  const consent = newField(NAME, "consent", words.consent, "input", { type: "checkbox" }, words.use(keptDays));
  const summary = element("div", { class: "summary", role: "alert", hidden: "" });
  const sendButton = element("button", "button", words.sendForm);
  const closeButton = button("", "link", close);
  const form = element("form", { class: NAME, novalidate: "" }, summary, name.row,
    element("fieldset", "", element("legend", "", words.reachBy), phone.row, email.row),
    question.row, time.row, consent.row, element("div", "buttons", sendButton, closeButton));
  let busy = false;

  /** The button keeps the focus while it waits, so it is not disabled but says that it is. */
  const setBusy = (isBusy: boolean) => {
    busy = isBusy;
    sendButton.ariaDisabled = String(isBusy);
    sendButton.textContent = isBusy ? words.sendingForm : words.sendForm;
  };

  const filled = () => request({
    ...Object.fromEntries(new FormData(form)), consent: (consent.control as HTMLInputElement).checked,
  } as Typed);

  const summarise = (content: HTMLElement) => {
    summary.replaceChildren(element("h3", "", words.problems), content);
    summary.hidden = false;
    focusOn(summary);
  };

  /** Says whether there are any. */
  const show = (problems: Problems) => {
    const list = element("ul");
    for (const field of [name, phone, email, question, time, consent]) {
      const { control } = field;
      const text = problems[control.name as keyof Problems];
      complain(field);
      if (!text) continue;
      complain(field, element("span", "unseen", `${words.error} `), text);
      const link = element("a", { href: `#${control.id}` }, text);
      instead(link, "click", () => control.focus());
      list.append(element("li", "", link));
    }
    const wrong = list.hasChildNodes();
    summary.hidden = true;
    if (wrong) summarise(list);
    return wrong;
  };

  const clear = () => {
    form.reset();
    show({});
  };

  instead(form, "submit", () => {
    const details = filled();
    if (busy || show(check(details))) return;
    setBusy(true);
    send(details).then(clear, ({ message }: Error) =>
      // What the service says, it says in the language of the pages.
      summarise(element("p", message === words.sendFailed ? {} : inEnglish(), message))).finally(() => setBusy(false));
  });

  return {
    form,
    clear,
    open(closeLabel, asked) {
      closeButton.textContent = closeLabel;
      question.control.value ||= asked ?? "";
    },
  };
}

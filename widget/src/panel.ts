/** Between the log and the box: where the hand-off stands, and what the resident can do about it. */
import { CallBackForm, type CallBackActions } from "./call-back-form";
import { askOnceMore } from "./confirm";
import { button, byId, element } from "./dom";
import type { Standing } from "./standing";
import { inWords } from "./times";
import { callBackWords, chatWords, personWords } from "./words";

/** What the panel asks of the page around it. */
export interface PanelActions {
  /** Declines, stops waiting or leaves. */
  leave(): void;
  /** Shows the form for a call-back. */
  callBack(): void;
  /** Sends the details for a call-back. */
  sendCallBack: CallBackActions["send"];
  /** Hides the form for a call-back. */
  closeCallBack(): void;
  /** What to put into the form as the question. */
  lastQuestion(): string | undefined;
  /** The panel had the focus and is gone. */
  focusElsewhere(): void;
}

/** What is shown, by which a change is told from none. */
type Shown = "nothing" | "waiting" | "with_person" | "call_back_offered" | "form";

/** The panel. */
export class Panel {
  readonly #place = byId("handoff", HTMLElement);
  readonly #heading = element("h3");
  readonly #form: CallBackForm;
  #key = "";

  constructor(private readonly council: string, callBackDays: number | undefined, private readonly actions: PanelActions) {
    this.#heading.tabIndex = -1;
    this.#heading.id = "handoff-heading";
    this.#place.setAttribute("aria-labelledby", this.#heading.id);
    this.#form = new CallBackForm(callBackDays, {
      send: (request) => actions.sendCallBack(request),
      close: () => actions.closeCallBack(),
    });
  }

  /** Shows where the conversation stands; `form` says that the resident opened the form for a call-back. */
  show(standing: Standing, form: boolean): void {
    const shown = shownOf(standing, form);
    const key = [shown, standing.staff, standing.why, standing.reopens].join("\n");
    if (key === this.#key) return;
    const active = document.activeElement;
    const focused = this.#place.contains(active);
    this.#key = key;
    this.#place.hidden = shown === "nothing";
    this.#place.replaceChildren(...this.#content(shown, standing));
    if (!focused) return;
    // Whoever is filling in the form goes on with it.
    if (active instanceof HTMLElement && this.#place.contains(active)) active.focus({ preventScroll: true });
    else if (shown === "nothing") this.actions.focusElsewhere();
    else this.focus();
  }

  /** Puts the focus at the beginning of the panel. */
  focus(): void {
    if (this.#place.hidden) return;
    this.#heading.focus({ preventScroll: true });
    this.#place.scrollIntoView({ block: "nearest" });
  }

  /** Forgets what was typed for a call-back. */
  clear(): void {
    this.#form.clear();
  }

  #content(shown: Shown, standing: Standing): HTMLElement[] {
    switch (shown) {
      case "nothing":
        return [];
      case "waiting":
        this.#heading.textContent = personWords.waiting;
        return [this.#heading, element("p", undefined, personWords.waitingHelp), element("div", "buttons",
          button(personWords.callBackInstead, "button plain", () => this.actions.callBack()),
          button(personWords.stopWaiting, "button plain", () => this.actions.leave()))];
      case "with_person": {
        const name = standing.staff ?? chatWords.somebody;
        this.#heading.textContent = chatWords.talkingTo(name, this.council);
        const end = button(chatWords.end, "button plain", () => {
          askOnceMore(end, { question: chatWords.sure(name), yes: chatWords.yes, no: chatWords.no }, () => this.actions.leave());
        });
        return [this.#heading, element("div", "buttons", end)];
      }
      case "call_back_offered": {
        this.#heading.textContent = callBackWords.heading;
        this.#openForm(callBackWords.decline);
        const opens = standing.reopens === undefined ? undefined : inWords(standing.reopens);
        return [this.#heading, element("p", undefined, callBackWords.why(standing.why, opens)), this.#form.form];
      }
      case "form":
        this.#heading.textContent = callBackWords.heading;
        this.#openForm(callBackWords.close);
        return [this.#heading, this.#form.form];
    }
  }

  #openForm(closeLabel: string): void {
    this.#form.closeLabel(closeLabel);
    this.#form.prefill(this.actions.lastQuestion());
  }
}

function shownOf({ phase }: Standing, form: boolean): Shown {
  switch (phase) {
    case "with_person":
    case "call_back_offered":
      return phase;
    case "requested":
    case "waiting":
      return form ? "form" : "waiting";
    case "with_assistant":
    case "offered":
    case "closed":
      return form ? "form" : "nothing";
  }
}

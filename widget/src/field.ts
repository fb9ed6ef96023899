/** A field of a form, with its label, its hint, and the place that says what is wrong with it. */
import { element, type Attributes } from "./dom";

/** What is typed into, and the place beside it. */
export interface Control {
  readonly control: HTMLInputElement | HTMLTextAreaElement;
  readonly problem: HTMLElement;
}

export interface FormField extends Control {
  /** All of it. */
  readonly row: HTMLElement;
}

/** A field of this name in the form of this name. */
export function newField(form: string, name: string, label: string, tag: "input" | "textarea", attributes: Attributes, hint = ""): FormField {
  const id = `${form}-${name.replace("_", "-")}`;
  const hinted = element("p", { id: `${id}-hint`, class: "hint" }, hint);
  const problem = element("p", { id: `${id}-problem`, class: "problem" });
  // A place without words says nothing, so both can be named at all times.
  const described = hint === "" ? problem.id : `${hinted.id} ${problem.id}`;
  const control = element(tag, { id, name, "aria-describedby": described, ...attributes });
  const labelled = element("label", { for: id }, label);
  const parts = control.type === "checkbox" ? [hinted, problem, element("div", "check", control, labelled)] : [labelled, hinted, problem, control];
  return { control, problem, row: element("div", "field", ...parts) };
}

/** Says what is wrong with a field, or that nothing is. */
export function complain({ control, problem }: Control, ...told: (string | Node)[]): void {
  problem.replaceChildren(...told);
  control.ariaInvalid = told.length > 0 ? "true" : null;
}

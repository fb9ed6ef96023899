/** A field of a form, with its label, its hint, and the place that says what is wrong with it. */
import { element, type Attributes } from "./dom";

export interface FormField {
  readonly control: HTMLInputElement | HTMLTextAreaElement;
  readonly problem: HTMLElement;
  /** All of it. */
  readonly row: HTMLElement;
}

export function newField(id: string, label: string, tag: "input" | "textarea", attributes: Attributes, hint = ""): FormField {
  const hinted = element("p", { id: `${id}-hint`, class: "hint" }, hint);
  const problem = element("p", { id: `${id}-problem`, class: "problem" });
  // A place without words says nothing, so both can be named at all times.
  const described = hint === "" ? problem.id : `${hinted.id} ${problem.id}`;
  const control = element(tag, { id, "aria-describedby": described, ...attributes });
  const labelled = element("label", { for: id }, label);
  const parts = attributes["type"] === "checkbox" ? [hinted, problem, element("div", "check", control, labelled)] : [labelled, hinted, problem, control];
  return { control, problem, row: element("div", "field", ...parts) };
}

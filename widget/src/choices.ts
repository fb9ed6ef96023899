/** Questions to choose from. */
import { ask } from "./conversation";
import { button, element, written, type Attributes } from "./dom";

/** A list of buttons, each of which asks its question. */
export function choices(questions: readonly string[], about: Attributes = {}): HTMLElement {
  const list = element("ul", "choices");
  for (const question of questions) list.append(element("li", about, button(written(question), "choice", () => ask(question))));
  return list;
}

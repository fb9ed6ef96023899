/** Making elements. Text only ever becomes text: nothing here, or anywhere in this script, parses HTML. */

type Child = Node | string;
export type Attributes = Readonly<Record<string, string | number>>;

/** An element with attributes, or with a class alone, and children. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  about: string | Attributes = "",
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  set(made, typeof about !== "string" ? about : about === "" ? {} : { class: about });
  made.append(...children);
  return made;
}

export function set(to: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) to.setAttribute(name, String(value));
}

/** A button that does something on this page. */
export function button(label: string, className: string, onClick: () => void): HTMLButtonElement {
  const made = element("button", { type: "button", class: className }, label);
  made.addEventListener("click", onClick);
  return made;
}

/** What somebody wrote: its direction is its own, and controls of direction in it end where it ends. */
export const written = (text: string): HTMLElement => element("bdi", "", text);

/** Gives the focus to something that is no control. */
export function focusOn(place: HTMLElement): void {
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

/** Brings something into view with as little movement as possible. */
export const bringIntoView = (place: Element): void => place.scrollIntoView({ block: "nearest" });

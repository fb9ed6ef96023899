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
  const attributes = typeof about === "object" ? about : about ? { class: about } : {};
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** A button that does something on this page. */
export function button(label: Child, about: string | Attributes, onClick: () => unknown): HTMLButtonElement {
  const made = element("button", about, label);
  made.type = "button";
  made.addEventListener("click", onClick);
  return made;
}

/** Does something in place of what the browser does. */
export function instead(place: HTMLElement, event: "click" | "submit", action: () => unknown): void {
  place.addEventListener(event, (happened) => {
    happened.preventDefault();
    action();
  });
}

/** What somebody wrote: its direction is its own, and controls of direction in it end where it ends. */
export const written = (text: string): HTMLElement => element("bdi", "", text);

/** A paragraph of what somebody wrote. */
export const paragraph = (text: string): HTMLElement => element("p", { dir: "auto" }, written(text));

/** Gives the focus to a control, without moving what is shown. */
export const focus = (control: HTMLElement): void => control.focus({ preventScroll: true });

/** Gives the focus to something that is no control, and brings it into view. */
export function focusOn(place: HTMLElement): void {
  place.tabIndex = -1;
  focus(place);
  bringIntoView(place);
}

/** Brings something into view with as little movement as possible. */
export const bringIntoView = (place: Element): void => place.scrollIntoView({ block: "nearest" });

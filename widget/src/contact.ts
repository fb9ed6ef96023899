/** How the council is reached without this chat. */
import { element, type Attributes } from "./dom";
import { inEnglish, words } from "./language";
import { link } from "./link";
import type { ContactDetails } from "./types";

let known: Partial<ContactDetails> = {};

export function learn(details: ContactDetails): void {
  known = details;
}

/** The ways there are, anew for each place in which they stand. */
export function contactDetails(): HTMLElement {
  const { phone, opening_hours, email, address, page } = known;
  const list = element("dl", "contact");
  const add = (name: string, value: Node | string, about: Attributes = {}) =>
    list.append(element("div", "", element("dt", "", name), element("dd", about, value)));
  if (phone) add(words.contactPhone, element("a", { href: `tel:${phone.replace(/\s/g, "")}` }, phone));
  if (opening_hours) add(words.contactHours, opening_hours, inEnglish());
  if (email) add(words.contactEmail, element("a", { href: `mailto:${email}` }, email));
  if (address) add(words.contactAddress, address, inEnglish());
  if (page) add(words.contactMore, link(words.contactPage, page));
  return list;
}

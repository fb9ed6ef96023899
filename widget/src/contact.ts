/** How the council is reached without this chat. */
import { element, type Attributes } from "./dom";
import { inEnglish, words } from "./language";
import { link } from "./link";
import type { ContactDetails, Service } from "./types";

/** The council's name. */
export let council: string;
let known: ContactDetails;

export function learn(service: Service): void {
  ({ council, contact: known } = service);
}

/** The ways there are, to the council or to one of its services, anew for each place in which they stand. */
export function contactDetails(service = known): HTMLElement {
  const { phone, opening_hours, email, address, page } = service;
  const list = element("dl");
  const add = (name: string, value: Node | string | null | undefined, about?: Attributes) => {
    if (value) list.append(element("div", "", element("dt", "", name), element("dd", about, value)));
  };
  add(words.contactPhone, phone && element("a", { href: `tel:${phone.replace(/\s/g, "")}` }, phone));
  add(words.contactHours, opening_hours, inEnglish());
  add(words.contactEmail, email && element("a", { href: `mailto:${email}` }, email));
  add(words.contactAddress, address, inEnglish());
  add(words.contactMore, page && link(words.contactPage, page));
  return list;
}

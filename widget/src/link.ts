/** Links to the council's pages. */
import { address } from "./api";
import { element } from "./dom";
import { inEnglish, words } from "./language";
import { ui } from "./ui";

/** A link to a page. Beside another page it opens in a tab of its own, so that the conversation stays where it is. */
export function link(text: string, href: string): HTMLAnchorElement {
  const made = element("a", { href: address(href) }, element("bdi", inEnglish(), text));
  if (ui.classList.contains("inline")) return made;
  made.target = "_blank";
  made.rel = "noopener";
  made.append(element("span", "unseen", ` ${words.newTab}`));
  return made;
}

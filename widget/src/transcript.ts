/** The conversation as a text file, made here and sent nowhere. */
import { council } from "./contact";
import { element } from "./dom";
import { words } from "./language";
import { inWordsWithDate } from "./times";
import { log } from "./ui";

export function download(): void {
  // Without the buttons and what else is of no use in a file.
  log.classList.add("saving");
  const lines = [words.conversationWith(council), inWordsWithDate(new Date()), log.innerText];
  log.classList.remove("saving");
  for (const { protocol, text, href } of log.querySelectorAll<HTMLAnchorElement>("a:not(.mark)")) {
    if (protocol.startsWith("http")) lines.push(`${text}: ${href}`);
  }
  const address = URL.createObjectURL(new Blob([lines.join("\n\n")]));
  element("a", { href: address, download: words.fileName }).click();
  // By then the browser has it.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

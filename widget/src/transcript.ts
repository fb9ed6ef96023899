/** The conversation as a text file, made here and sent nowhere. */
import { element } from "./dom";
import { words } from "./language";
import { inWordsWithDate } from "./times";
import { log } from "./ui";

export function download(council: string): void {
  // Without the buttons and what else is of no use in a file.
  log.classList.add("saving");
  const lines = [words.conversationWith(council), inWordsWithDate(new Date().toISOString()), log.innerText];
  log.classList.remove("saving");
  for (const link of log.querySelectorAll<HTMLAnchorElement>("a:not(.mark)")) if (link.protocol.startsWith("http")) lines.push(`${link.text}: ${link.href}`);
  const address = URL.createObjectURL(new Blob([lines.join("\n\n"), "\n"]));
  element("a", { href: address, download: `${words.fileName}.txt` }).click();
  // By then the browser has it.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

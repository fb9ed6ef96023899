/** The language in which the widget speaks. */
import { english, type Words } from "./words";

export let words: Words = english;
/** Whether it is another language than that of the pages and the assistant. */
export let isForeign = false;

/** Where Welsh words are, beside this module. Residents who read English do not load them. */
const WELSH = "./reeve-chat-cy.js";

/** Learns a language; gives the one that is spoken from now on. */
export async function learn(lang: string | null): Promise<string> {
  words = english;
  isForeign = false;
  if (!/^cy\b/i.test(lang ?? "")) return "en";
  try {
    const { welsh } = (await import(/* @vite-ignore */ WELSH)) as typeof import("./words-cy");
    // An older or newer file says other things, so its words are not used.
    if (welsh.edition !== english.edition) return "en";
    words = welsh;
    isForeign = true;
    return "cy";
  } catch {
    return "en";
  }
}

/** The attribute that marks a passage in the language of the pages. */
export const inEnglish = (): { lang?: string } => (isForeign ? { lang: "en" } : {});

/** The language in which the widget speaks. */
import { english, type Words } from "./words";

export let words: Words = english;

/** Where Welsh words are, beside this module. Residents who read English do not load them. */
const WELSH = "./reeve-chat-cy.js";

/** Learns a language. What it cannot learn, it says in English. */
export async function learn(lang: string | null): Promise<void> {
  words = english;
  if (!lang?.match(/^cy\b/i)) return;
  try {
    const { welsh } = (await import(/* @vite-ignore */ WELSH)) as typeof import("./words-cy");
    // An older or newer file says other things, so its words are not used.
    if (welsh.edition === english.edition) words = welsh;
  } catch {
    // Not to be had.
  }
}

/** The attribute that marks a passage in the language of the pages and the assistant, where the widget speaks another. */
export const inEnglish = (): { lang?: string } => (words === english ? {} : { lang: "en" });

/** The language in which the widget speaks. The build puts the words of another in the place of these. */
import { words } from "./words";

export { words };

/** The attribute that marks a passage in the language of the pages and the assistant, where the widget speaks another. */
export const inEnglish = (): { lang?: string } => (words.lang === "en" ? {} : { lang: "en" });

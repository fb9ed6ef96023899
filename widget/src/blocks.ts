/** What a line of an answer is: running text, an item of a list, or a numbered step. */

export interface Piece {
  /** The element in which it stands: a paragraph, or a list of items or steps. */
  readonly tag: "p" | "ul" | "ol";
  readonly text: string;
  /** Of a step. */
  readonly number: string | undefined;
}

const LISTED = /^\s*(?:([-•*])|(\d{1,3})[.)])\s+(.+)$/u;

/** The lines of a text, empty ones left out. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  for (const line of text.split("\n")) {
    const [, item, number, listed = line] = LISTED.exec(line) ?? [];
    if (line.trim()) found.push({ tag: item ? "ul" : number ? "ol" : "p", text: listed.trim(), number });
  }
  return found;
}

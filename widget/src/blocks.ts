/** What a line of an answer is: running text, an item of a list, or a numbered step. */

export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "item"; readonly text: string }
  | { readonly kind: "step"; readonly text: string; readonly number: number };

const ITEM = /^\s*[-•*]\s+(.+)$/u;
const STEP = /^\s*(\d{1,3})[.)]\s+(.+)$/u;

/** The lines of a text, empty ones left out. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  for (const line of text.split("\n")) if (line.trim() !== "") found.push(piece(line));
  return found;
}

function piece(line: string): Piece {
  const item = ITEM.exec(line);
  if (item?.[1] !== undefined) return { kind: "item", text: item[1].trim() };
  const step = STEP.exec(line);
  if (step?.[1] !== undefined && step[2] !== undefined) return { kind: "step", text: step[2].trim(), number: Number(step[1]) };
  return { kind: "text", text: line.trim() };
}

/** The council's own colours, as long as they can be read (WCAG 2.2, 1.4.3 and 1.4.11). Pure. */

/** Text on the colour. */
const TEXT = 4.5;
/** The colour on white. */
const EDGE = 3;

/** A style rule with the colours; nothing where one is missing, is none, or is too faint. */
export function coloursOf(accent: string | null, onAccent: string | null): string {
  const [back, front] = [luminance(accent), luminance(onAccent)];
  // What is no colour has no contrast either.
  const isClear = contrast(back, front) >= TEXT && contrast(back, 1) >= EDGE;
  return isClear ? `#reeve{--accent:${accent};--on-accent:${onAccent}}` : "";
}

/** From 1 to 21. */
const contrast = (one: number, other: number): number => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);

/** Relative luminance of #rgb or #rrggbb, from 0 to 1; NaN for what is neither. */
function luminance(colour: string | null): number {
  if (!colour?.match(/^#([\da-f]{3}){1,2}$/i)) return NaN;
  const hex = colour.length === 4 ? colour.replace(/\w/g, "$&$&") : colour;
  const channel = (at: number) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

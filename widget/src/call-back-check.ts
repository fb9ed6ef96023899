/** What is wrong with what was typed into the form for a call-back. The service looks again and has the last word. Pure. */
import type { CallBackRequest } from "./types";
import { words } from "./language";

/** What was typed. */
export interface Typed {
  readonly name: string;
  readonly phone: string;
  readonly email: string;
  readonly question: string;
  readonly preferred_time: string;
  readonly consent: boolean;
}

/** A field of the form. */
export type Field = keyof Typed;

/** Something to be mended. */
export interface Problem {
  readonly field: Field;
  readonly text: string;
}

/** As few digits as the shortest phone number in use has. */
const FEWEST_DIGITS = 6;
const EMAIL = /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/u;

/** The problems, in the order of the fields. */
export function check(typed: Typed): Problem[] {
  const { name, phone, email, question, consent } = request(typed);
  const problems: Problem[] = [];
  const add = (field: Field, text: string) => problems.push({ field, text });
  if (!name) add("name", words.noName);
  if (!phone && !email) add("phone", words.noReach);
  // How people write their number is their own; that it can be dialled is what counts.
  if (phone && phone.replace(/\D/gu, "").length < FEWEST_DIGITS) add("phone", words.badPhone);
  if (email && !EMAIL.test(email)) add("email", words.badEmail);
  if (!question) add("question", words.noQuestion);
  if (!consent) add("consent", words.noConsent);
  return problems;
}

/** What is sent of what was typed, once there is nothing wrong with it: what was left empty is not. */
export function request(typed: Typed): CallBackRequest {
  const filled: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(typed)) {
    const kept = typeof value === "string" ? value.trim() : value;
    if (kept) filled[field] = kept;
  }
  return filled as CallBackRequest;
}

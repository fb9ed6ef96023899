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

/** What is to be mended, by the names of the fields. */
export type Problems = Partial<Record<keyof Typed, string>>;

/** As few digits as the shortest phone number in use has. */
const FEWEST_DIGITS = 6;
const EMAIL = /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/u;

/** What is wrong with what would be sent. */
export function check({ name, phone, email, question, consent }: Partial<CallBackRequest>): Problems {
  const problems: Problems = {};
  if (!name) problems.name = words.noName;
  if (!phone && !email) problems.phone = words.noReach;
  // How people write their number is their own; that it can be dialled is what counts.
  if (phone && phone.replace(/\D/gu, "").length < FEWEST_DIGITS) problems.phone = words.badPhone;
  if (email && !EMAIL.test(email)) problems.email = words.badEmail;
  if (!question) problems.question = words.noQuestion;
  if (!consent) problems.consent = words.noConsent;
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

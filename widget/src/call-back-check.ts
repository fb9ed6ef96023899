/** What is wrong with what was typed into the form for a call-back. The service looks again and has the last word. Pure. */
import type { CallBackRequest } from "./types";
import { words } from "./language";

/** A field of the form. */
export type Field = "name" | "phone" | "email" | "question" | "preferred_time" | "consent";

/** What was typed. */
export interface Typed {
  readonly name: string;
  readonly phone: string;
  readonly email: string;
  readonly question: string;
  readonly preferred_time: string;
  readonly consent: boolean;
}

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
  const problems: Problem[] = [];
  const add = (field: Field, text: string) => problems.push({ field, text });
  if (typed.name.trim() === "") add("name", words.noName);
  const [phone, email] = [typed.phone.trim(), typed.email.trim()];
  if (phone === "" && email === "") add("phone", words.noReach);
  // How people write their number is their own; that it can be dialled is what counts.
  if (phone !== "" && phone.replace(/\D/gu, "").length < FEWEST_DIGITS) add("phone", words.badPhone);
  if (email !== "" && !EMAIL.test(email)) add("email", words.badEmail);
  if (typed.question.trim() === "") add("question", words.noQuestion);
  if (!typed.consent) add("consent", words.noConsent);
  return problems;
}

/** What is sent of what was typed, once there is nothing wrong with it. */
export function request(typed: Typed): CallBackRequest {
  const [phone, email, time] = [typed.phone.trim(), typed.email.trim(), typed.preferred_time.trim()];
  return {
    name: typed.name.trim(),
    ...(phone === "" ? {} : { phone }),
    ...(email === "" ? {} : { email }),
    question: typed.question.trim(),
    ...(time === "" ? {} : { preferred_time: time }),
    consent: true,
  };
}

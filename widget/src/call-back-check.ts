/** What is wrong with what was typed into the form for a call-back. Pure. */
import type { CallBackRequest } from "./types";
import { callBackWords as words } from "./words";

/** A field of the form. */
export type Field = "name" | "phone" | "email" | "question" | "preferred_time" | "consent";

/** What was typed. */
export interface Typed {
  readonly name: string;
  readonly phone: string;
  readonly email: string;
  readonly question: string;
  readonly preferredTime: string;
  readonly consent: boolean;
}

/** Something to be mended. */
export interface Problem {
  readonly field: Field;
  readonly text: string;
}

/** The most characters that a field takes. The service has the same limits and the last word. */
export const LONGEST = { name: 200, phone: 200, email: 200, question: 2000, preferred_time: 200 } as const;

/** As few digits as the shortest phone number in use has. */
const FEWEST_DIGITS = 6;
const EMAIL = /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/u;

/** The problems, in the order of the fields. */
export function check(typed: Typed): Problem[] {
  const problems: Problem[] = [];
  const add = (field: Field, text: string) => problems.push({ field, text });
  const fits = (field: keyof typeof LONGEST, label: string, value: string) => {
    if ([...value].length > LONGEST[field]) add(field, words.tooLong(label, LONGEST[field]));
  };
  if (typed.name.trim() === "") add("name", words.noName);
  else fits("name", words.name, typed.name.trim());
  const [phone, email] = [typed.phone.trim(), typed.email.trim()];
  if (phone === "" && email === "") add("phone", words.noReach);
  // How people write their number is their own; that it can be dialled is what counts.
  if (phone !== "" && phone.replace(/\D/gu, "").length < FEWEST_DIGITS) add("phone", words.badPhone);
  else fits("phone", words.phone, phone);
  if (email !== "" && !EMAIL.test(email)) add("email", words.badEmail);
  else fits("email", words.email, email);
  if (typed.question.trim() === "") add("question", words.noQuestion);
  else fits("question", words.question, typed.question.trim());
  fits("preferred_time", words.time, typed.preferredTime.trim());
  if (!typed.consent) add("consent", words.noConsent);
  return problems;
}

/** What is sent of what was typed, once there is nothing wrong with it. */
export function request(typed: Typed): CallBackRequest {
  const [phone, email, time] = [typed.phone.trim(), typed.email.trim(), typed.preferredTime.trim()];
  return {
    name: typed.name.trim(),
    ...(phone === "" ? {} : { phone }),
    ...(email === "" ? {} : { email }),
    question: typed.question.trim(),
    ...(time === "" ? {} : { preferred_time: time }),
    consent: true,
  };
}

/**
 * The conversation's token, and what is typed and not sent yet. Both are kept for this tab only: whoever sits down at the
 * computer next does not find them. Where the browser allows no storage they live as long as the page.
 */
import type { Session } from "./types";

const KEY = "reeve";
const DRAFT = "reeve-draft";

let inMemory: Session | undefined;

export function load(): Session | undefined {
  if (inMemory !== undefined) return inMemory;
  try {
    const kept: unknown = JSON.parse(read(KEY) ?? "null");
    if (isSession(kept)) inMemory = kept;
  } catch {
    // Not ours: there is no conversation to go on with.
  }
  return inMemory;
}

export function save(session: Session): void {
  inMemory = session;
  write(KEY, JSON.stringify(session));
}

export function forget(): void {
  inMemory = undefined;
  write(KEY, "");
}

export const draft = (): string => read(DRAFT) ?? "";
export const keepDraft = (text: string): void => write(DRAFT, text);

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    if (value === "") sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // Kept in memory all the same.
  }
}

function isSession(value: unknown): value is Session {
  const { id, token } = (value ?? {}) as Partial<Session>;
  return typeof id === "string" && typeof token === "string";
}

/**
 * The conversation's token, and what is typed and not sent yet. Both are kept for this tab only: whoever sits down at the
 * computer next does not find them. Where the browser allows no storage they live as long as the page.
 */
import type { Session } from "./types";

const KEY = "reeve";
const DRAFT = "reeve-draft";

let inMemory: Session | undefined;

export function load(): Session | undefined {
  try {
    // What is no conversation of ours is refused by the service, and forgotten like one that has ended.
    inMemory ??= JSON.parse(read(KEY)) ?? undefined;
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

export const draft = (): string => read(DRAFT);
export const keepDraft = (text: string): void => write(DRAFT, text);

function read(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

function write(key: string, value: string): void {
  try {
    if (value) sessionStorage.setItem(key, value);
    else sessionStorage.removeItem(key);
  } catch {
    // Kept in memory all the same.
  }
}

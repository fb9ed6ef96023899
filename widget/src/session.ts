/**
 * The conversation's token, kept for this tab only: whoever sits down at the computer next does not find it. Where the
 * browser allows no storage it lives as long as the page.
 */
import type { Session } from "./types";

const KEY = "reeve";

let inMemory: Session | undefined;

export function load(): Session | undefined {
  if (inMemory !== undefined) return inMemory;
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    if (isSession(kept)) inMemory = kept;
  } catch {
    // No storage, or not ours: there is no conversation to go on with.
  }
  return inMemory;
}

export function save(session: Session): void {
  inMemory = session;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(session));
  } catch {
    // Kept in memory all the same.
  }
}

export function forget(): void {
  inMemory = undefined;
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}

function isSession(value: unknown): value is Session {
  return typeof value === "object" && value !== null && "id" in value && "token" in value
    && typeof value.id === "string" && typeof value.token === "string";
}

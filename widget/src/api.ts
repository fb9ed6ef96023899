/** The service's routes. Tokens travel in a header, never in an address. */
import { read, type Numbered } from "./events";
import type { Session } from "./types";

const BASE = "/api/v1/conversations";

/** A refusal of the service. */
export class Refusal extends Error {
  constructor(readonly status: number, readonly code: string) {
    super(`${status} ${code}`);
  }

  /** Whether the conversation is not there any more, or takes no more turns: a new one is needed. */
  get endsConversation(): boolean {
    return this.status === 401 || this.status === 404 || this.code === "conversation_full";
  }

  /** Whether it may go away by itself. */
  get isPassing(): boolean {
    return this.status >= 500 || this.status === 408 || this.status === 429;
  }
}

export async function createConversation(signal: AbortSignal): Promise<Session> {
  const response = await send(BASE, { method: "POST", signal });
  return (await response.json()) as Session;
}

/** The events of a turn, from its first. The same name is the same turn, however often it is sent. */
export async function sendTurn(session: Session, clientTurnId: string, text: string, signal: AbortSignal): Promise<AsyncGenerator<Numbered, void, void>> {
  return read(await post(session, "turns", { client_turn_id: clientTurnId, text }, signal));
}

/** What happened in the conversation so far. */
export async function eventsSoFar(session: Session): Promise<AsyncGenerator<Numbered, void, void>> {
  return read(await send(`${BASE}/${session.id}/events?follow=false`, { headers: bearer(session) }));
}

export async function cancelTurn(session: Session, clientTurnId: string): Promise<void> {
  await post(session, "cancel", { client_turn_id: clientTurnId });
}

export async function sendFeedback(session: Session, turn: string, helpful: boolean): Promise<void> {
  await post(session, "feedback", { turn, helpful });
}

export async function deleteConversation(session: Session): Promise<void> {
  await send(`${BASE}/${session.id}`, { method: "DELETE", headers: bearer(session) });
}

function post(session: Session, route: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  return send(`${BASE}/${session.id}/${route}`, {
    method: "POST",
    headers: { ...bearer(session), "Content-Type": "application/json" },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

function bearer(session: Session): Record<string, string> {
  return { Authorization: `Bearer ${session.token}` };
}

async function send(address: string, request: RequestInit): Promise<Response> {
  const response = await fetch(address, { ...request, cache: "no-store", credentials: "omit" });
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => undefined);
  const code = typeof body === "object" && body !== null && "code" in body ? String(body.code) : "unknown";
  throw new Refusal(response.status, code);
}

/** The service's routes. Tokens travel in a header, never in an address. */
import { read, type Numbered } from "./events";
import type { CallBackArranged, CallBackRequest, PersonAsked, Receipt, Session } from "./types";

const BASE = "/api/v1/conversations";

/** A refusal of the service. */
export class Refusal extends Error {
  constructor(readonly status: number, readonly code: string, readonly detail: string) {
    super(`${status} ${code}`);
  }

  /** Whether the conversation is not there any more. */
  get isGone(): boolean {
    return this.status === 401 || this.status === 404;
  }

  /** Whether it may go away by itself. */
  get isPassing(): boolean {
    return this.status >= 500 || this.status === 408 || this.status === 429;
  }
}

export async function createConversation(signal?: AbortSignal): Promise<Session> {
  const response = await send(BASE, { method: "POST", ...heeding(signal) });
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

/** What happens in the conversation after an event; `onBytes` is told of every sign of life. */
export async function followEvents(session: Session, after: number, signal: AbortSignal, onBytes: () => void): Promise<AsyncGenerator<Numbered, void, void>> {
  const headers = { ...bearer(session), "Last-Event-ID": String(after) };
  return read(await send(`${BASE}/${session.id}/events`, { headers, signal }), onBytes);
}

export async function cancelTurn(session: Session, clientTurnId: string): Promise<void> {
  await post(session, "cancel", { client_turn_id: clientTurnId });
}

export async function sendFeedback(session: Session, turn: string, helpful: boolean, comment?: string): Promise<void> {
  await post(session, "feedback", { turn, helpful, ...(comment === undefined ? {} : { comment }) });
}

export async function askForPerson(session: Session): Promise<PersonAsked> {
  return (await (await post(session, "handoff", {})).json()) as PersonAsked;
}

/** No person, or none any more: declines, stops waiting or leaves, whichever applies. */
export async function leavePerson(session: Session): Promise<void> {
  await send(`${BASE}/${session.id}/handoff`, { method: "DELETE", headers: bearer(session) });
}

/** A message to the person. The same name is the same message, however often it is sent. */
export async function sendMessage(session: Session, clientMessageId: string, text: string, signal: AbortSignal): Promise<void> {
  await post(session, "messages", { client_message_id: clientMessageId, text }, signal);
}

export async function tellTyping(session: Session): Promise<void> {
  await post(session, "typing", {});
}

export async function requestCallBack(session: Session, request: CallBackRequest): Promise<CallBackArranged> {
  return (await (await post(session, "call_backs", request)).json()) as CallBackArranged;
}

/** Erases the conversation; gives the receipt where the service sends one. */
export async function deleteConversation(session: Session): Promise<Receipt | undefined> {
  const response = await send(`${BASE}/${session.id}`, { method: "DELETE", headers: bearer(session) });
  return response.status === 204 ? undefined : ((await response.json()) as Receipt);
}

function post(session: Session, route: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  return send(`${BASE}/${session.id}/${route}`, {
    method: "POST",
    headers: { ...bearer(session), "Content-Type": "application/json" },
    body: JSON.stringify(body),
    ...heeding(signal),
  });
}

function heeding(signal: AbortSignal | undefined): RequestInit {
  return signal === undefined ? {} : { signal };
}

function bearer(session: Session): Record<string, string> {
  return { Authorization: `Bearer ${session.token}` };
}

async function send(address: string, request: RequestInit): Promise<Response> {
  const response = await fetch(address, { ...request, cache: "no-store", credentials: "omit" });
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => undefined);
  const told = typeof body === "object" && body !== null ? body : {};
  const code = "code" in told ? String(told.code) : "unknown";
  throw new Refusal(response.status, code, "detail" in told ? String(told.detail) : "");
}

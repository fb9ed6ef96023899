/** The service's routes. Tokens travel in a header, never in an address, and there are no cookies. */
import type { ErrorBody } from "./api-types";
import { read, type Numbered } from "./events";
import { heard } from "./reach";
import type { CallBackArranged, CallBackRequest, PersonAsked, Receipt, Service, Session } from "./types";

type Events = Promise<AsyncGenerator<Numbered, void, void>>;

/** Longer than the slowest line needs for a few hundred bytes. */
const SERVICE_MS = 15_000;

let origin = "";
let page: string | null;

/** Names the service, and the page that a first question may be about. */
export function serve(from: string, about: string | null): void {
  origin = from;
  page = about;
}

/** An address of the service as seen from the page on which the widget stands; nothing but the web. */
export function address(href: string): string {
  const url = new URL(href, origin);
  return /^https?:$/.test(url.protocol) ? url.href : origin;
}

/** What the service refuses for good: the status, and what it says of it where that could be read. */
type Refusal = { readonly status: number } & Partial<ErrorBody>;

/** The refusal that a problem comes of, if it is one. */
export const refusal = (problem: unknown): Refusal | undefined => (problem as { cause?: Refusal }).cause;

/** Whether the conversation is not there any more. */
export function isGone(problem: unknown): boolean {
  const status = refusal(problem)?.status;
  return status === 401 || status === 404;
}

/** What there is to know before the first question. */
export const askService = (): Promise<Service> => told(send("service", { signal: AbortSignal.timeout(SERVICE_MS) }));

export const createConversation = (signal?: AbortSignal): Promise<Session> => told(send("conversations", { method: "POST", signal: signal ?? null }));

/** The events of a turn, from its first. The same name is the same turn, however often it is sent. */
export const sendTurn = async (session: Session, clientTurnId: string, text: string, signal: AbortSignal): Events =>
  read(await post(session, "turns", { client_turn_id: clientTurnId, text, page }, signal));

/** What happened in the conversation so far. */
export const eventsSoFar = async (session: Session): Events => read(await of(session, "/events?follow=false", {}));

/** What happens in the conversation after an event; `onBytes` is told of every sign of life. */
export const followEvents = async (session: Session, after: number, signal: AbortSignal, onBytes: () => void): Events =>
  read(await of(session, "/events", { signal }, { "Last-Event-ID": String(after) }), onBytes);

export const cancelTurn = (session: Session, clientTurnId: string): Promise<unknown> =>
  post(session, "cancel", { client_turn_id: clientTurnId });

export const sendFeedback = (session: Session, turn: string, helpful: boolean, comment?: string): Promise<unknown> =>
  post(session, "feedback", { turn, helpful, comment });

export const askForPerson = (session: Session): Promise<PersonAsked> => told(post(session, "handoff", {}));

/** No person, or none any more: declines, stops waiting or leaves, whichever applies. */
export const leavePerson = (session: Session): Promise<unknown> => of(session, "/handoff", { method: "DELETE" });

/** A message to the person. The same name is the same message, however often it is sent. */
export const sendMessage = (session: Session, clientMessageId: string, text: string, signal: AbortSignal): Promise<unknown> =>
  post(session, "messages", { client_message_id: clientMessageId, text }, signal);

export const tellTyping = (session: Session): Promise<unknown> => post(session, "typing", {});

export const requestCallBack = (session: Session, request: CallBackRequest): Promise<CallBackArranged> =>
  told(post(session, "call_backs", request));

/** Erases the conversation; gives the receipt. */
export const deleteConversation = (session: Session): Promise<Receipt> => told(of(session, "", { method: "DELETE" }));

const told = async <Told>(answer: Promise<Response>): Promise<Told> => (await answer).json();

const post = (session: Session, route: string, body: object, signal?: AbortSignal): Promise<Response> =>
  of(session, `/${route}`, { method: "POST", body: JSON.stringify(body), signal: signal ?? null }, { "Content-Type": "application/json" });

const of = (session: Session, route: string, request: RequestInit, headers?: Record<string, string>): Promise<Response> =>
  send(`conversations/${session.id}${route}`, { ...request, headers: { ...headers, Authorization: `Bearer ${session.token}` } });

async function send(route: string, request: RequestInit): Promise<Response> {
  const response = await fetch(`${origin}/api/v1/${route}`, { ...request, cache: "no-store", credentials: "omit" }).catch((problem) => {
    // What we ended ourselves says nothing about the service.
    if (!request.signal?.aborted) heard(false);
    throw problem;
  });
  const { ok, status } = response;
  heard(status < 500);
  if (ok) return response;
  const said = await response.json().catch(() => undefined);
  // The others may go away by themselves, like a lost line.
  const isForGood = status < 500 && status !== 408 && status !== 429;
  throw new Error("", { cause: isForGood && { ...said, status } });
}

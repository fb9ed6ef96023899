/**
 * One question from sending to its end, over lost connections and restarts of the service. A lost stream is taken up again
 * under the same name, so that nothing is computed twice; its sentences then come again from the first, with their numbers.
 */
import { Refusal, isPassing, sendTurn } from "./api";
import { delayMs, pause } from "./backoff";
import { inConversation } from "./conversation";
import type { Numbered } from "./events";
import { isOpen } from "./handoff";
import { newName } from "./names";
import * as session from "./session";
import type { Reply } from "./types";

/** Where a turn is shown. */
export interface TurnView {
  /** What comes before the end. */
  event(event: Numbered): void;
  /** The line was lost, and another is tried. */
  lost(): void;
  /** What was shown of the answer does not count: it begins anew, under this name. */
  restart(clientTurnId: string): void;
}

/**
 * How a turn ended: with a reply, or why not. A person has the conversation, and the service has the question in it
 * (`taken_over`) or not (`with_person`).
 */
export type TurnEnd = Reply | "stopped" | "taken_over" | "with_person" | "busy" | "lost" | "failed";

/** How often it is tried again. Together some 30 seconds, which a restart of the service takes. */
const MOST_TRIES = 5;

/** A connection that lasted so long did not fail: the tries are counted anew. */
const GOOD_MS = 10_000;

/** Runs the turn of this name to its end. Never rejects. */
export async function runTurn(text: string, clientTurnId: string, view: TurnView, signal: AbortSignal): Promise<TurnEnd> {
  let failures = 0;
  /** A turn that the service gave up, or in a conversation that is full, is begun anew once and not for ever. */
  let renewed = false;

  /** One connection: the turn's end, or nothing when the stream broke off. */
  const attempt = async (): Promise<TurnEnd | undefined> => {
    for await (const event of await inConversation((open) => sendTurn(open, clientTurnId, text, signal), signal)) {
      if (event.name === "reply") return event.data;
      if (event.name === "error") return ended(event.data.code);
      view.event(event);
    }
    return undefined;
  };

  const ended = (code: string): TurnEnd | undefined => {
    if (code === "cancelled") return "stopped";
    if (code === "taken_over") return code;
    return code === "shutting_down" || (code === "abandoned" && renew()) ? undefined : "failed";
  };

  /** What a failed connection means; nothing when it is worth another try. */
  const judge = (problem: unknown): TurnEnd | undefined => {
    if (signal.aborted) return "stopped";
    if (!(problem instanceof Refusal) || isPassing(problem)) return undefined;
    const { code } = problem.said;
    if (code === "turn_in_progress") return "busy";
    if (code === "with_person") return code;
    // A full conversation in which a person is expected is not left.
    if (code !== "conversation_full" || isOpen() || !renew()) return "failed";
    session.forget();
    return undefined;
  };

  /** Says whether the turn begins anew. */
  const renew = (): boolean => {
    if (renewed) return false;
    renewed = true;
    clientTurnId = newName();
    view.restart(clientTurnId);
    return true;
  };

  for (;;) {
    const began = Date.now();
    const end = await attempt().catch(judge);
    if (end) return end;
    if (Date.now() - began >= GOOD_MS) failures = 0;
    if (failures === MOST_TRIES) return "lost";
    const wait = delayMs(failures);
    // Without a line there is nothing to give up: it goes on when there is one again.
    if (navigator.onLine) failures += 1;
    view.lost();
    await pause(wait, signal);
    if (signal.aborted) return "stopped";
  }
}

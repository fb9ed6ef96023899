/**
 * One question from sending to its end, over lost connections and restarts of the service. A lost stream is taken up again
 * under the same name, so that nothing is computed twice; its sentences then come again from the first, with their numbers.
 */
import { refusal, sendTurn } from "./api";
import { delayMs, pause } from "./backoff";
import { apply, inConversation } from "./conversation";
import { isOpen } from "./handoff";
import { words } from "./language";
import { restart, type Entry } from "./log";
import { newName } from "./names";
import * as session from "./session";
import { say } from "./status";
import type { Reply } from "./types";

/**
 * How a turn ended: with a reply, or why not. A person has the conversation, and the service has the question in it
 * (`taken_over`) or not (`with_person`).
 */
export type TurnEnd = Reply | "stopped" | "taken_over" | "with_person" | "busy" | "lost" | "failed";

/** How often it is tried again. Together some 30 seconds, which a restart of the service takes. */
const MOST_TRIES = 5;

/** A connection that lasted so long did not fail: the tries are counted anew. */
const GOOD_MS = 10_000;

/** Runs the turn of a question to its end. Never rejects. */
export async function runTurn(entry: Entry, signal: AbortSignal): Promise<TurnEnd> {
  let failures = 0;
  /** A turn that the service gave up, or in a conversation that is full, is begun anew once and not for ever. */
  let renewed = false;

  /** One connection: the turn's end, or nothing when the stream broke off. */
  const attempt = async (): Promise<TurnEnd | undefined> => {
    for await (const event of await inConversation((open) => sendTurn(open, entry.name, entry.question, signal), signal)) {
      if (event.name === "reply") return event.data;
      if (event.name === "error") return ended(event.data.code);
      apply(event);
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
    const refused = refusal(problem);
    if (!refused) return undefined;
    const { code } = refused;
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
    restart(entry, newName());
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
    say("turn", words.reconnecting);
    await pause(wait, signal);
    if (signal.aborted) return "stopped";
  }
}

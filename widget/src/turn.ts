/**
 * One question from sending to its end, over lost connections and restarts of the service. A lost stream is taken up again
 * under the same name, so that nothing is computed twice; its sentences then come again from the first, with their numbers.
 */
import { Refusal, createConversation, isGone, isPassing, sendTurn } from "./api";
import { delayMs, pause } from "./backoff";
import { newName } from "./names";
import * as session from "./session";
import type { Reply, Sentence, Session, Stage } from "./types";

/** Where a turn is shown. */
export interface TurnView {
  stage(stage: Stage): void;
  /** The line was lost, and another is tried. */
  lost(): void;
  /** The turn is asked in this conversation. */
  conversation(session: Session): void;
  /** Whether the conversation may be left for a new one. */
  mayBeginAnew(): boolean;
  sentence(index: number, sentence: Sentence): void;
  /** What was shown of the answer does not count: it begins anew, under this name. */
  restart(clientTurnId: string): void;
}

/** How a turn ended. */
export type TurnEnd =
  | { readonly kind: "reply"; readonly reply: Reply }
  | { readonly kind: "stopped" }
  /** A person has the conversation; `sent` says whether the service has the question in it. */
  | { readonly kind: "with_person"; readonly sent: boolean }
  | { readonly kind: "busy" }
  | { readonly kind: "failed"; readonly lost: boolean };

/** How often it is tried again. Together some 30 seconds, which a restart of the service takes. */
const MOST_TRIES = 5;

/** A connection that lasted so long did not fail: the tries are counted anew. */
const GOOD_MS = 10_000;

/** A question on its way. */
export interface Turn {
  /** What it takes to cancel the turn; nothing while there is no conversation yet. */
  names(): { session: Session; clientTurnId: string } | undefined;
  /** Runs the turn to its end. Never rejects. */
  run(): Promise<TurnEnd>;
}

export function newTurn(text: string, view: TurnView, signal: AbortSignal, clientTurnId: string): Turn {
  let open: Session | undefined;
  let failures = 0;
  /** A turn that the service gave up, or a conversation that it lost, is begun anew once and not for ever. */
  let renewed = false;

  /** One connection: the turn's end, or nothing when the stream broke off. */
  const attempt = async (): Promise<TurnEnd | undefined> => {
    open = session.load();
    if (open === undefined) {
      open = await createConversation(signal);
      session.save(open);
    }
    view.conversation(open);
    for await (const event of await sendTurn(open, clientTurnId, text, signal)) {
      if (event.name === "status") view.stage(event.data.stage);
      else if (event.name === "sentence") view.sentence(event.data.index, event.data);
      else if (event.name === "reply") return { kind: "reply", reply: event.data };
      else if (event.name === "error") return ended(event.data.code);
    }
    return undefined;
  };

  const ended = (code: string): TurnEnd | undefined => {
    if (code === "cancelled") return { kind: "stopped" };
    if (code === "taken_over") return { kind: "with_person", sent: true };
    if (code === "shutting_down" || (code === "abandoned" && renew())) return undefined;
    return { kind: "failed", lost: false };
  };

  /** What a failed connection means; nothing when it is worth another try. */
  const judge = (problem: unknown): TurnEnd | undefined => {
    if (!(problem instanceof Refusal) || isPassing(problem)) return undefined;
    if (problem.code === "turn_in_progress") return { kind: "busy" };
    if (problem.code === "with_person") return { kind: "with_person", sent: false };
    // A full conversation in which a person is expected is not left.
    const isOver = isGone(problem) || (problem.code === "conversation_full" && view.mayBeginAnew());
    if (!isOver || renewed) return { kind: "failed", lost: false };
    session.forget();
    renew();
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

  return {
    names: () => open && { session: open, clientTurnId },
    async run() {
      for (;;) {
        const began = Date.now();
        try {
          const end = await attempt();
          if (end !== undefined) return end;
        } catch (problem) {
          if (signal.aborted) return { kind: "stopped" };
          const end = judge(problem);
          if (end !== undefined) return end;
        }
        if (Date.now() - began >= GOOD_MS) failures = 0;
        if (failures === MOST_TRIES) return { kind: "failed", lost: true };
        const wait = delayMs(failures);
        // Without a line there is nothing to give up: it goes on when there is one again.
        if (navigator.onLine) failures += 1;
        view.lost();
        await pause(wait, signal);
        if (signal.aborted) return { kind: "stopped" };
      }
    },
  };
}

/**
 * One question from sending to its end, over lost connections and restarts of the service. A lost stream is taken up again
 * under the same name, so that nothing is computed twice; its sentences then come again from the first, with their numbers.
 */
import { Refusal, createConversation, sendTurn } from "./api";
import { pause } from "./backoff";
import { newName } from "./names";
import * as session from "./session";
import type { Reply, Sentence, Session, Stage } from "./types";

/** Where a turn is shown. */
export interface TurnView {
  stage(stage: Stage): void;
  connection(state: "connecting" | "lost"): void;
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

/** How long to wait before each new try. Together some 30 seconds, which a restart of the service takes. */
const DELAYS_MS = [500, 1000, 2000, 4000, 8000, 15000] as const;

/** A connection that lasted so long did not fail: the tries are counted anew. */
const GOOD_MS = 10_000;

/** A question on its way. */
export class Turn {
  #clientTurnId: string;
  #session: Session | undefined;
  #failures = 0;
  /** A turn that the service gave up, or a conversation that it lost, is begun anew once and not for ever. */
  #renewed = false;

  constructor(readonly text: string, private readonly view: TurnView, private readonly signal: AbortSignal, clientTurnId = newName()) {
    this.#clientTurnId = clientTurnId;
  }

  /** What it takes to cancel the turn; nothing while there is no conversation yet. */
  get names(): { session: Session; clientTurnId: string } | undefined {
    return this.#session && { session: this.#session, clientTurnId: this.#clientTurnId };
  }

  /** The turn's name by now. */
  get clientTurnId(): string {
    return this.#clientTurnId;
  }

  /** Runs the turn to its end. Never rejects. */
  async run(): Promise<TurnEnd> {
    for (;;) {
      const began = Date.now();
      try {
        const end = await this.#attempt();
        if (end !== undefined) return end;
      } catch (problem) {
        if (this.signal.aborted) return { kind: "stopped" };
        const end = this.#judge(problem);
        if (end !== undefined) return end;
      }
      if (Date.now() - began >= GOOD_MS) this.#failures = 0;
      const delay = DELAYS_MS[this.#failures];
      if (delay === undefined) return { kind: "failed", lost: true };
      this.#failures += 1;
      this.view.connection("lost");
      await pause(delay, this.signal);
      if (this.signal.aborted) return { kind: "stopped" };
    }
  }

  /** One connection: the turn's end, or nothing when the stream broke off. */
  async #attempt(): Promise<TurnEnd | undefined> {
    this.#session = session.load();
    if (this.#session === undefined) {
      this.#session = await createConversation(this.signal);
      session.save(this.#session);
    }
    this.view.conversation(this.#session);
    for await (const event of await sendTurn(this.#session, this.#clientTurnId, this.text, this.signal)) {
      switch (event.name) {
        case "question":
        case "state":
        case "message":
        case "feedback":
        case "queue":
        case "typing":
        case "presence":
          break;
        case "status":
          this.view.stage(event.data.stage);
          break;
        case "sentence":
          this.view.sentence(event.data.index, event.data);
          break;
        case "reply":
          return { kind: "reply", reply: event.data };
        case "error":
          return this.#ended(event.data.code);
      }
    }
    return undefined;
  }

  #ended(code: string): TurnEnd | undefined {
    if (code === "cancelled") return { kind: "stopped" };
    if (code === "taken_over") return { kind: "with_person", sent: true };
    if (code === "shutting_down") return undefined;
    if (code === "abandoned" && !this.#renewed) {
      this.#renew();
      return undefined;
    }
    return { kind: "failed", lost: false };
  }

  /** What a failed connection means; nothing when it is worth another try. */
  #judge(problem: unknown): TurnEnd | undefined {
    if (!(problem instanceof Refusal)) return undefined;
    if (problem.isPassing) return undefined;
    if (problem.code === "turn_in_progress") return { kind: "busy" };
    if (problem.code === "with_person") return { kind: "with_person", sent: false };
    // A full conversation in which a person is expected is not left.
    const isOver = problem.isGone || (problem.code === "conversation_full" && this.view.mayBeginAnew());
    if (isOver && !this.#renewed) {
      session.forget();
      this.#renew();
      return undefined;
    }
    return { kind: "failed", lost: false };
  }

  #renew(): void {
    this.#renewed = true;
    this.#clientTurnId = newName();
    this.view.restart(this.#clientTurnId);
  }
}

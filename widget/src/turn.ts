/**
 * One question from sending to its end, over lost connections and restarts of the service. A lost stream is taken up again
 * under the same name, so that nothing is computed twice; events that were shown already are skipped by their numbers.
 */
import { Refusal, createConversation, sendTurn } from "./api";
import * as session from "./session";
import type { Reply, Sentence, Session, Stage } from "./types";

/** Where a turn is shown. */
export interface TurnView {
  stage(stage: Stage): void;
  connection(state: "connecting" | "lost"): void;
  sentence(sentence: Sentence): void;
  /** What was shown of the answer does not count: it begins anew. */
  restart(): void;
}

/** How a turn ended. */
export type TurnEnd =
  | { readonly kind: "reply"; readonly reply: Reply }
  | { readonly kind: "stopped" }
  | { readonly kind: "busy" }
  | { readonly kind: "failed"; readonly lost: boolean };

/** How long to wait before each new try. Together some 30 seconds, which a restart of the service takes. */
const DELAYS_MS = [500, 1000, 2000, 4000, 8000, 15000] as const;

/** A name that no other turn has. `crypto.randomUUID` is missing where the page does not come over https. */
export function newTurnId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A question on its way. */
export class Turn {
  #clientTurnId: string;
  #session: Session | undefined;
  #lastEvent = 0;
  #failures = 0;
  /** A turn that the service gave up, or a conversation that it lost, is begun anew once and not for ever. */
  #renewed = false;

  constructor(readonly text: string, private readonly view: TurnView, private readonly signal: AbortSignal, clientTurnId = newTurnId()) {
    this.#clientTurnId = clientTurnId;
  }

  /** What it takes to cancel the turn; nothing while there is no conversation yet. */
  get names(): { session: Session; clientTurnId: string } | undefined {
    return this.#session && { session: this.#session, clientTurnId: this.#clientTurnId };
  }

  /** Runs the turn to its end. Never rejects. */
  async run(): Promise<TurnEnd> {
    for (;;) {
      try {
        const end = await this.#attempt();
        if (end !== undefined) return end;
      } catch (problem) {
        if (this.signal.aborted) return { kind: "stopped" };
        const end = this.#judge(problem);
        if (end !== undefined) return end;
      }
      const delay = DELAYS_MS[this.#failures];
      if (delay === undefined) return { kind: "failed", lost: true };
      this.#failures += 1;
      this.view.connection("lost");
      await this.#pause(delay);
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
    for await (const event of await sendTurn(this.#session, this.#clientTurnId, this.text, this.signal)) {
      if (event.id <= this.#lastEvent) continue;
      this.#lastEvent = event.id;
      this.#failures = 0;
      switch (event.name) {
        case "question":
          break;
        case "status":
          this.view.stage(event.data.stage);
          break;
        case "sentence":
          this.view.sentence(event.data);
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
    if (problem.endsConversation && !this.#renewed) {
      session.forget();
      this.#renew();
      return undefined;
    }
    return { kind: "failed", lost: false };
  }

  #renew(): void {
    this.#renewed = true;
    this.#clientTurnId = newTurnId();
    this.#lastEvent = 0;
    this.view.restart();
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
    });
  }
}

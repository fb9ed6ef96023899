/** Where the conversation stands, as the service's events tell it. Pure: no page, no clock. */
import type { CallBackWhy, PersonAsked, Phase, QueuePlace, Reply, StateChange } from "./types";

/** Where the conversation stands, and what belongs to that. */
export interface Standing {
  readonly phase: Phase;
  /** Who has the conversation; after it, who had it last. */
  readonly staff?: string | undefined;
  readonly why?: CallBackWhy | undefined;
  readonly reopens?: string | undefined;
  readonly queue?: QueuePlace | undefined;
}

export const START: Standing = { phase: "with_assistant" };

/** What of a change counts here. */
type Change = Pick<StateChange, "phase" | "staff" | "reopens"> & { readonly why?: CallBackWhy | null };

/** After the event `state`. */
export function afterState(before: Standing, change: Change): Standing {
  return {
    phase: change.phase,
    staff: change.staff ?? before.staff,
    why: change.why ?? undefined,
    reopens: change.reopens ?? undefined,
    queue: change.phase === "waiting" && before.phase === "waiting" ? before.queue : undefined,
  };
}

/** After a reply. A request stands, whatever is asked and answered meanwhile. */
export function afterReply(before: Standing, reply: Pick<Reply, "offers" | "reason">): Standing {
  if (isOpen(before)) return before;
  const offered = reply.offers.indexOf("human") >= 0 && typeof reply.reason === "string";
  return { phase: offered ? "offered" : "with_assistant", staff: before.staff };
}

/** After the event `queue`, which tells nothing to those who do not wait. */
export function afterQueue(before: Standing, queue: QueuePlace): Standing {
  return before.phase === "waiting" || before.phase === "requested" ? { ...before, queue } : before;
}

/** After the answer to asking for a person. */
export function afterAsking(before: Standing, asked: PersonAsked): Standing {
  if (asked.phase === undefined || asked.phase === "unavailable") return before;
  const after = afterState(before, { phase: asked.phase, why: asked.why ?? null, reopens: asked.reopens ?? null });
  return typeof asked.place === "number"
    ? afterQueue(after, { place: asked.place, estimate_minutes: asked.estimate_minutes ?? null })
    : after;
}

/** Whether someone or something is owed to the resident: this page has to go on listening. */
export function isOpen({ phase }: Standing): boolean {
  return phase === "requested" || phase === "waiting" || phase === "with_person" || phase === "call_back_offered";
}

/** Whether the resident can ask for a person. */
export function canAsk({ phase }: Standing): boolean {
  return phase === "with_assistant" || phase === "offered" || phase === "closed";
}

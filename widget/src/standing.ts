/** Where the conversation stands, as the service's events tell it. Pure: no page, no clock. */
import type { CallBackWhy, PersonAsked, Phase, QueuePlace, Reply, StateChange } from "./types";

/** Where the conversation stands, and what belongs to that. */
export interface Standing {
  readonly phase: Phase;
  /** Who has the conversation; after it, who had it last. */
  readonly staff?: string | undefined;
  readonly why?: CallBackWhy | null | undefined;
  readonly reopens?: string | null | undefined;
  readonly queue?: QueuePlace | undefined;
}

export const START: Standing = { phase: "with_assistant" };

/** What of a change counts here. */
type Change = Pick<StateChange, "phase" | "staff" | "reopens"> & { readonly why?: CallBackWhy | null };

/** After the event `state`. */
export const afterState = (before: Standing, { phase, staff, why, reopens }: Change): Standing =>
  ({ phase, staff: staff ?? before.staff, why, reopens, queue: phase === before.phase && phase === "waiting" ? before.queue : undefined });

/** After a reply. A request stands, whatever is asked and answered meanwhile. */
export function afterReply(before: Standing, reply: Pick<Reply, "offers" | "reason">): Standing {
  if (isOpen(before)) return before;
  const offered = reply.reason && reply.offers.indexOf("human") >= 0;
  return { phase: offered ? "offered" : "with_assistant", staff: before.staff };
}

/** After the event `queue`, which tells nothing to those who do not wait. */
export const afterQueue = (before: Standing, queue: QueuePlace): Standing => (isWaiting(before) ? { ...before, queue } : before);

/** After the answer to asking for a person. */
export function afterAsking(before: Standing, { phase, why, reopens, place, estimate_minutes = null }: PersonAsked): Standing {
  if (phase === "unavailable") return before;
  const after = afterState(before, { phase, why, reopens });
  return place ? afterQueue(after, { place, estimate_minutes }) : after;
}

/** Whether a person was asked for and none is there yet. */
export const isWaiting = ({ phase }: Standing): boolean => phase === "requested" || phase === "waiting";

/** Whether someone or something is owed to the resident: this page has to go on listening. */
export const isOpen = (standing: Standing): boolean => !canAsk(standing);

/** Whether the resident can ask for a person. */
export const canAsk = ({ phase }: Standing): boolean => phase === "with_assistant" || phase === "offered" || phase === "closed";

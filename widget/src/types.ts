/** What travels between this page and the service; the service's wire types are the source. */

/** How the council is reached. */
export interface ContactDetails {
  readonly name?: string | null;
  readonly phone?: string | null;
  readonly email?: string | null;
  readonly address?: string | null;
  /** In words, in English. */
  readonly opening_hours?: string | null;
  /** Address of the page that says more. */
  readonly page?: string | null;
}

/** What the service says of itself. */
export interface Service {
  readonly council: string;
  /** Characters that a question or a message can have. */
  readonly longest: number;
  readonly call_back_days?: number | null;
  readonly conversations_days?: number | null;
  /** What the council wants everyone to know first. */
  readonly notice?: string | null;
  /** What to do when someone is in danger. */
  readonly emergency?: string | null;
  readonly examples: readonly string[];
  readonly contact: ContactDetails;
}

/** A conversation's name and the secret that opens it. */
export interface Session {
  readonly id: string;
  readonly token: string;
}

export type Outcome = "answer" | "clarify" | "handoff" | "signpost" | "decline" | "greeting";
export type Stage = "waiting" | "searching" | "reading" | "writing";
export type Offer = "human" | "call_back";

/** Where a conversation stands. */
export type Phase = "with_assistant" | "offered" | "requested" | "waiting" | "with_person" | "call_back_offered" | "closed";

/** Why a call-back is offered instead of a chat. */
export type CallBackWhy = "closed" | "nobody_came";

/** One sentence of an answer; `citations` are numbers of sources. */
export interface Sentence {
  readonly text: string;
  readonly citations: readonly number[];
}

/** A place on a page. */
export interface Citation {
  readonly n: number;
  readonly title: string;
  readonly heading: string;
  /** The place on the service's own copy of the page. */
  readonly href: string;
  /** The quote without Markdown. */
  readonly quote_text: string;
}

export interface Reply {
  readonly turn: string;
  readonly outcome: Outcome;
  readonly text: string;
  readonly sentences: readonly Sentence[];
  readonly citations: readonly Citation[];
  readonly offers: readonly Offer[];
  /** Why it is not an answer. */
  readonly reason?: string | null;
  /** The readings to choose from, when the question had several. */
  readonly choices?: readonly string[];
}

/** Where the conversation stands from now on, and what belongs to that. */
export interface StateChange {
  readonly phase: Phase;
  /** Of `with_person`: the name of the member of staff. */
  readonly staff?: string | null;
  /** Of `call_back_offered`. */
  readonly why?: CallBackWhy | null;
  /** Of `call_back_offered`: when people answer again, as RFC 3339, where it is known. */
  readonly reopens?: string | null;
  /** Of `with_assistant`: the reference number of a call-back that was arranged. */
  readonly reference?: string | null;
  /** Of `with_assistant`: a member of staff gave the conversation back. */
  readonly returned?: boolean;
  /** Of `closed`. */
  readonly by?: "user" | "staff";
  /** Of `closed`: someone will come back to the resident. */
  readonly follow_up?: boolean;
}

/** A message between people. */
export interface Message {
  readonly message_id: number;
  /** The sender's own name for it. */
  readonly client_message_id: string;
  readonly from: "user" | "staff";
  readonly name?: string | null;
  readonly text: string;
  /** A page of the council that belongs to it. */
  readonly page?: { readonly title: string; readonly href: string } | null;
}

/** The place in the queue; the estimate is null where there is none. */
export interface QueuePlace {
  readonly place: number;
  readonly estimate_minutes: number | null;
}

/** What asking for a person comes to. */
export interface PersonAsked {
  /** `unavailable` where the wish could not be kept. */
  readonly phase?: Phase | "unavailable";
  readonly place?: number | null;
  readonly estimate_minutes?: number | null;
  readonly why?: CallBackWhy | null;
  readonly reopens?: string | null;
}

/** What a call-back needs. */
export interface CallBackRequest {
  readonly name: string;
  readonly phone?: string;
  readonly email?: string;
  readonly question: string;
  readonly preferred_time?: string;
  readonly consent: true;
}

export interface CallBackArranged {
  readonly reference: string;
  /** As RFC 3339. */
  readonly due?: string | null;
}

/** That a conversation is erased. */
export interface Receipt {
  readonly receipt: string;
  /** As RFC 3339. */
  readonly erased_at: string;
}

/** Every event of a turn names it as this page named it; one of the whole conversation names none. */
interface Named {
  readonly client_turn_id?: string;
}

export type ConversationEvent =
  | { readonly name: "question"; readonly data: Named & { readonly text: string } }
  | { readonly name: "status"; readonly data: Named & { readonly stage: Stage } }
  | { readonly name: "sentence"; readonly data: Named & Sentence & { readonly index: number } }
  | { readonly name: "reply"; readonly data: Named & Reply }
  | { readonly name: "error"; readonly data: Named & { readonly code: string; readonly detail: string } }
  | { readonly name: "state"; readonly data: StateChange }
  | { readonly name: "message"; readonly data: Message }
  | { readonly name: "feedback"; readonly data: { readonly turn: string; readonly helpful: boolean } }
  | { readonly name: "queue"; readonly data: QueuePlace }
  | { readonly name: "typing"; readonly data: { readonly from: string; readonly name: string } }
  | { readonly name: "presence"; readonly data: { readonly from: string; readonly name: string; readonly here: boolean } };

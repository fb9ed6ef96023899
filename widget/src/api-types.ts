/** What travels between the widget and the service: made of the service's /openapi.json by openapi.mjs. Do not edit. */

/** Why a call-back is offered instead of a chat. */
export type CallBackWhy = "closed" | "nobody_came";

/** Body of `POST …/cancel`. */
export interface CancelTurn {
  readonly client_turn_id: string;
}

/** A place on a page that supports sentences of a reply. */
export interface Citation {
  /** The heading under which the quote stands; the title where it stands under none. */
  readonly heading: string;
  /** The place on this service's own copy of the page. */
  readonly href: string;
  /** Its number within the reply, from 1. */
  readonly n: number;
  /** The digest of the page as it was cited. */
  readonly page_digest: string;
  readonly page_id: string;
  /** A verbatim span of the page's source. */
  readonly quote: string;
  /** The quote without Markdown. */
  readonly quote_text: string;
  readonly title: string;
  /** Where the resident can read the page. */
  readonly url: string;
}

/** How the council is reached; what it does not name is null. */
export interface ContactDetails {
  readonly address: string | null;
  readonly email: string | null;
  readonly name: string;
  /** In words; null where the council's rule is too special to be put in words safely. */
  readonly opening_hours: string | null;
  /** Address of the page that says more. */
  readonly page: string | null;
  readonly phone: string | null;
}

/** An event of a conversation's stream. */
export type ConversationEvent =
  | { readonly data: QuestionData; readonly event: "question" }
  | { readonly data: StatusData; readonly event: "status" }
  | { readonly data: SentenceData; readonly event: "sentence" }
  | { readonly data: ReplyData; readonly event: "reply" }
  | { readonly data: ErrorData; readonly event: "error" }
  | { readonly data: StateData; readonly event: "state" }
  | { readonly data: MessageData; readonly event: "message" }
  | { readonly data: FeedbackData; readonly event: "feedback" }
  | { readonly data: QueuePlace; readonly event: "queue" }
  | { readonly data: TypingData; readonly event: "typing" }
  | { readonly data: PresenceData; readonly event: "presence" };

/** A refusal. */
export interface ErrorBody {
  readonly code: ErrorCode;
  /** What is wrong and what to do, for people. */
  readonly detail: string;
}

/** What is wrong, for programs. */
export type ErrorCode =
  | "comment_too_long"
  | "conversation_full"
  | "empty_question"
  | "internal"
  | "invalid_body"
  | "invalid_client_turn_id"
  | "invalid_email"
  | "invalid_field"
  | "invalid_json"
  | "invalid_phone"
  | "invalid_query"
  | "message_too_long"
  | "method_not_allowed"
  | "no_call_back"
  | "no_consent"
  | "no_person"
  | "no_way_to_reach_you"
  | "not_found"
  | "question_too_long"
  | "shutting_down"
  | "timeout"
  | "too_large"
  | "too_many_streams"
  | "turn_differs"
  | "turn_in_progress"
  | "unauthorized"
  | "unavailable"
  | "unknown_field"
  | "unsupported_media_type"
  | "with_person";

/** A turn ended without a reply. Without the names of a turn, the whole stream ends. */
export interface ErrorData {
  readonly client_turn_id?: string;
  readonly code: TurnEnding;
  /** In words for the resident. */
  readonly detail: string;
  readonly turn?: string;
}

/** Body of `POST …/feedback`. */
export interface Feedback {
  readonly comment?: string | null;
  readonly helpful: boolean;
  /** The `turn` of the events. */
  readonly turn: string;
}

/** Whether a reply helped, as the resident said; the last word counts. */
export interface FeedbackData {
  readonly helpful: boolean;
  readonly turn: string;
}

/** Where a conversation stands, or `unavailable` where the wish for a person could not be kept. */
export type HandoffPhase =
  | "with_assistant"
  | "offered"
  | "requested"
  | "waiting"
  | "with_person"
  | "call_back_offered"
  | "closed"
  | "unavailable";

/** Answer to `POST …/handoff`: where the conversation stands then, and how else the council is reached. */
export interface HandoffTold {
  readonly contact: ContactDetails;
  /** Of `waiting`: minutes that most of those who waited lately waited at most; null where too few did. */
  readonly estimate_minutes?: number | null;
  readonly phase: HandoffPhase;
  /** Of `waiting`: the place in the queue; 1 is next. */
  readonly place?: number;
  /** Of `call_back_offered`: when people answer again, as RFC 3339, where it is known; else null. */
  readonly reopens: string | null;
  readonly why: CallBackWhy | null;
}

/** Answer to `GET /livez`. */
export interface Live {
  readonly live: boolean;
}

/** A message between people. */
export interface MessageData {
  /** When, as RFC 3339. */
  readonly at: string | null;
  /** The sender's own name for it. */
  readonly client_message_id: string;
  readonly from: Side;
  readonly message_id: number;
  /** The name of the member of staff; null where the resident wrote. */
  readonly name: string | null;
  readonly page: PageTold | null;
  readonly text: string;
}

/** What the assistant may do. */
export type Mode = "on" | "quotes_only" | "off";

/** Body of `POST …/call_backs`. */
export interface NewCallBackBody {
  readonly consent: boolean;
  readonly email?: string | null;
  readonly name: string;
  readonly phone?: string | null;
  readonly preferred_time?: string | null;
  readonly question: string;
}

/** Answer to `POST /api/v1/conversations`. */
export interface NewConversation {
  readonly id: string;
  readonly token: string;
}

/** Body of `POST …/messages`. */
export interface NewMessage {
  readonly client_message_id: string;
  readonly text: string;
}

/** Body of `POST …/turns`. */
export interface NewTurn {
  readonly client_turn_id: string;
  /** The address of the page that the resident is on: what a first question such as "how much is it?" is about. One that is none of the council's pages makes no difference to the answer. Of any, staff see the path; its query is not kept. */
  readonly page?: string | null;
  readonly text: string;
}

/** What a resident is offered beside a reply. */
export type Offer = "human" | "call_back";

/** How a reply ended the enquiry's way. */
export type Outcome = "answer" | "clarify" | "handoff" | "signpost" | "decline" | "greeting";

/** A page of the council that belongs to a message. */
export interface PageTold {
  /** Its address on this service. */
  readonly href: string;
  readonly title: string;
}

/** How many states of passages are kept: with them, a first question on a passage need not wait until it is read. */
export interface PassageStatesTold {
  /** Kept so far, in memory or on disk. */
  readonly kept: number;
  /** One for each passage and language model; 0 without one. */
  readonly of: number;
}

/** Where a conversation stands. */
export type Phase =
  | "with_assistant"
  | "offered"
  | "requested"
  | "waiting"
  | "with_person"
  | "call_back_offered"
  | "closed";

/** Whether the person has the conversation open. Passes; as long as nothing is told, they have. */
export interface PresenceData {
  readonly from: Side;
  readonly here: boolean;
  readonly name: string;
}

/** Answer to `POST …/call_backs`. */
export interface PromiseTold {
  /** As RFC 3339. */
  readonly due: string;
  readonly reference: string;
}

/** What the resident asked. In the conversation's stream only, for a page that is loaded again. */
export interface QuestionData {
  readonly client_turn_id: string;
  readonly text: string;
  readonly turn: string;
}

/** A place in the queue. */
export interface QueuePlace {
  /** Minutes that most of those who waited lately waited at most; none where too few did. */
  readonly estimate_minutes: number | null;
  /** 1 is next. */
  readonly place: number;
}

/** Answer to `GET /readyz`. */
export interface Ready {
  /** Published pages. */
  readonly pages: number;
  /** What is read before anybody asks. Questions can be answered before all of it is. */
  readonly passage_states: PassageStatesTold;
  /** Passages that the pages are cut into. */
  readonly passages: number;
  /** Whether the model's thread takes turns. */
  readonly ready: boolean;
}

/** Why a reply is not an answer, or why a person is asked for. */
export type Reason =
  | "asked_for_person"
  | "low_confidence"
  | "missing_knowledge"
  | "account_specific"
  | "complaint"
  | "safeguarding"
  | "unsupported_language"
  | "overload"
  | "fault"
  | "switched_off"
  | "off_topic"
  | "instruction"
  | "abuse"
  | "unreadable";

/** Answer to `DELETE /api/v1/conversations/{id}`. */
export interface Receipt {
  /** As RFC 3339. */
  readonly erased_at: string;
  readonly receipt: string;
}

/** The reply to a turn: the last of its events. */
export interface ReplyData {
  /** The readings that a `clarify` offers to choose from. */
  readonly choices?: readonly string[];
  readonly citations: readonly Citation[];
  readonly client_turn_id: string;
  /** The probability that the candidate answer is right; null where there was none. */
  readonly confidence: number | null;
  /** Of a reply that offers a person: how the service that it is about is reached. */
  readonly contact?: ContactDetails;
  readonly offers: readonly Offer[];
  readonly outcome: Outcome;
  /** Where the answer may stand, of a hand-off. */
  readonly pages?: readonly SuggestedPage[];
  readonly reason: Reason | null;
  readonly sentences: readonly ReplySentence[];
  /** All sentences; list items and steps on lines of their own. */
  readonly text: string;
  /** How it came about. What is in it may change with every version. */
  readonly trace: Readonly<Record<string, unknown>>;
  readonly turn: string;
}

/** A sentence of a reply. */
export interface ReplySentence {
  /** Numbers of the citations that support it. */
  readonly citations: readonly number[];
  readonly kind: SentenceKind;
  readonly text: string;
}

/** Answer to `POST …/messages`. */
export interface SentMessage {
  /** The number of its event. */
  readonly message_id: number;
}

/** A sentence of the reply to come, once it is sure that the reply is an answer. Passes. */
export interface SentenceData {
  /** Numbers of what the reply cites. */
  readonly citations: readonly number[];
  readonly client_turn_id: string;
  /** Its place in the reply, from 0. */
  readonly index: number;
  readonly text: string;
  readonly turn: string;
}

/** Where a sentence of a reply comes from. */
export type SentenceKind = "quoted" | "generated" | "fixed";

/** Answer to `GET /api/v1/service`. */
export interface ServiceTold {
  /** Days after which the details of a closed call-back are erased, and conversations after their last message. */
  readonly call_back_days: number;
  readonly contact: ContactDetails;
  readonly conversations_days: number;
  /** The council's name. */
  readonly council: string;
  /** What the council says where somebody is in danger. */
  readonly emergency: string;
  /** Questions to start with. */
  readonly examples: readonly string[];
  /** Characters that a question may have. */
  readonly longest: number;
  readonly mode: Mode;
  /** What staff tell residents. */
  readonly notice: string | null;
}

/** Who: the resident or a member of staff. */
export type Side = "user" | "staff";

/** What the assistant is at. */
export type StageName = "waiting" | "searching" | "reading" | "writing";

/** Where the conversation stands from now on, and what belongs to that. */
export interface StateData {
  /** When, as RFC 3339. */
  readonly at: string | null;
  /** Of `closed`. */
  readonly by?: Side;
  /** Of `closed`: someone will come back to the resident. */
  readonly follow_up?: boolean;
  readonly phase: Phase;
  /** Of `requested`. */
  readonly reason?: Reason;
  /** Of `with_assistant`: the reference number of a call-back that was arranged. */
  readonly reference?: string;
  /** Of `call_back_offered`: when people answer again, as RFC 3339; null where it is not known. */
  readonly reopens?: string | null;
  /** Of `with_assistant`: a member of staff gave the conversation back. */
  readonly returned?: boolean;
  /** Of `with_person`: the name of the member of staff. */
  readonly staff?: string;
  /** Of `call_back_offered`. */
  readonly why?: CallBackWhy;
}

/** What the assistant is at. Passes. */
export interface StatusData {
  readonly client_turn_id: string;
  readonly stage: StageName;
  readonly turn: string;
}

/** A place on a page to which a resident is pointed where there is no certain answer. */
export interface SuggestedPage {
  /** The heading of what was found there; the title where it stands under none. */
  readonly heading: string;
  /** The place on this service's own copy of the page. */
  readonly href: string;
  readonly page_id: string;
  readonly title: string;
  /** Where the resident can read the page. */
  readonly url: string;
}

/** Why a turn, or the whole stream, ended without a reply. */
export type TurnEnding = "cancelled" | "abandoned" | "shutting_down" | "internal" | "taken_over";

/** An event of a turn's stream, which ends after `reply` or `error`. */
export type TurnEvent =
  | { readonly data: StatusData; readonly event: "status" }
  | { readonly data: SentenceData; readonly event: "sentence" }
  | { readonly data: ReplyData; readonly event: "reply" }
  | { readonly data: ErrorData; readonly event: "error" };

/** The person is writing. Passes. */
export interface TypingData {
  readonly from: Side;
  readonly name: string;
}

/** What travels between this page and the service; the service's wire types are the source. */

/** A conversation's name and the secret that opens it. */
export interface Session {
  readonly id: string;
  readonly token: string;
}

export type Outcome = "answer" | "clarify" | "handoff" | "signpost" | "decline" | "greeting";
export type Stage = "waiting" | "searching" | "reading" | "writing";
export type Offer = "human" | "call_back";

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
  /** The readings to choose from, when the question had several. */
  readonly choices?: readonly string[];
}

/** Every event names its turn as this page named it; one of the whole conversation names none. */
interface Named {
  readonly client_turn_id?: string;
}

export type TurnEvent =
  | { readonly name: "question"; readonly data: Named & { readonly text: string } }
  | { readonly name: "status"; readonly data: Named & { readonly stage: Stage } }
  | { readonly name: "sentence"; readonly data: Named & Sentence & { readonly index: number } }
  | { readonly name: "reply"; readonly data: Named & Reply }
  | { readonly name: "error"; readonly data: Named & { readonly code: string; readonly detail: string } };

/** The widget's names for what travels between it and the service. The types themselves are made of the service's document. */
import type * as Api from "./api-types";

export type {
  CallBackWhy, Citation, ContactDetails, HandoffTold as PersonAsked, MessageData as Message, NewConversation as Session,
  Offer, Outcome, Phase, PromiseTold as CallBackArranged, QueuePlace, Receipt, ReplyData as Reply, ServiceTold as Service,
  StageName as Stage, StateData as StateChange, SuggestedPage,
} from "./api-types";

/** What is shown of a sentence, be it one that passes or one of a reply; `citations` are numbers of sources. */
export type Sentence = Pick<Api.ReplySentence, "text" | "citations">;

/** What a call-back needs. Nothing is sent without agreement, and what was left empty is not sent. */
export type CallBackRequest = { readonly [Field in keyof Api.NewCallBackBody]: NonNullable<Api.NewCallBackBody[Field]> } & {
  readonly consent: true;
};

/** An event as it is read: its name stands apart from its data. */
export type ConversationEvent = Api.ConversationEvent extends infer Event
  ? Event extends { readonly event: infer Name; readonly data: infer Data } ? { readonly name: Name; readonly data: Data } : never
  : never;

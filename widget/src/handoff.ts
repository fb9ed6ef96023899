/** The way to a person, as the resident sees it: where it stands, what can be done, and the chat. */
import { Refusal, askForPerson, leavePerson, requestCallBack } from "./api";
import { Chat } from "./chat";
import type { Composer } from "./composer";
import { byId } from "./dom";
import type { ConversationLog } from "./log";
import { Panel } from "./panel";
import * as session from "./session";
import { START, afterAsking, afterQueue, afterReply, afterState, canAsk, isOpen, type Standing } from "./standing";
import type { StatusLine } from "./status";
import { inWords } from "./times";
import type { CallBackArranged, CallBackRequest, Message, QueuePlace, Reply, Session, StateChange } from "./types";
import { callBackWords, chatWords, personWords } from "./words";

/** How long a notice that someone is typing counts. */
const TYPING_MS = 6000;

/** What the hand-off uses of the page around it. */
export interface HandoffPage {
  readonly log: ConversationLog;
  readonly status: StatusLine;
  readonly composer: Composer;
  readonly council: string;
  readonly callBackDays: number | undefined;
  /** Runs something in the conversation, which is begun where there is none. */
  inConversation<Result>(action: (open: Session) => Promise<Result>): Promise<Result>;
  /** Something is in the log now. */
  began(): void;
}

/** The hand-off of the page. */
export class Handoff {
  readonly chat: Chat;
  readonly #panel: Panel;
  readonly #actions = byId("person-actions", HTMLElement);
  /** Where the conversation stands by its events. */
  #told: Standing = START;
  /** Where it stands by the answers to what the resident did, should their events be late. */
  #standing: Standing = START;
  /** The resident opened the form for a call-back. */
  #form = false;
  #busy = false;
  #hasCallBack = false;
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly page: HandoffPage) {
    this.chat = new Chat(page.council, {
      show: (article) => page.log.show(article),
      announce: (text) => page.status.say("done", text),
    });
    this.#panel = new Panel(page.council, page.callBackDays, {
      leave: () => void this.leave(),
      callBack: () => this.callBack(),
      sendCallBack: (request) => this.#sendCallBack(request),
      closeCallBack: () => this.#closeCallBack(),
      lastQuestion: () => page.log.lastQuestion,
      focusElsewhere: () => page.composer.focus(),
    });
    byId("ask-person", HTMLButtonElement).addEventListener("click", () => void this.ask());
    byId("ask-call-back", HTMLButtonElement).addEventListener("click", () => this.callBack());
    this.#show();
  }

  /** Whether messages go to a person. */
  get isWithPerson(): boolean {
    return this.#standing.phase === "with_person";
  }

  /** Whether a person is expected or there, or a call-back is on offer. */
  get isOpen(): boolean {
    return isOpen(this.#standing);
  }

  /** Whether details for a call-back were given in this conversation. */
  get hasCallBack(): boolean {
    return this.#hasCallBack;
  }

  /** The conversation is another, or none. */
  reset(): void {
    this.#told = START;
    this.#standing = START;
    this.#form = false;
    this.#hasCallBack = false;
    this.#stopTyping();
    this.chat.clear();
    this.page.log.endOffer();
    this.#show();
  }

  /** Shows anew where things stand. */
  refresh(): void {
    this.#show();
  }

  /** Forgets what was typed as well. */
  clear(): void {
    this.reset();
    this.#panel.clear();
  }

  state(change: StateChange): void {
    const before = this.#told;
    this.#told = afterState(before, change);
    if (change.phase !== "with_person") this.#stopTyping();
    if (change.phase === "with_person" || change.phase === "call_back_offered") this.#form = false;
    this.page.log.endOffer();
    this.#notice(before, this.#told, change);
    this.#settle(this.#told);
  }

  reply(reply: Reply): void {
    this.#told = afterReply(this.#told, reply);
    this.#settle(this.#told);
  }

  queue(queue: QueuePlace): void {
    this.#told = afterQueue(this.#told, queue);
    this.#settle(this.#told);
  }

  message(message: Message): void {
    if (message.from === "staff") this.#stopTyping();
    this.chat.receive(message);
    this.page.began();
  }

  /** The person is typing. */
  typing(name: string): void {
    if (!this.isWithPerson) return;
    clearTimeout(this.#typing);
    this.page.status.say("typing", chatWords.typing(name));
    this.#typing = setTimeout(() => this.#stopTyping(), TYPING_MS);
  }

  /** The person has the conversation open, or not. */
  presence(name: string, here: boolean): void {
    this.page.status.say("presence", here || !this.isWithPerson ? "" : chatWords.away(name));
  }

  /** Asks for a person. */
  async ask(): Promise<void> {
    if (this.#busy || !canAsk(this.#standing)) return;
    this.#form = false;
    this.page.status.say("queue", personWords.looking);
    await this.#do(async () => {
      const told = this.#told;
      const asked = await this.page.inConversation(askForPerson);
      if (asked.phase === "unavailable") throw new Error("the wish was not kept");
      this.page.began();
      this.page.log.endOffer();
      // An event that came meanwhile knows more.
      this.#settle(this.#told === told ? afterAsking(told, asked) : this.#told);
      this.#panel.focus();
    }, personWords.failed);
  }

  /** Declines, stops waiting or leaves. */
  async leave(): Promise<void> {
    const open = session.load();
    if (this.#busy || open === undefined) return;
    await this.#do(async () => {
      const told = this.#told;
      await leavePerson(open);
      this.#form = false;
      this.page.log.endOffer();
      const phase = this.#standing.phase === "with_person" ? "closed" : "with_assistant";
      this.#settle(this.#told === told ? { phase, staff: told.staff } : this.#told);
      this.page.composer.focus();
    }, personWords.actionFailed);
  }

  /** Shows the form for a call-back. */
  callBack(): void {
    this.#form = true;
    this.#show();
    this.#panel.focus();
  }

  /** Something that the resident wants and that can fail; one at a time. */
  async #do(action: () => Promise<void>, failed: string): Promise<void> {
    this.#busy = true;
    this.page.status.say("done", "");
    try {
      await action();
    } catch {
      this.page.status.say("done", failed);
      this.page.status.stayInView();
    } finally {
      this.#busy = false;
      this.#show();
    }
  }

  async #sendCallBack(request: CallBackRequest): Promise<void> {
    let arranged: CallBackArranged;
    const told = this.#told;
    try {
      arranged = await this.page.inConversation((open) => requestCallBack(open, request));
    } catch (problem) {
      // What the service has against a field it says in words for the resident.
      const isTold = problem instanceof Refusal && problem.detail !== "" && (problem.status === 422 || problem.status === 413);
      throw new Error(isTold ? problem.detail : callBackWords.failed);
    }
    this.page.began();
    this.page.log.endOffer();
    this.#form = false;
    const notice = this.#callBackNotice(arranged);
    this.#settle(this.#told === told ? { phase: "with_assistant", staff: told.staff } : this.#told);
    // The form had the focus and is gone.
    notice.tabIndex = -1;
    notice.focus();
  }

  #closeCallBack(): void {
    if (this.#standing.phase === "call_back_offered") {
      void this.leave();
    } else {
      this.#form = false;
      this.#show();
    }
  }

  /** The event names the reference, and the answer to the resident also the time: the second to come replaces the first. */
  #callBackNotice({ reference, due }: CallBackArranged): HTMLElement {
    this.#hasCallBack = true;
    const by = due ? inWords(due) : undefined;
    const lines = [callBackWords.done(reference), ...(by === undefined ? [] : [callBackWords.due(by)])];
    return this.page.log.notice(lines, `call-back ${reference}`, by !== undefined);
  }

  #notice(before: Standing, after: Standing, change: StateChange): void {
    const name = after.staff ?? chatWords.somebody;
    const say = (...lines: string[]) => this.page.log.notice(lines);
    this.page.began();
    switch (change.phase) {
      case "requested":
        say(personWords.asked);
        break;
      case "waiting":
        if (before.phase === "with_person") say(personWords.passedOn);
        break;
      case "with_person":
        say(chatWords.talkingTo(name, this.page.council));
        break;
      case "call_back_offered": {
        const opens = after.reopens === undefined ? undefined : inWords(after.reopens);
        say(callBackWords.why(after.why, opens), callBackWords.offer);
        break;
      }
      case "closed":
        say(change.by === "user" ? chatWords.endedByYou : chatWords.endedByStaff(name),
          ...(change.follow_up === true ? [chatWords.followUp] : []), chatWords.assistantAgain);
        break;
      case "with_assistant":
        if (change.reference) this.#callBackNotice({ reference: change.reference });
        else if (change.returned === true) say(chatWords.returned(name));
        else if (before.phase === "waiting" || before.phase === "requested") say(personWords.stoppedWaiting);
        break;
      case "offered":
        break;
    }
  }

  #settle(standing: Standing): void {
    this.#standing = standing;
    this.#show();
  }

  #show(): void {
    const standing = this.#standing;
    this.page.composer.address(this.isWithPerson ? standing.staff ?? chatWords.somebody : undefined);
    this.#panel.show(standing, this.#form);
    const open = canAsk(standing) && !this.#form;
    this.page.log.showOffer(open, standing.phase === "offered");
    this.#actions.hidden = !open;
    this.page.status.say("queue", queueWords(standing));
    // Whoever is there now has not been said to be away.
    if (!this.isWithPerson) this.page.status.say("presence", "");
  }

  #stopTyping(): void {
    clearTimeout(this.#typing);
    this.page.status.say("typing", "");
  }
}

function queueWords({ phase, queue }: Standing): string {
  if (phase !== "waiting" && phase !== "requested") return "";
  if (queue === undefined) return personWords.looking;
  const estimate = queue.estimate_minutes === null ? personWords.noEstimate : personWords.estimate(queue.estimate_minutes);
  return `${personWords.queue(queue.place)} ${estimate}`;
}

/** The way to a person, as the resident sees it: where it stands, what can be done, and the chat. */
import { askForPerson, leavePerson, refusal, requestCallBack } from "./api";
import * as chat from "./chat";
import * as composer from "./composer";
import { council } from "./contact";
import { began, inConversation } from "./conversation";
import { focusOn } from "./dom";
import { words } from "./language";
import * as log from "./log";
import * as panel from "./panel";
import * as session from "./session";
import { START, afterAsking, afterQueue, afterReply, afterState, canAsk, isOpen as isStandingOpen, isWaiting, type Standing } from "./standing";
import * as status from "./status";
import { inWords } from "./times";
import type { CallBackArranged, CallBackRequest, Message, QueuePlace, Reply, StateChange } from "./types";
import { personActions } from "./ui";

/** How long a notice that someone is typing counts. */
const TYPING_MS = 6000;

/** Where the conversation stands by its events. */
let told: Standing = START;
/** Where it stands by the answers to what the resident did, should their events be late. */
let standing: Standing = START;
/** The resident opened the form for a call-back. */
let form = false;
let busy = false;
let calledBack = false;
let typingTimer: ReturnType<typeof setTimeout> | undefined;

/** Whether messages go to a person. */
export const isWithPerson = (): boolean => standing.phase === "with_person";

/** Whether a person is expected or there, or a call-back is on offer. */
export const isOpen = (): boolean => isStandingOpen(standing);

/** Whether details for a call-back were given in this conversation. */
export const hasCallBack = (): boolean => calledBack;

/** The conversation is another, or none. */
export function reset(): void {
  told = START;
  calledBack = false;
  stopTyping();
  chat.clear();
  done(told, START);
}

/** Forgets what was typed as well. */
export function clear(): void {
  reset();
  panel.clear();
}

export function onState(change: StateChange): void {
  const before = told;
  told = afterState(before, change);
  stopTyping();
  if (change.phase === "with_person" || change.phase === "call_back_offered") form = false;
  log.endOffer();
  notice(before, told, change);
  settle(told);
}

export const onReply = (reply: Reply): void => settle(told = afterReply(told, reply));

export const onQueue = (queue: QueuePlace): void => settle(told = afterQueue(told, queue));

export function onMessage(message: Message): void {
  if (message.from === "staff") stopTyping();
  chat.receive(message);
  began();
}

/** The person is typing. */
export function onTyping(name: string): void {
  if (!isWithPerson()) return;
  clearTimeout(typingTimer);
  status.say("typing", words.typing(name));
  typingTimer = setTimeout(stopTyping, TYPING_MS);
}

/** The person has the conversation open, or not. */
export const onPresence = (name: string, here: boolean): void => status.say("presence", here || !isWithPerson() ? "" : words.away(name));

/** Asks for a person. */
export async function ask(): Promise<void> {
  if (busy || !canAsk(standing)) return;
  status.say("queue", words.looking);
  await run(async () => {
    const before = told;
    const asked = await inConversation(askForPerson);
    const after = afterAsking(before, asked);
    // Nobody can be asked for.
    if (after === before) throw new Error();
    began();
    done(before, after);
    panel.focus();
  }, words.askFailed);
}

/** Declines, stops waiting or leaves. */
export async function leave(): Promise<void> {
  const open = session.load();
  if (busy || !open) return;
  await run(async () => {
    const before = told;
    await leavePerson(open);
    done(before, { phase: isWithPerson() ? "closed" : "with_assistant", staff: before.staff });
    composer.focus();
  }, words.actionFailed);
}

/** Shows the form for a call-back. */
export function callBack(): void {
  form = true;
  refresh();
  panel.focus();
}

/** Something that the resident wants and that can fail; one at a time. */
async function run(action: () => Promise<void>, failed: string): Promise<void> {
  busy = true;
  status.say("done", "");
  try {
    await action();
  } catch {
    status.say("done", failed);
    status.show();
  }
  busy = false;
  refresh();
}

export async function sendCallBack(request: CallBackRequest): Promise<void> {
  const before = told;
  const arranged = await inConversation((open) => requestCallBack(open, request)).catch((problem: unknown) => {
    // What the service has against a field it says in words for the resident.
    const refused = refusal(problem);
    const isTold = refused?.status === 422 || refused?.status === 413;
    throw new Error((isTold && refused.detail) || words.sendFailed);
  });
  began();
  const shown = callBackNotice(arranged);
  done(before, { phase: "with_assistant", staff: before.staff });
  // The form had the focus and is gone.
  focusOn(shown);
}

export function closeCallBack(): void {
  form = false;
  if (standing.phase === "call_back_offered") void leave();
  else refresh();
}

/** The event names the reference, and the answer to the resident also the time: the second to come replaces the first. */
function callBackNotice({ reference, due }: Partial<CallBackArranged> & Pick<CallBackArranged, "reference">): HTMLElement {
  calledBack = true;
  const by = due && inWords(due);
  return log.notice([words.callBackDone(reference), by && words.callBackDue(by)], reference, !!by);
}

function notice(before: Standing, after: Standing, { phase, by, follow_up, reference, returned }: StateChange): void {
  const name = after.staff ?? words.somebody;
  const tell = (...lines: (string | false | undefined)[]) => log.notice(lines);
  began();
  if (phase === "requested") tell(words.asked);
  else if (phase === "waiting") {
    if (before.phase === "with_person") tell(words.passedOn);
  } else if (phase === "with_person") tell(words.talkingTo(name, council));
  else if (phase === "call_back_offered") tell(panel.why(after), words.callBackOffer);
  else if (phase === "closed") {
    tell(by === "user" ? words.endedByYou : words.endedByStaff(name), follow_up && words.followUp, words.assistantAgain);
  } else if (phase === "with_assistant") {
    if (reference) callBackNotice({ reference });
    else if (returned) tell(words.returned(name));
    else if (isWaiting(before)) tell(words.stoppedWaiting);
  }
}

/** What the resident did has come to this, unless an event that came meanwhile knows more. */
function done(before: Standing, now: Standing): void {
  form = false;
  log.endOffer();
  settle(told === before ? now : told);
}

function settle(now: Standing): void {
  standing = now;
  refresh();
}

/** Shows anew where things stand. */
export function refresh(): void {
  composer.address(isWithPerson() ? standing.staff ?? words.somebody : undefined);
  panel.show(standing, form);
  const open = canAsk(standing) && !form;
  log.showOffer(open, standing.phase === "offered");
  personActions.hidden = !open;
  status.say("queue", queueWords(standing));
  // Whoever is there now has not been said to be away.
  if (!isWithPerson()) status.say("presence", "");
}

function stopTyping(): void {
  clearTimeout(typingTimer);
  status.say("typing", "");
}

function queueWords(standing: Standing): string {
  const { queue } = standing;
  if (!isWaiting(standing)) return "";
  if (!queue) return words.looking;
  return `${words.queue(queue.place)} ${words.estimate(queue.estimate_minutes)}`;
}

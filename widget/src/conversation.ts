/** The resident's conversation: ties the box, the log, the hand-off and the service together. */
import { cancelTurn, createConversation, deleteConversation, eventsSoFar, isGone, sendFeedback } from "./api";
import * as chat from "./chat";
import * as composer from "./composer";
import { askOnceMore } from "./confirm";
import { bringIntoView, focusOn } from "./dom";
import type { Numbered } from "./events";
import { follow, type Follower } from "./follow";
import * as handoff from "./handoff";
import { words } from "./language";
import * as log from "./log";
import { newName } from "./names";
import * as session from "./session";
import * as status from "./status";
import { inWordsWithDate } from "./times";
import { runTurn, type TurnEnd } from "./turn";
import type { Receipt, Session } from "./types";
import { clear, examples, scroller, status as statusPlace, transcript } from "./ui";

/** A line that is back so soon was hardly lost. */
const LOST_MS = 2000;

/** The turn that is being answered. */
let running: { readonly entry: log.Entry; readonly abort: AbortController } | undefined;
let follower: Follower | undefined;
let lostTimer: ReturnType<typeof setTimeout> | undefined;
let restoring = false;
let deleting = false;
/** The conversation that is being made: what is done meanwhile is done in it, too. */
let making: Promise<Session> | undefined;

export function begin(longest: number, onNews: () => void): void {
  composer.begin(longest, ask, chat.typing);
  log.onGrow((article) => {
    if (restoring) return;
    onNews();
    if (!composer.hasFocus()) return;
    bringIntoView(statusPlace);
    composer.stayInView();
    // What is longer than its place is read from its start: what to do in danger stands there.
    if (article.getBoundingClientRect().top < Math.max(0, scroller.getBoundingClientRect().top)) article.scrollIntoView();
  });
}

/** Deletes the conversation, when the resident says so once more. */
export const askToErase = (): void =>
  askOnceMore(clear, handoff.isOpen() ? words.sureDeleteOpen : words.sureDelete, words.yesDelete, words.noDelete, erase);

/** Sends a question, unless another is being answered; or a message, where a person has the conversation. */
export function ask(text: string): void {
  status.say("done", "");
  if (deleting) composer.restore(text);
  else if (handoff.isWithPerson()) chat.send(text);
  else if (!running) void run(log.ask(newName(), text));
}

export async function rate(turn: string, helpful: boolean, comment?: string): Promise<void> {
  const open = session.load();
  if (!open) throw new Error();
  await sendFeedback(open, turn, helpful, comment);
}

/** What is done in a conversation that has ended is done once more in a new one. */
export async function inConversation<Result>(action: (open: Session) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
  const open = session.load();
  if (open) {
    try {
      listen(open);
      return await action(open);
    } catch (problem) {
      if (!isGone(problem)) throw problem;
      forgetIfStill(open);
    }
  }
  making ??= createConversation(signal).finally(() => { making = undefined; });
  const begun = await making;
  session.save(begun);
  listen(begun);
  return action(begun);
}

/** Something is in the log now. */
export function began(): void {
  examples.hidden = true;
  clear.hidden = transcript.hidden = false;
}

/** Shows the conversation again that this tab was in before the page was loaded anew. */
export async function restore(): Promise<void> {
  const open = session.load();
  if (!open) return;
  let last = 0;
  restoring = true;
  try {
    for await (const event of await eventsSoFar(open)) {
      apply(event);
      last = event.id ?? last;
    }
  } catch (problem) {
    if (isGone(problem)) return session.forget();
    // What is missing comes when the service can be reached again.
  } finally {
    restoring = false;
  }
  listen(open, last);
  for (const entry of log.entries()) if (!entry.ended) await run(entry);
}

/** Listens to a conversation from now on. */
function listen(open: Session, last = 0): void {
  if (follower?.session.id === open.id) return;
  if (follower) {
    follower.stop();
    handoff.reset();
  }
  follower = follow(open, { event: apply, connection, gone: () => gone(open), mayRest: () => !handoff.isOpen() && !running }, last);
}

export function apply({ name, data }: Numbered): void {
  switch (name) {
    case "question":
      log.ask(data.client_turn_id, data.text);
      began();
      break;
    case "status":
      if (isRunning(data.client_turn_id)) status.say("turn", words.stages[data.stage]);
      break;
    case "sentence":
      log.sentence(data.client_turn_id, data.index, data);
      break;
    case "reply":
      if (log.reply(data.client_turn_id, data)) handoff.onReply(data);
      // Its own stream may be dead and not know it yet.
      if (running?.entry.ended) running.abort.abort();
      break;
    case "error":
      failed(data.client_turn_id, data.code);
      break;
    case "state":
      handoff.onState(data);
      break;
    case "message":
      handoff.onMessage(data);
      break;
    case "feedback":
      log.rated(data.turn, data.helpful);
      break;
    case "queue":
      handoff.onQueue(data);
      break;
    case "typing":
      if (data.from === "staff") handoff.onTyping(data.name);
      break;
    case "presence":
      if (data.from === "staff") handoff.onPresence(data.name, data.here);
      break;
  }
}

const isRunning = (clientTurnId: string | undefined): boolean => !!running && log.entry(clientTurnId) === running.entry;

/** A turn ended without a reply. One that runs here hears it itself and may begin anew. */
function failed(clientTurnId: string | undefined, code: string): void {
  const entry = log.entry(clientTurnId);
  if (!entry || isRunning(clientTurnId) || code === "shutting_down") return;
  log.fail(entry, code === "cancelled" ? words.stopped : code === "taken_over" ? words.takenOver : words.failed);
}

function connection(open: boolean): void {
  if (open) calm();
  // Each failed try says so again; the first counts.
  else lostTimer ??= setTimeout(() => {
    if (handoff.isOpen()) status.say("connection", handoff.isWithPerson() ? words.reconnecting : words.queueLost);
  }, LOST_MS);
}

/** The line is there again, or none is needed. */
function calm(): void {
  clearTimeout(lostTimer);
  lostTimer = undefined;
  status.say("connection", "");
}

function gone(open: Session): void {
  calm();
  follower = undefined;
  forgetIfStill(open);
  if (handoff.isOpen()) log.notice([words.conversationEnded]);
  handoff.reset();
}

function forgetIfStill(open: Session): void {
  if (session.load()?.id === open.id) session.forget();
}

async function run(entry: log.Entry): Promise<void> {
  const abort = new AbortController();
  const turn = { entry, abort };
  running = turn;
  began();
  composer.complain();
  composer.setBusy(true);
  status.say("turn", words.connecting);
  entry.asked.scrollIntoView();
  const end = await runTurn(entry, abort.signal);
  // The conversation may have been deleted meanwhile, and another begun.
  if (running !== turn) return;
  running = undefined;
  status.say("turn", "");
  if (!entry.ended) finish(entry, end);
  composer.setBusy(false);
}

function finish(entry: log.Entry, end: TurnEnd): void {
  const { name, question } = entry;
  if (typeof end === "object") {
    if (log.reply(name, end)) handoff.onReply(end);
  } else if (end === "stopped") {
    log.fail(entry, words.stopped);
    composer.restore(question);
  } else if (end === "taken_over") {
    log.fail(entry, words.takenOver);
  } else if (end === "with_person") {
    log.withdraw(entry);
    chat.send(question);
  } else {
    const problem = end === "busy" ? words.busyElsewhere : end === "lost" ? words.lost : words.failed;
    log.fail(entry, problem, true);
    composer.restore(question);
    composer.complain(problem);
  }
}

export function stopTurn(): void {
  const open = session.load();
  running?.abort.abort();
  // Should it not get there, the service notices that nobody listens.
  if (open && running) cancelTurn(open, running.entry.name).catch(() => undefined);
}

async function erase(): Promise<void> {
  const open = session.load();
  const stopped = running;
  // Before the conversation goes, so that nothing asks its question again in a new one.
  running = undefined;
  stopped?.abort.abort();
  const last = follower?.last();
  follower?.stop();
  follower = undefined;
  calm();
  status.clear();
  composer.setBusy(false);
  composer.complain();
  let receipt: Receipt | undefined;
  deleting = true;
  try {
    receipt = open && (await deleteConversation(open));
  } catch (problem) {
    if (open && !isGone(problem)) {
      if (stopped) log.fail(stopped.entry, words.stopped);
      listen(open, last);
      status.say("done", words.deleteFailed);
      handoff.refresh();
      clear.focus();
      return;
    }
  } finally {
    deleting = false;
  }
  const keepsCallBack = handoff.hasCallBack();
  session.forget();
  log.clear();
  handoff.clear();
  examples.hidden = false;
  clear.hidden = transcript.hidden = true;
  const when = receipt && inWordsWithDate(receipt.erased_at);
  const told = when ? words.deletedAt(receipt!.receipt, when) : words.deleted;
  focusOn(log.notice([told, keepsCallBack && words.callBackStays]));
}

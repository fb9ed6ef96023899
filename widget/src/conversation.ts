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
import { newTurn, type Turn, type TurnEnd } from "./turn";
import type { Receipt, Session } from "./types";
import { clear, examples, scroller, status as statusPlace, transcript } from "./ui";

/** A line that is back so soon was hardly lost. */
const LOST_MS = 2000;

let running: { readonly turn: Turn; readonly abort: AbortController; readonly entry: log.Entry } | undefined;
let follower: Follower | undefined;
let lostTimer: ReturnType<typeof setTimeout> | undefined;
let restoring = false;
let deleting = false;

export function begin(longest: number, onNews: () => void): void {
  composer.begin(longest, { send: ask, stop: stopTurn, typing: chat.typing });
  log.onGrow((article) => {
    if (restoring) return;
    onNews();
    if (!composer.hasFocus()) return;
    bringIntoView(statusPlace);
    composer.stayInView();
    // What is longer than its place is read from its start: what to do in danger stands there.
    if (article.getBoundingClientRect().top < Math.max(0, scroller.getBoundingClientRect().top)) article.scrollIntoView();
  });
  clear.addEventListener("click", () =>
    askOnceMore(clear, handoff.isOpen() ? words.sureDeleteOpen : words.sureDelete, words.yesDelete, words.noDelete, () => void erase()));
}

/** Sends a question, unless another is being answered; or a message, where a person has the conversation. */
export function ask(text: string): void {
  status.say("done", "");
  if (deleting) composer.restore(text);
  else if (handoff.isWithPerson()) chat.send(text);
  else if (running === undefined) void run(text);
}

export async function rate(turn: string, helpful: boolean, comment?: string): Promise<void> {
  const open = session.load();
  if (open === undefined) throw new Error();
  await sendFeedback(open, turn, helpful, comment);
}

/** What is done in a conversation that has ended is done once more in a new one. */
export async function inConversation<Result>(action: (open: Session) => Promise<Result>): Promise<Result> {
  const open = session.load();
  if (open !== undefined) {
    try {
      listen(open);
      return await action(open);
    } catch (problem) {
      if (!isGone(problem)) throw problem;
      forgetIfStill(open);
    }
  }
  const begun = await createConversation();
  session.save(begun);
  listen(begun);
  return action(begun);
}

/** Something is in the log now. */
export function began(): void {
  examples.hidden = true;
  clear.hidden = false;
  transcript.hidden = false;
}

/** Shows the conversation again that this tab was in before the page was loaded anew. */
export async function restore(): Promise<void> {
  const open = session.load();
  if (open === undefined) return;
  let last = 0;
  restoring = true;
  try {
    for await (const event of await eventsSoFar(open)) {
      apply(event);
      last = event.id ?? last;
    }
  } catch (problem) {
    if (isGone(problem)) {
      session.forget();
      return;
    }
    // What is missing comes when the service can be reached again.
  } finally {
    restoring = false;
  }
  listen(open, last);
  for (const [name, entry] of log.pending()) await run(entry.question, entry, name);
}

/** Listens to a conversation from now on. */
function listen(open: Session, last = 0): void {
  if (follower?.session.id === open.id) return;
  if (follower !== undefined) {
    follower.stop();
    handoff.reset();
  }
  follower = follow(open, { event: apply, connection, gone: () => gone(open), mayRest: () => !handoff.isOpen() && running === undefined }, last);
}

function apply(event: Numbered): void {
  switch (event.name) {
    case "question":
      if (event.data.client_turn_id === undefined) break;
      log.ask(event.data.client_turn_id, event.data.text);
      began();
      break;
    case "status":
      if (isRunning(event.data.client_turn_id)) status.say("turn", words.stages[event.data.stage]);
      break;
    case "sentence":
      log.sentence(event.data.client_turn_id, event.data.index, event.data);
      break;
    case "reply":
      if (log.reply(event.data.client_turn_id, event.data)) handoff.onReply(event.data);
      // Its own stream may be dead and not know it yet.
      if (running?.entry.ended === true) running.abort.abort();
      break;
    case "error":
      failed(event.data.client_turn_id, event.data.code);
      break;
    case "state":
      handoff.onState(event.data);
      break;
    case "message":
      handoff.onMessage(event.data);
      break;
    case "feedback":
      log.rated(event.data.turn, event.data.helpful);
      break;
    case "queue":
      handoff.onQueue(event.data);
      break;
    case "typing":
      if (event.data.from === "staff") handoff.onTyping(event.data.name);
      break;
    case "presence":
      if (event.data.from === "staff") handoff.onPresence(event.data.name, event.data.here);
      break;
  }
}

const isRunning = (clientTurnId: string | undefined): boolean => running !== undefined && log.entry(clientTurnId) === running.entry;

/** A turn ended without a reply. One that runs here hears it itself and may begin anew. */
function failed(clientTurnId: string | undefined, code: string): void {
  const entry = log.entry(clientTurnId);
  if (entry === undefined || isRunning(clientTurnId) || code === "shutting_down") return;
  log.fail(entry, code === "cancelled" ? words.stopped : code === "taken_over" ? words.takenOver : words.failed, false);
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

async function run(question: string, shown?: log.Entry, name = newName()): Promise<void> {
  let clientTurnId = name;
  const entry = shown ?? log.ask(clientTurnId, question);
  const abort = new AbortController();
  const turn = newTurn(question, {
    stage: (stage) => status.say("turn", words.stages[stage]),
    lost: () => status.say("turn", words.reconnecting),
    conversation: listen,
    mayBeginAnew: () => !handoff.isOpen(),
    sentence: (index, sentence) => { if (!entry.ended) entry.answer.add(index, sentence); },
    restart: (another) => {
      clientTurnId = another;
      if (entry.ended) return;
      entry.answer.restart();
      log.rename(entry, another);
    },
  }, abort.signal, clientTurnId);
  running = { turn, abort, entry };
  began();
  composer.calm();
  composer.setBusy(true);
  status.say("turn", words.connecting);
  entry.asked.scrollIntoView({ block: "start" });
  const end = await turn.run();
  // The conversation may have been deleted meanwhile, and another begun.
  if (running?.turn !== turn) return;
  running = undefined;
  status.say("turn", "");
  if (!entry.ended) finish(question, entry, end, clientTurnId);
  composer.setBusy(false);
}

function finish(question: string, entry: log.Entry, end: TurnEnd, clientTurnId: string): void {
  if (end.kind === "reply") {
    if (log.reply(clientTurnId, end.reply)) handoff.onReply(end.reply);
  } else if (end.kind === "stopped") {
    log.fail(entry, words.stopped, false);
    composer.restore(question);
  } else if (end.kind === "with_person") {
    if (end.sent) {
      log.fail(entry, words.takenOver, false);
    } else {
      log.withdraw(entry);
      chat.send(question);
    }
  } else {
    const problem = end.kind === "busy" ? words.busyElsewhere : end.lost ? words.lost : words.failed;
    log.fail(entry, problem, true);
    composer.restore(question);
    composer.complain(problem);
  }
}

function stopTurn(): void {
  const names = running?.turn.names();
  running?.abort.abort();
  // Should it not get there, the service notices that nobody listens.
  if (names !== undefined) cancelTurn(names.session, names.clientTurnId).catch(() => undefined);
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
  composer.calm();
  let receipt: Receipt | undefined;
  deleting = true;
  try {
    receipt = open && (await deleteConversation(open));
  } catch (problem) {
    if (open !== undefined && !isGone(problem)) {
      if (stopped !== undefined) log.fail(stopped.entry, words.stopped, false);
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
  examples.hidden = !examples.hasChildNodes();
  clear.hidden = true;
  transcript.hidden = true;
  const when = receipt && inWordsWithDate(receipt.erased_at);
  const told = receipt === undefined || when === undefined ? words.deleted : words.deletedAt(receipt.receipt, when);
  focusOn(log.notice([told, ...(keepsCallBack ? [words.callBackStays] : [])]));
}

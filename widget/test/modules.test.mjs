/** The parts of the script that need no browser, loaded as the build loads them. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createServer } from "vite";

let vite;
let eventParser;
let pieces;
let standing;
let callBack;
let inWords;
let delayMs;

before(async () => {
  const root = fileURLToPath(new URL("..", import.meta.url));
  vite = await createServer({ root, configFile: false, logLevel: "error", server: { middlewareMode: true, ws: false, watch: null }, appType: "custom" });
  ({ eventParser } = await vite.ssrLoadModule("/src/events.ts"));
  ({ pieces } = await vite.ssrLoadModule("/src/blocks.ts"));
  standing = await vite.ssrLoadModule("/src/standing.ts");
  callBack = await vite.ssrLoadModule("/src/call-back-check.ts");
  ({ inWords } = await vite.ssrLoadModule("/src/times.ts"));
  ({ delayMs } = await vite.ssrLoadModule("/src/backoff.ts"));
});

after(() => vite.close());

test("events are the same however the stream is cut", () => {
  const stream = ": alive\n\nevent: status\ndata: {\"stage\":\"searching\"}\n\nid: 2\nevent: novelty\ndata: {}\n\n"
    + "id: 3\r\nevent: sentence\r\ndata: {\"text\":\"£52\",\r\ndata: \"index\":0,\"citations\":[1]}\r\n\r\nid: 4\nevent: reply\ndata: {";
  const whole = eventParser()(stream);
  assert.deepEqual(whole.map((event) => [event.id, event.name]), [[undefined, "status"], [2, "novelty"], [3, "sentence"]]);
  assert.equal(whole[2].data.text, "£52");
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const parse = eventParser();
    assert.deepEqual([...parse(stream.slice(0, cut)), ...parse(stream.slice(cut))], whole, `cut at ${cut}`);
  }
});

test("lines are text, items or steps", () => {
  const check = (text, expected) => assert.deepEqual(pieces(text).map((piece) => [piece.tag, piece.text]), expected);
  check("You need:\n- a photo\n• a bill\n\n1. Pay.\n12) Wait.", [["p", "You need:"], ["ul", "a photo"], ["ul", "a bill"], ["ol", "Pay."], ["ol", "Wait."]]);
  check("2.5 metres is the most.", [["p", "2.5 metres is the most."]]);
  check("-5 degrees", [["p", "-5 degrees"]]);
  check("", []);
});

test("where the conversation stands follows from the events", () => {
  const { START, afterAsking, afterQueue, afterReply, afterState, canAsk, isOpen } = standing;
  const offer = { offers: ["human", "call_back"], reason: "missing_knowledge" };
  const offered = afterReply(START, offer);
  assert.equal(offered.phase, "offered");
  assert.equal(afterReply(offered, { offers: [], reason: null }).phase, "with_assistant");
  // The rest of an answer that was not found offers a person and is an answer all the same.
  assert.equal(afterReply(START, { offers: ["human"], reason: null }).phase, "with_assistant");
  assert.ok(canAsk(offered) && !isOpen(offered));

  const waiting = afterAsking(offered, { phase: "waiting", place: 2, estimate_minutes: null });
  assert.deepEqual(waiting.queue, { place: 2, estimate_minutes: null });
  assert.ok(isOpen(waiting) && !canAsk(waiting));
  assert.equal(afterReply(waiting, offer), waiting, "a request stands while the assistant answers");
  const moved = afterQueue(waiting, { place: 1, estimate_minutes: 4 });
  assert.equal(moved.queue.place, 1);

  const withPerson = afterState(moved, { phase: "with_person", staff: "Sam" });
  assert.equal(withPerson.queue, undefined);
  assert.equal(afterQueue(withPerson, { place: 1, estimate_minutes: 1 }), withPerson, "nobody waits any more");
  assert.equal(afterReply(withPerson, offer), withPerson, "one voice");
  const closed = afterState(withPerson, { phase: "closed", by: "staff" });
  assert.deepEqual([closed.phase, closed.staff, isOpen(closed), canAsk(closed)], ["closed", "Sam", false, true]);

  const late = afterAsking(START, { phase: "call_back_offered", why: "closed", reopens: "2026-11-26T08:30:00Z" });
  assert.deepEqual([late.why, late.reopens, isOpen(late)], ["closed", "2026-11-26T08:30:00Z", true]);
  assert.equal(afterAsking(START, { phase: "unavailable" }), START);
});

test("what is wrong with the details for a call-back is told by field", () => {
  const good = { name: "Jo", phone: "", email: "jo@mail.example", question: "When?", preferred_time: "", consent: true };
  const check = (change, expected) => assert.deepEqual(Object.keys(callBack.check(callBack.request({ ...good, ...change }))), expected);
  check({}, []);
  check({ email: "", phone: "(01632) 960 001" }, []);
  check({ email: "", phone: "+44 1632 960001 ext 12" }, []);
  check({ name: " ", email: "", question: "\n", consent: false }, ["name", "phone", "question", "consent"]);
  check({ phone: "123" }, ["phone"]);
  for (const email of ["jo", "jo@", "jo@mail", "@mail.example", "jo mail@mail.example", "jo@mail..example"]) check({ email }, ["email"]);
  assert.deepEqual(callBack.request({ ...good, name: " Jo ", preferred_time: " mornings " }), {
    name: "Jo", email: "jo@mail.example", question: "When?", preferred_time: "mornings", consent: true,
  });
});

test("times are told by the council's clock", () => {
  const check = (at, now, expected) => assert.equal(inWords(at, new Date(now)), expected);
  check("2026-11-26T08:30:00Z", "2026-11-25T18:00:00Z", "8:30am tomorrow, Thursday 26 November");
  check("2026-07-01T08:30:00Z", "2026-06-25T18:00:00Z", "9:30am on Wednesday 1 July");
  check("2026-07-01T12:00:00+01:00", "2026-07-01T00:30:00Z", "midday today, Wednesday 1 July");
  check("2026-06-30T23:30:00Z", "2026-06-30T12:00:00Z", "12:30am tomorrow, Wednesday 1 July");
  check("2027-01-04T00:00:00Z", "2026-12-24T18:00:00Z", "midnight on Monday 4 January 2027");
  // The clock goes back on 25 October 2026, so that the day has 25 hours, and forward on 29 March 2026.
  check("2026-10-25T23:30:00Z", "2026-10-24T23:30:00Z", "11:30pm today, Sunday 25 October");
  check("2026-10-26T08:30:00Z", "2026-10-24T23:30:00Z", "8:30am tomorrow, Monday 26 October");
  check("2026-03-30T07:30:00Z", "2026-03-29T00:30:00Z", "8:30am tomorrow, Monday 30 March");
  check("soon", "2026-03-29T00:30:00Z", undefined);
});

test("tries become rarer, from one second to half a minute", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 60].map((failures) => delayMs(failures, 0)), [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  for (let failures = 0; failures < 12; failures += 1) {
    const [least, most] = [delayMs(failures, 0), delayMs(failures, 1)];
    assert.ok(least >= 1000 && least <= most && most <= 30_000);
  }
  assert.ok(delayMs(1, 1) > delayMs(1, 0), "not all at once");
});

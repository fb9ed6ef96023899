/** The parts of the script that need no browser, loaded as the build loads them. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createServer } from "vite";

let vite;
let EventParser;
let pieces;

before(async () => {
  const root = fileURLToPath(new URL("..", import.meta.url));
  vite = await createServer({ root, configFile: false, logLevel: "error", server: { middlewareMode: true, ws: false, watch: null }, appType: "custom" });
  ({ EventParser } = await vite.ssrLoadModule("/src/events.ts"));
  ({ pieces } = await vite.ssrLoadModule("/src/blocks.ts"));
});

after(() => vite.close());

test("events are the same however the stream is cut", () => {
  const stream = ": alive\n\nid: 1\nevent: status\ndata: {\"stage\":\"searching\"}\n\nid: 2\nevent: novelty\ndata: {}\n\n"
    + "id: 3\r\nevent: sentence\r\ndata: {\"text\":\"£52\",\r\ndata: \"index\":0,\"citations\":[1]}\r\n\r\nid: 4\nevent: reply\ndata: {";
  const whole = new EventParser().push(stream);
  assert.deepEqual(whole.map((event) => [event.id, event.name]), [[1, "status"], [3, "sentence"]]);
  assert.equal(whole[1].data.text, "£52");
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const parser = new EventParser();
    assert.deepEqual([...parser.push(stream.slice(0, cut)), ...parser.push(stream.slice(cut))], whole, `cut at ${cut}`);
  }
});

test("lines are text, items or steps", () => {
  const check = (text, expected) => assert.deepEqual(pieces(text).map((piece) => [piece.kind, piece.text]), expected);
  check("You need:\n- a photo\n• a bill\n\n1. Pay.\n12) Wait.", [["text", "You need:"], ["item", "a photo"], ["item", "a bill"], ["step", "Pay."], ["step", "Wait."]]);
  check("2.5 metres is the most.", [["text", "2.5 metres is the most."]]);
  check("-5 degrees", [["text", "-5 degrees"]]);
  check("", []);
});

/** The types of the interface are those that the service's document says, and what the service says is of these types. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { typescript } from "../openapi.mjs";
import { ANSWER_MS, service } from "./browser.mjs";

let served;
let document;

before(async () => {
  served = await service();
  const response = await fetch(`${served.address}/openapi.json`);
  assert.equal(response.status, 200);
  document = await response.json();
}, { timeout: 200_000 });

after(() => served?.stop());

test("src/api-types.ts is what the document of the service makes", async () => {
  const kept = await readFile(new URL("../src/api-types.ts", import.meta.url), "utf8");
  const made = typescript(document);
  assert.ok(made.includes("export interface ReplyData {"), "the types are made at all");
  assert.ok(kept === made, "src/api-types.ts is old: start reeve serve and run npm run types");
});

test("a schema that is not known is refused", () => {
  assert.throws(() => typescript({ components: { schemas: { Odd: { type: "object", properties: { odd: { anyOf: [] } } } } } }), /not known/);
});

test("an answer with its sources, and a hand-off with its pages, have the fields that the document names, and no others", { timeout: 2 * ANSWER_MS }, async () => {
  const post = (path, token, body) => fetch(`${served.address}/api/v1/conversations${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const replyTo = async (text) => {
    const { id, token } = await (await post("")).json();
    const asked = await post(`/${id}/turns`, token, { client_turn_id: "one", text });
    const events = (await asked.text()).split("\n\n");
    const told = events.find((event) => /^event: ?reply$/m.test(event));
    return JSON.parse(/^data: ?(.*)$/m.exec(told)[1]);
  };
  const reply = await replyTo("How much does a garden waste subscription cost?");
  assert.equal(reply.outcome, "answer");
  assert.ok(reply.citations.length > 0);
  has("ReplyData", reply);
  for (const sentence of reply.sentences) has("ReplySentence", sentence);
  for (const citation of reply.citations) has("Citation", citation);
  const handedOver = await replyTo("Can I pay for my garden waste subscription with Bitcoin?");
  assert.equal(handedOver.outcome, "handoff");
  has("ReplyData", handedOver);
  assert.deepEqual(handedOver.pages.map(({ page_id, href }) => [page_id, href]), [["garden-waste", "/pages/garden-waste"]]);
  for (const page of handedOver.pages) has("SuggestedPage", page);
});

/** Fails where an object lacks a field that it must have, or has one that its schema does not name. */
function has(name, value) {
  const { properties, required } = document.components.schemas[name];
  const fields = Object.keys(value);
  assert.deepEqual(fields.filter((field) => !(field in properties)), [], `${name} does not name these`);
  assert.deepEqual(required.filter((field) => !fields.includes(field)), [], `${name} must have these`);
}

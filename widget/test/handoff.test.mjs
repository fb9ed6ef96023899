/** The way to a person, as a resident goes it. What staff do is told by a script; the last tests are on the service alone. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accessible, answered, ask, browser, fits, focus, open, service, squeeze, until } from "./browser.mjs";
import { scripted } from "./scripted.mjs";

const QUESTION = "Can I keep a llama on my balcony?";
/** The browser itself reports a refused or lost request as an error. */
const REPORTED = /^console: Failed to load resource/;

let served;
let chromium;

before(async () => { chromium = await browser(); });

after(async () => {
  await chromium?.close();
  await served?.stop();
});

/** Runs `body` on a fresh page whose conversation the script directs. */
async function withScript(body, options = {}) {
  const script = await scripted();
  const context = await chromium.newContext({ viewport: { width: 1000, height: 900 }, ...options });
  try {
    const { page, faults } = await open(context, `${script.address}/chat`);
    page.setDefaultTimeout(10_000);
    await body(page, script, context);
    assert.deepEqual(faults.filter((fault) => !REPORTED.test(fault)), []);
  } finally {
    await context.close();
    await script.stop();
  }
}

const button = (page, name) => page.getByRole("button", { name, exact: true });
const log = async (page) => squeeze(await page.locator("#log").innerText());
const focusedText = async (page) => (await focus(page)).text;
const focusedId = async (page) => (await focus(page)).id;
const screenshot = async (page, name) => {
  const folder = process.env.REEVE_SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
};

/** Asks something that is not covered, and for a person. */
async function askForPerson(page) {
  await ask(page, QUESTION);
  const answer = await answered(page);
  await answer.getByRole("button", { name: "Talk to a person" }).click();
  return answer;
}

/** Goes on until a person is there. */
async function withPerson(page, script) {
  await askForPerson(page);
  await page.getByText("You are number 2 in the queue.").waitFor();
  script.tell("state", { phase: "with_person", staff: "Sam" });
  await page.locator("#handoff").getByText("You are now talking to Sam, ").waitFor();
}

describe("the way to a person", () => {
  test("an offer can be declined, and the way stays open", () => withScript(async (page, script) => {
    await ask(page, QUESTION);
    const answer = await answered(page);
    await accessible(page);
    await screenshot(page, "offered");
    assert.ok(await answer.getByRole("link", { name: /01632|@|contact/ }).first().isVisible(), "the contact details are there as well");
    await answer.getByRole("button", { name: "No thanks" }).click();
    await answer.getByRole("button", { name: "Talk to a person" }).waitFor({ state: "hidden" });
    assert.equal(await focusedId(page), "question");
    assert.ok(await page.locator("#ask-person").isVisible());
    assert.equal(script.requests.filter(({ method, route }) => method === "DELETE" && route === "handoff").length, 1);
  }));

  test("a person can be asked for before any question", () => withScript(async (page, script) => {
    await page.click("#ask-person");
    await page.getByText("You are number 2 in the queue. It should take about 5 minutes.").waitFor();
    assert.equal(await page.locator("#ask-person").isVisible(), false);
    assert.equal(script.bodies("").length, 1);
  }));

  test("who asks something and for a person at once does both in one conversation", () => withScript(async (page, script) => {
    let letGo;
    const held = new Promise((resolve) => { letGo = resolve; });
    await page.route("**/api/v1/conversations", async (route) => {
      await held;
      await route.continue();
    });
    await ask(page, QUESTION);
    await page.click("#ask-person");
    letGo();
    await page.getByText("You are number 2 in the queue. It should take about 5 minutes.").waitFor();
    await answered(page);
    assert.equal(script.requests.filter(({ method, route }) => method === "POST" && route === "").length, 1);
  }));

  test("who waits sees the place, can ask on, and can stop", () => withScript(async (page, script) => {
    await askForPerson(page);
    const status = page.locator("#status");
    await page.getByText("You are number 2 in the queue. It should take about 5 minutes.").waitFor();
    assert.match(await focusedText(page), /You are waiting for a person/);
    await accessible(page);
    await screenshot(page, "waiting");
    script.pass("queue", { place: 1, estimate_minutes: null });
    await page.getByText("You are next. We cannot say yet how long it will take.").waitFor();
    script.reply = { outcome: "answer", reason: null, text: "Yes.", offers: [], sentences: ["Yes, you can."] };
    await ask(page, "Is the library open?");
    assert.match(await (await answered(page)).innerText(), /Yes, you can\./);
    assert.equal(await status.innerText(), "You are next. We cannot say yet how long it will take.");
    await button(page, "Stop waiting").click();
    await page.getByText("You stopped waiting for a person.").waitFor();
    assert.equal(await focusedId(page), "question");
    assert.equal(await status.innerText(), "");
    assert.ok(await page.locator("#handoff").isHidden());
  }));

  test("a person and the resident talk, and the assistant is back when they have ended", () => withScript(async (page, script) => {
    await withPerson(page, script);
    assert.equal(await page.locator("#question-label").innerText(), "Your message to Sam");
    await page.locator("#question").pressSequentially("Hello, are you", { delay: 5 });
    assert.equal(script.bodies("typing").length, 1, "no more than one notice in three seconds");
    await ask(page, "Hello, are you there?\nIt is about a llama.");
    await page.locator(".mine").getByText("Sent", { exact: true }).waitFor();
    assert.deepEqual(script.bodies("messages").map(({ text }) => text), ["Hello, are you there?\nIt is about a llama."]);
    assert.equal(script.bodies("turns").length, 1, "the assistant is not asked");
    script.pass("typing", { from: "staff", name: "Sam" });
    await page.getByText("Sam is typing…").waitFor();
    script.pass("presence", { from: "staff", name: "Sam", here: false });
    script.staffSays("I am. <b>Which</b> balcony?", { title: "Pets in flats", href: "/pages/garden-waste" });
    const theirs = page.locator(".theirs").last();
    await theirs.getByText("I am. <b>Which</b> balcony?").waitFor();
    // Their typing is over; what is left is that they have gone since.
    await page.getByText("Sam may have stepped away. Your messages are kept.").waitFor();
    script.pass("presence", { from: "staff", name: "Sam", here: true });
    await page.getByText("Sam may have stepped away.").waitFor({ state: "hidden" });
    assert.equal(await page.locator("#status").innerText(), "");
    assert.match(await theirs.locator(".who").innerText(), /^Sam, ./);
    assert.equal(await theirs.getByRole("link", { name: "Pets in flats" }).getAttribute("href"), `${script.address}/pages/garden-waste`);
    await accessible(page);
    await screenshot(page, "talking");

    await button(page, "End this chat").click();
    assert.match(await focusedText(page), /End the chat with Sam\?/);
    await page.keyboard.press("Escape");
    assert.equal(await focusedText(page), "End this chat");
    await button(page, "End this chat").click();
    await accessible(page);
    await button(page, "Yes, end the chat").click();
    await page.getByText("You ended the chat.").waitFor();
    await page.getByText("The assistant answers your questions again.").waitFor();
    assert.equal(await page.locator("#question-label").innerText(), "Your question");
    assert.equal(await focusedId(page), "question");
    await ask(page, "And a goat?");
    await answered(page);
    assert.equal(script.bodies("turns").length, 2);
    await screenshot(page, "closed");
  }));

  test("the other ways in which a chat goes on or ends are told", () => withScript(async (page, script) => {
    await withPerson(page, script);
    script.tell("state", { phase: "with_person", staff: "Alex" });
    await page.locator("#handoff").getByText("You are now talking to Alex, ").waitFor();
    script.tell("state", { phase: "waiting" });
    await page.getByText("You are being passed to another team.").waitFor();
    script.tell("state", { phase: "with_person", staff: "Kim" });
    script.tell("state", { phase: "closed", by: "staff", follow_up: true });
    await page.getByText("Kim ended the chat.").waitFor();
    await page.getByText("We will get back to you.").waitFor();
    await page.click("#ask-person");
    await button(page, "Stop waiting").waitFor();
    script.tell("state", { phase: "with_person", staff: "Kim" });
    script.tell("state", { phase: "with_assistant", returned: true });
    await page.getByText("Kim has passed you back to the assistant.").waitFor();
  }));

  test("messages and events are neither lost nor doubled when the line is", () => withScript(async (page, script) => {
    await withPerson(page, script);
    script.next.set("POST messages", "cut");
    await ask(page, "One");
    await ask(page, "Two");
    await until(() => script.bodies("messages").length === 3, "three tries");
    const names = script.bodies("messages").map((body) => [body.text, body.client_message_id]);
    assert.deepEqual(names.map(([text]) => text), ["One", "One", "Two"]);
    assert.equal(names[0][1], names[1][1]);
    assert.notEqual(names[0][1], names[2][1]);
    script.staffSays("Three");
    await page.locator(".theirs").getByText("Three").waitFor();
    script.cut();
    script.staffSays("Four");
    await page.locator(".theirs").getByText("Four").waitFor();
    assert.equal(await page.locator(".theirs").count(), 2);
    assert.equal(await page.locator(".mine").count(), 2);
    const lasts = script.requests.filter(({ method, route }) => method === "GET" && route === "events").map(({ last }) => last);
    assert.ok(Number(lasts.at(-1)) >= 7, `resumed after ${lasts.at(-1)}`);

    script.next.set("POST messages", { status: 409, body: { code: "no_person", detail: "" } });
    await ask(page, "Five");
    await page.getByText("Not sent. The chat has ended.").waitFor();
    script.next.set("POST messages", { status: 413, body: { code: "message_too_long", detail: "" } });
    await ask(page, "Six");
    await button(page, "Try again to send: Six").click();
    await until(async () => (await page.locator(".mine").last().innerText()).endsWith("Sent"), "the sixth is sent");
  }));

  test("a reload brings everything back", () => withScript(async (page, script) => {
    script.reply = { ...script.reply, outcome: "answer", sentences: ["First.", "Second."], text: "First. Second." };
    await ask(page, QUESTION);
    const answer = await answered(page);
    assert.equal(squeeze(await answer.locator(".text").innerText()), "First. Second.");
    await answer.getByRole("button", { name: "No", exact: true }).click();
    await answer.getByText("Thank you for telling us. You can also talk to a person.").waitFor();
    await accessible(page);
    await button(page, "Send comment").click();
    await answer.getByText("Type your comment first.").waitFor();
    await answer.getByRole("textbox").fill("It is about goats.");
    await button(page, "Send comment").click();
    await answer.getByText("Thank you. We have your comment.").waitFor();
    assert.deepEqual(script.bodies("feedback").map(({ helpful, comment }) => [helpful, comment]), [[false, undefined], [false, "It is about goats."]]);
    await page.click("#ask-person");
    await page.getByText("You are number 2").waitFor();
    script.tell("state", { phase: "with_person", staff: "Sam" });
    await page.locator("#handoff").getByText("You are now talking to Sam, ").waitFor();
    await ask(page, "Hello");
    await page.getByText("Sent", { exact: true }).waitFor();
    script.staffSays("Hello yourself");
    await page.getByText("Hello yourself").waitFor();
    // Both sides are in the log, and what was said of the answer.
    await page.reload();
    await page.getByText("Hello yourself").waitFor();
    await page.getByText("You said that this did not help.").waitFor();
    assert.equal(await page.locator("#log .mine").count(), 1);
    assert.equal(await page.locator("#log .answer").count(), 1);
    assert.equal(squeeze(await page.locator("#log .answer .text").innerText()), "First. Second.");
    assert.equal(await page.locator("#question-label").innerText(), "Your message to Sam");
    script.staffSays("Still there?");
    await page.getByText("Still there?").waitFor();
    assert.equal((await log(page)).match(/You are now talking to Sam/g).length, 1);
  }));

  test("a question that a person was quicker than becomes a message", () => withScript(async (page, script) => {
    await askForPerson(page);
    await page.getByText("You are number 2").waitFor();
    script.next.set("POST turns", { status: 409, body: { code: "conversation_full", detail: "" } });
    await ask(page, "One more");
    await page.locator("#problem").getByText("Something went wrong on our side.").waitFor();
    assert.equal(script.bodies("").length, 1, "the queue is not left for a new conversation");
    script.next.set("POST turns", { status: 409, body: { code: "with_person", detail: "" } });
    await ask(page, "And a goat?");
    await page.locator(".mine").getByText("And a goat?").waitFor();
    assert.equal(await page.locator("#log .question").count(), 2);
    script.tell("state", { phase: "with_person", staff: "Sam" });
    await page.locator("#handoff").getByText("You are now talking to Sam, ").waitFor();
    // An emergency is signposted in every state.
    script.tell("reply", { turn: "urgent", client_turn_id: "", outcome: "signpost", reason: "safeguarding", text: "Call 999.", sentences: [{ text: "Call 999.", citations: [] }], citations: [], offers: ["human"] });
    const notice = page.locator("#log .answer.signpost");
    await notice.getByText("Call 999.").waitFor();
    assert.equal(await notice.getByRole("button").count(), 0);
  }));

  test("when nobody is there, the lines' opening comes first and then the call-back", () => withScript(async (page, script) => {
    script.person = { phase: "call_back_offered", why: "closed", reopens: "2126-11-27T08:30:00Z" };
    await askForPerson(page);
    const panel = page.locator("#handoff");
    await panel.getByText("Our lines are closed now. They open at 8:30am on Wednesday 27 November 2126.").waitFor();
    assert.match(await focusedText(page), /Ask us to call you back/);
    assert.equal(await page.inputValue("#call-back-question"), QUESTION);
    await accessible(page);
    await screenshot(page, "call-back");
    await page.fill("#call-back-email", "nowhere");
    await button(page, "Ask for a call back").click();
    const summary = panel.locator(".summary");
    await summary.waitFor();
    assert.equal((await focus(page)).className, "summary");
    assert.deepEqual(await summary.getByRole("link").allInnerTexts(), [
      "Enter your name", "Enter an email address, like name@example.com", "Tick the box if you agree that we use your details to call you back",
    ]);
    await accessible(page);
    await screenshot(page, "call-back-problems");
    await summary.getByRole("link").first().press("Enter");
    assert.equal(await focusedId(page), "call-back-name");
    assert.equal(await page.getAttribute("#call-back-name", "aria-describedby"), "call-back-name-problem");
    await page.keyboard.type("Jo Bloggs");
    await page.fill("#call-back-email", "jo@mail.example");
    await page.fill("#call-back-phone", "01632 960 123");
    await page.check("#call-back-consent");
    script.next.set("POST call_backs", { status: 503, body: { code: "unavailable", detail: "" } });
    await button(page, "Ask for a call back").click();
    await summary.getByText("We could not send your details. They are still here.").waitFor();
    assert.equal(await page.inputValue("#call-back-name"), "Jo Bloggs");
    script.next.set("POST call_backs", { status: 422, body: { code: "invalid_phone", detail: "Enter another number." } });
    await button(page, "Ask for a call back").click();
    await summary.getByText("Enter another number.").waitFor();
    await button(page, "Ask for a call back").click();
    await page.getByText("Your reference number is CB-1234.").waitFor();
    assert.match(await focusedText(page), /CB-1234/);
    await page.getByText("We will get back to you by midday ").waitFor();
    assert.ok(await panel.isHidden());
    assert.deepEqual(script.bodies("call_backs").at(-1), {
      name: "Jo Bloggs", phone: "01632 960 123", email: "jo@mail.example", question: QUESTION, consent: true,
    });
    assert.equal((await log(page)).match(/CB-1234/g).length, 1);
    await screenshot(page, "call-back-done");
    await page.reload();
    await page.getByText("Your reference number is CB-1234.").waitFor();
    assert.equal((await log(page)).match(/CB-1234/g).length, 1);

    await page.click("#clear");
    await accessible(page);
    await button(page, "Yes, delete it").click();
    await page.getByText("Your conversation was deleted at 3:05pm on Wednesday 25 November 2026. Your receipt is R-1.").waitFor();
    assert.match(await focusedText(page), /R-1/);
    await page.getByText("We keep your call-back details for as long as you agreed to.").waitFor();
  }));

  test("who fills in the form while waiting keeps what was typed when nobody came", () => withScript(async (page, script) => {
    await askForPerson(page);
    await button(page, "Ask for a call back instead").click();
    await page.fill("#call-back-name", "Jo Bloggs");
    await page.locator("#call-back-phone").pressSequentially("01632");
    script.tell("state", { phase: "call_back_offered", why: "nobody_came", reopens: null });
    await page.locator("#handoff").getByText("We are sorry. Nobody could come to the chat in time.").waitFor();
    await page.keyboard.type(" 960 123");
    assert.equal(await page.inputValue("#call-back-phone"), "01632 960 123");
    assert.equal(await page.inputValue("#call-back-name"), "Jo Bloggs");
    await page.locator("#handoff").getByRole("button", { name: "No thanks" }).click();
    await page.locator("#handoff").waitFor({ state: "hidden" });
    assert.equal(await focusedId(page), "question");
  }));

  test("a call-back can be asked for at once", () => withScript(async (page, script) => {
    await page.click("#ask-call-back");
    await button(page, "Go back without asking").click();
    await page.click("#ask-call-back");
    await page.fill("#call-back-name", "Jo Bloggs");
    await page.fill("#call-back-phone", "01632 960 123");
    await page.fill("#call-back-question", "My bin");
    await page.fill("#call-back-preferred-time", "mornings");
    await page.check("#call-back-consent");
    await button(page, "Ask for a call back").click();
    await page.getByText("Your reference number is CB-1234.").waitFor();
    assert.equal(script.bodies("handoff").length, 0, "nobody has to be asked for first");
    assert.equal(script.bodies("call_backs").at(-1).preferred_time, "mornings");
  }));

  test("what fails is told, and nothing is lost", () => withScript(async (page, script) => {
    await ask(page, QUESTION);
    const answer = await answered(page);
    script.next.set("POST handoff", { status: 200, body: { phase: "unavailable", contact: {} } });
    await answer.getByRole("button", { name: "Talk to a person" }).click();
    await page.getByText("We could not ask for a person. Try again, or use the contact details on this page.").waitFor();
    assert.ok(await answer.getByRole("button", { name: "Talk to a person" }).isVisible());
    script.next.set("DELETE ", { status: 503, body: { code: "unavailable", detail: "" } });
    await page.click("#clear");
    await button(page, "Yes, delete it").click();
    await page.getByText("We could not delete your conversation.").waitFor();
    assert.equal(await page.locator("#log .question").count(), 1);
    await until(() => script.listeners === 1, "the page listens again");
    // Deleted in another tab, or expired.
    script.token = "another";
    script.cut();
    await until(() => page.evaluate(() => sessionStorage.length === 0), "the page has forgotten the conversation");
    await page.locator("#log").getByRole("button", { name: "Talk to a person" }).waitFor({ state: "hidden" });
    await page.click("#ask-person");
    await page.getByText("You are number 2").waitFor();
  }));

  test("a lost line is told to who waits, and a dead one is noticed", () => withScript(async (page, script) => {
    await page.clock.install();
    await askForPerson(page);
    await page.getByText("You are number 2").waitFor();
    script.isDown = true;
    script.cut();
    await page.getByText("The connection was lost. We are trying again, and you keep your place.").waitFor();
    script.isDown = false;
    await page.clock.fastForward(30_000);
    await until(() => script.listeners === 1, "the page listens again");
    await page.getByText("You are number 2").waitFor();
    // No sign of life for longer than the service ever leaves its listeners without one.
    const [dead] = script.open;
    await page.clock.fastForward(40_000);
    await until(() => dead.destroyed, "the dead line is given up");
    await page.clock.fastForward(2000);
    await until(() => script.listeners === 1, "the page listens again");
  }));

  test("a page that nobody looks at listens on only for a person", () => withScript(async (page, script) => {
    const look = (hidden) => page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
    /** Lets minutes pass, with the signs of life that the service gives. */
    const minutes = async (count) => {
      for (let passed = 0; passed < count * 2; passed += 1) {
        script.live();
        await page.waitForTimeout(100);
        await page.clock.fastForward(30_000);
      }
    };
    await page.clock.install();
    await ask(page, QUESTION);
    await answered(page);
    await until(() => script.listeners === 1, "the page listens");
    await look(true);
    await minutes(4);
    assert.equal(script.listeners, 1);
    await minutes(2);
    await until(() => script.listeners === 0, "the page rests");
    await look(false);
    await until(() => script.listeners === 1, "the page listens again");
    await page.click("#ask-person");
    await page.getByText("You are number 2").waitFor();
    await look(true);
    await minutes(6);
    script.tell("state", { phase: "with_person", staff: "Sam" });
    await page.locator("#handoff").getByText("You are now talking to Sam, ").waitFor();
  }));

  test("all of it fits 320 pixels in both colour schemes", async () => {
    for (const colorScheme of ["light", "dark"]) {
      await withScript(async (page, script) => {
        await ask(page, QUESTION);
        await answered(page);
        assert.ok(await fits(page));
        await page.locator("#log").getByRole("button", { name: "Talk to a person" }).click();
        await button(page, "Ask for a call back instead").click();
        await button(page, "Ask for a call back").click();
        await page.locator(".summary").waitFor();
        assert.ok(await fits(page));
        await accessible(page);
        await screenshot(page, `narrow-form-${colorScheme}`);
        script.tell("state", { phase: "with_person", staff: "Sam" });
        await ask(page, "w".repeat(200));
        script.staffSays("v".repeat(200), { title: "u".repeat(200), href: "/pages/garden-waste" });
        await page.locator(".theirs").waitFor();
        await button(page, "End this chat").click();
        await page.click("#clear");
        assert.ok(await fits(page));
        await accessible(page);
        await screenshot(page, `narrow-chat-${colorScheme}`);
      }, { viewport: { width: 320, height: 480 }, colorScheme });
    }
  });
});

describe("the way to a person on the service alone", () => {
  before(async () => { served = await service(); }, { timeout: 200_000 });

  test("a question that is not covered leads to a call-back where nobody is there", async () => {
    const context = await chromium.newContext();
    try {
      const { page, faults } = await open(context, `${served.address}/chat`);
      await ask(page, QUESTION);
      const answer = await answered(page);
      await answer.getByRole("button", { name: "Talk to a person" }).click();
      const panel = page.locator("#handoff");
      await panel.getByText(/Our lines are closed now|Nobody is available/).waitFor();
      assert.equal(await page.inputValue("#call-back-question"), QUESTION);
      await page.fill("#call-back-name", "Jo Bloggs");
      await page.fill("#call-back-phone", "01632 960 123");
      await page.check("#call-back-consent");
      await button(page, "Ask for a call back").click();
      await page.getByText(/Your reference number is \S+\./).waitFor();
      const told = await log(page);
      await page.reload();
      await page.getByText(/Your reference number is \S+\./).waitFor();
      assert.equal(/number is (\S+)\./.exec(await log(page))[1], /number is (\S+)\./.exec(told)[1]);
      await page.click("#clear");
      await button(page, "Yes, delete it").click();
      await page.getByText(/Your conversation was deleted at .* Your receipt is /).waitFor();
      assert.equal(await page.evaluate(() => sessionStorage.length), 0);
      assert.deepEqual(faults, []);
    } finally {
      await context.close();
    }
  });
});

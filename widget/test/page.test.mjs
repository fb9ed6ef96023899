/** A resident's way through the page, in a real browser. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accessible, answered, ask, browser, fits, focus, open, service, squeeze } from "./browser.mjs";

const QUESTION = "How much does a garden waste subscription cost?";

let served;
let chromium;

before(async () => {
  served = await service();
  chromium = await browser();
}, { timeout: 200_000 });

after(async () => {
  await chromium?.close();
  await served?.stop();
});

/** Runs `body` on a fresh page of a fresh profile; whatever the page did wrong fails the test. */
async function withPage(options, body, path = "/chat") {
  const context = await chromium.newContext({ viewport: { width: 1000, height: 900 }, ...options });
  try {
    const { page, faults } = await open(context, served.address + path);
    await body(page, context);
    assert.deepEqual(faults, []);
  } finally {
    await context.close();
  }
}

describe("the page on which a resident asks", () => {
  test("answers a question and leads to the page that says so", () => withPage({}, async (page) => {
    await accessible(page);
    await ask(page, QUESTION);
    const answer = await answered(page);
    assert.match(squeeze(await answer.locator(".text").innerText()), /£52/);
    await accessible(page);
    await answer.locator("summary").first().click();
    if (process.env.REEVE_SCREENSHOT) await page.screenshot({ path: process.env.REEVE_SCREENSHOT, fullPage: true });
    const quote = squeeze(await answer.locator("blockquote").first().innerText());
    await answer.locator(".sources a").first().click();
    await page.waitForURL(/\/pages\//);
    const text = squeeze(await page.locator("main").innerText());
    // A table row is quoted with dashes where the page has cells.
    for (const part of quote.split(" – ")) assert.ok(text.includes(part.trim()), `the page lacks: ${part}`);
    const { hash } = new URL(page.url());
    if (hash) assert.equal(await page.locator(`[id="${decodeURIComponent(hash.slice(1))}"]`).count(), 1);
    await accessible(page);
  }));

  test("works with the keyboard alone", () => withPage({}, async (page) => {
    await page.locator("#question").waitFor();
    for (let presses = 0; presses < 30 && (await focus(page)).id !== "question"; presses += 1) {
      await page.keyboard.press("Tab");
    }
    await page.keyboard.type("How much does a garden waste");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("subscription cost?");
    assert.match(await page.inputValue("#question"), /waste\nsubscription/);
    await page.keyboard.press("Enter");
    const answer = await answered(page);
    assert.equal((await focus(page)).id, "question");
    for (let presses = 0; presses < 30; presses += 1) {
      await page.keyboard.press("Shift+Tab");
      if ((await focus(page)).text === "What the page says") break;
    }
    await page.keyboard.press("Enter");
    assert.ok(await answer.locator("details[open]").count());
  }));

  test("shows hostile text as text", () => withPage({}, async (page) => {
    const hostile = "<img src=x onerror=document.title='owned'> <script>document.title='owned'</script>";
    await ask(page, hostile);
    await answered(page);
    assert.equal(await page.locator("#log .question p").innerText(), hostile);
    assert.equal(await page.locator("#log img, #log script").count(), 0);
    assert.doesNotMatch(await page.title(), /owned/);
  }));

  test("an example can be asked at once, rated, and the conversation survives a reload", () => withPage({}, async (page) => {
    await page.locator("#examples button").first().click();
    const answer = await answered(page);
    assert.ok(await answer.innerText());
    let rated = false;
    if (await answer.locator(".rating").count()) {
      await answer.getByRole("button", { name: "Yes" }).click();
      await answer.getByText("Thank you for telling us.").waitFor();
      rated = true;
    }
    const told = await page.locator("#log .answer .text").innerText();
    await page.reload();
    await page.waitForSelector("#log .answer .text");
    assert.equal(await page.locator("#log .answer .text").innerText(), told);
    if (rated) await page.getByText("You said that this helped.").waitFor();
    await page.click("#clear");
    await page.getByRole("button", { name: "No, keep it" }).click();
    assert.equal((await focus(page)).id, "clear");
    assert.equal(await page.locator("#log article").count(), 2);
    await page.click("#clear");
    await page.getByRole("button", { name: "Yes, delete it" }).click();
    await page.getByText(/Your conversation was deleted at .* Your receipt is /).waitFor();
    assert.equal(await page.locator("#log article").count(), 0);
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  }));

  test("stops when told to, and keeps the question", () => withPage({}, async (page) => {
    // Held back, so that there is something to stop.
    await page.route("**/turns", async (route) => { await new Promise((resolve) => setTimeout(resolve, 1500)); await route.continue().catch(() => {}); });
    await ask(page, QUESTION);
    await page.click("#stop");
    await page.getByText("You stopped this answer.").waitFor();
    assert.equal(await page.inputValue("#question"), QUESTION);
  }));

  test("an empty question, and one that is too long, are refused with the reason", () => withPage({}, async (page) => {
    await page.click("#send");
    assert.equal(await page.locator("#problem").innerText(), "Type your question first.");
    await accessible(page);
    const long = "a".repeat(2001);
    await page.fill("#question", long);
    await page.press("#question", "Enter");
    assert.match(await page.locator("#problem").innerText(), /up to 2000 characters/);
    assert.equal(await page.inputValue("#question"), long);
    assert.equal(await page.locator("#log article").count(), 0);
  }));

  test("a lost connection is taken up again under the same name", async () => {
    const context = await chromium.newContext();
    const { page } = await open(context, `${served.address}/chat`);
    const names = [];
    await page.route("**/turns", async (route) => {
      names.push(route.request().postDataJSON().client_turn_id);
      if (names.length === 1) await route.abort("connectionreset");
      else await route.continue();
    });
    await ask(page, QUESTION);
    const answer = await answered(page);
    assert.match(await answer.locator(".text").innerText(), /£52/);
    assert.equal(names.length, 2);
    assert.equal(names[0], names[1]);
    await context.close();
  });

  test("a conversation that has ended elsewhere is begun anew", async () => {
    const context = await chromium.newContext();
    const { page } = await open(context, `${served.address}/chat`);
    await page.evaluate(() => sessionStorage.setItem("reeve", JSON.stringify({ id: "00000000-0000-4000-8000-000000000000", token: "gone" })));
    await page.reload();
    await ask(page, QUESTION);
    assert.match(await (await answered(page)).locator(".text").innerText(), /£52/);
    await context.close();
  });

  test("a fault says what to do and keeps what was typed", async () => {
    const context = await chromium.newContext();
    const { page } = await open(context, `${served.address}/chat`);
    await page.route("**/turns", (route) => route.fulfill({ status: 400, contentType: "application/json", body: '{"code":"odd","detail":""}' }));
    await ask(page, QUESTION);
    const answer = await answered(page);
    assert.match(await answer.innerText(), /talk to a person/i);
    assert.equal(await page.inputValue("#question"), QUESTION);
    await accessible(page);
    await context.close();
  });

  test("reflows at 320 pixels, before and after an answer, in both colour schemes", async () => {
    for (const colorScheme of ["light", "dark"]) {
      await withPage({ viewport: { width: 320, height: 256 }, colorScheme }, async (page) => {
        assert.ok(await fits(page));
        await ask(page, `${QUESTION} ${"w".repeat(120)}`);
        await answered(page);
        assert.ok(await fits(page));
        await accessible(page);
        await page.goto(`${served.address}/pages/garden-waste`);
        assert.ok(await fits(page));
        await accessible(page);
      });
    }
  });

  test("without JavaScript the form in its place does the job", () => withPage({ javaScriptEnabled: false }, async (page) => {
    const box = page.getByRole("textbox").first();
    await box.fill(QUESTION);
    await page.getByRole("button", { name: "Send" }).first().click();
    await page.getByText(/£52/).first().waitFor({ timeout: 120_000 });
  }));
});

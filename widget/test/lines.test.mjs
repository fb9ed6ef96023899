/** Poor lines: slow ones, lost ones, and a service that is gone, when the page is loaded and later. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accessible, answered, ask, browser, open, until } from "./browser.mjs";
import { scripted } from "./scripted.mjs";
import { ANSWER, openDialog } from "./states.mjs";

/** What Chromium's developer tools call slow 3G: 400 ms and 400 kbit/s, here both ways. */
const SLOW_3G = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };

let chromium;
before(async () => { chromium = await browser(); });
after(async () => { await chromium?.close(); });

async function withScript(act) {
  const script = await scripted();
  const context = await chromium.newContext({ viewport: { width: 800, height: 800 } });
  try {
    await act(context, script);
  } finally {
    await context.close();
    await script.stop();
  }
}

describe("poor lines", () => {
  test("slow 3G: the way in is there within seconds, and the link until then", () => withScript(async (context, script) => {
    const page = await context.newPage();
    const protocol = await context.newCDPSession(page);
    await protocol.send("Network.enable");
    await protocol.send("Network.emulateNetworkConditions", SLOW_3G);
    const began = Date.now();
    await page.goto(script.address, { waitUntil: "commit" });
    await page.getByRole("link", { name: "Ask us a question" }).waitFor();
    await page.locator("#launcher").waitFor({ timeout: 15_000 });
    const tookMs = Date.now() - began;
    assert.ok(tookMs < 8000, `${tookMs} ms`);
    await openDialog(page);
    script.reply = ANSWER;
    await ask(page, "How much is garden waste?");
    await (await answered(page)).getByText("It costs £52 a year.").waitFor();
    assert.equal(script.bodies("turns").length, 1);
  }));

  test("a slow processor: the launcher is there soon", () => withScript(async (context, script) => {
    const page = await context.newPage();
    const protocol = await context.newCDPSession(page);
    await protocol.send("Emulation.setCPUThrottlingRate", { rate: 6 });
    await page.goto(script.address);
    await page.locator("#launcher").waitFor();
    const readyMs = await page.evaluate(() => performance.now());
    console.log(`# six times slower, the launcher is there after ${Math.round(readyMs)} ms`);
    assert.ok(readyMs < 5000, `${readyMs} ms`);
  }));

  test("offline is said, what is typed is kept, and nothing is sent twice", () => withScript(async (context, script) => {
    const { page } = await open(context, script.address);
    await openDialog(page);
    await ask(page, "First?");
    await answered(page);
    await context.setOffline(true);
    script.cut();
    await page.locator("#status").getByText("You are offline. What you type is kept.").waitFor();
    await accessible(page);
    await ask(page, "Sent without a line?");
    await page.waitForTimeout(1500);
    assert.equal(script.bodies("turns").length, 1);
    await context.setOffline(false);
    await answered(page);
    await until(() => script.bodies("turns").length === 2, "it is sent when the line is back");
    assert.equal(await page.locator("#log .question").count(), 2);
    assert.equal(await page.locator("#log .answer").count(), 2);
    assert.equal(await page.locator("#status").innerText(), "");
  }));

  test("a line that drops in the middle of an answer is taken up under the same name", () => withScript(async (context, script) => {
    const { page } = await open(context, script.address);
    await openDialog(page);
    script.reply = ANSWER;
    script.next.set("POST turns", "cut");
    await ask(page, "How much is garden waste?");
    await (await answered(page)).getByText("It costs £52 a year.").waitFor();
    const names = script.bodies("turns").map(({ client_turn_id }) => client_turn_id);
    assert.equal(names.length, 2);
    assert.equal(names[0], names[1]);
    // The conversation's own line is taken up after the last event.
    script.cut();
    script.tell("state", { phase: "with_person", staff: "Sam" });
    await page.locator("#handoff").getByText("You are now talking to Sam, ").waitFor();
    const lasts = script.requests.filter(({ method, route }) => method === "GET" && route === "events").map(({ last }) => last);
    assert.equal(lasts.at(-1), "2");
  }));

  test("a service that is not there when the page is loaded leaves what stands inside, and is found later", () => withScript(async (context, script) => {
    const page = await context.newPage();
    await page.clock.install();
    await page.route("**/api/v1/service", (route) => (script.away ? route.abort() : route.continue()));
    script.away = true;
    await page.goto(script.address);
    await page.waitForTimeout(500);
    assert.ok(await page.getByRole("link", { name: "Ask us a question" }).isVisible());
    assert.equal(await page.locator("#launcher").count(), 0);
    script.away = false;
    await page.clock.fastForward(60_000);
    await page.locator("#launcher").waitFor();
  }));

  test("what is typed into the form that stands inside is in the box that takes its place", () => withScript(async (context, script) => {
    const page = await context.newPage();
    script.pages["/"] = script.pages["/chat"].replace("</reeve-chat>", '<textarea aria-label="Form"></textarea></reeve-chat>');
    let letGo;
    const held = new Promise((resolve) => { letGo = resolve; });
    await page.route("**/api/v1/service", async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(script.address);
    await page.getByLabel("Form").fill("half a ques");
    letGo();
    await page.locator("#question").waitFor();
    assert.equal(await page.locator("#question").inputValue(), "half a ques");
    await page.keyboard.type("tion");
    assert.equal(await page.locator("#question").inputValue(), "half a question");
  }));

  test("a service that goes later: what stood inside comes back, and what was typed is kept", () => withScript(async (context, script) => {
    const { page } = await open(context, script.address);
    page.setDefaultTimeout(20_000);
    await page.clock.install();
    await openDialog(page);
    await ask(page, "First?");
    await answered(page);
    script.isDown = true;
    script.cut();
    await ask(page, "Are you there?");
    await page.locator("#question").pressSequentially("And this?");
    // The tries of half a minute, one after another.
    await until(async () => {
      await page.clock.fastForward(4000);
      return page.locator("#lost").isVisible();
    }, "what stood inside is shown");
    assert.ok(await page.locator("#lost").getByText("We cannot reach the assistant at the moment.").isVisible());
    assert.ok(await page.getByRole("link", { name: "Ask us a question" }).isVisible());
    assert.ok(await page.getByRole("link", { name: "01632 960100" }).first().isVisible());
    assert.equal(await page.inputValue("#question"), "And this?");
    await accessible(page);
    const folder = process.env.REEVE_SCREENSHOTS;
    if (folder) await page.screenshot({ path: `${folder}/gone.png` });
    script.isDown = false;
    await until(async () => {
      await page.clock.fastForward(20_000);
      return page.locator("#lost").isHidden();
    }, "it is found again");
    assert.equal(await page.inputValue("#question"), "And this?");
    assert.equal(await page.locator("#log .question").getByText("Are you there?").count(), 1);
  }));
});

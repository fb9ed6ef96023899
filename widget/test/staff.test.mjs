/** The staff console in a real browser: with its script, without one, and axe on each page. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { accessible, browser, fits, open, service, until } from "./browser.mjs";
import { GARDEN_WASTE } from "./knowledge.mjs";

const PASSWORD = "correct horse battery";
/** What the page says of its own accord has to be there this soon. */
const LIVE_MS = 5_000;

const COUNCIL = `name = "Test Council"\nopening_hours = "24/7"\n[contact]\nphone = "01632 960100"\n`;

let folder;
let served;
let chromium;

before(async () => {
  // A council of its own: one whose people answer whenever the test is run.
  folder = await mkdtemp(join(tmpdir(), "reeve-staff-"));
  await mkdir(join(folder, "knowledge", "pages", "waste"), { recursive: true });
  await writeFile(join(folder, "knowledge", "council.toml"), COUNCIL);
  await writeFile(join(folder, "knowledge", "pages", "waste", "garden-waste.md"), GARDEN_WASTE);
  const data = join(folder, "data");
  for (const [name, role] of [["ada", "administrator"], ["asha", "agent"]]) {
    const added = spawnSync(process.env.REEVE_BINARY, ["staff", "add", name, "--role", role, "--password-stdin", "--data", data], { input: `${PASSWORD}\n` });
    assert.equal(added.status, 0, String(added.stderr));
  }
  process.env.REEVE_ARGUMENTS = `--knowledge ${join(folder, "knowledge")} --data ${data}`;
  served = await service();
  chromium = await browser();
}, { timeout: 200_000 });

after(async () => {
  await chromium?.close();
  await served?.stop();
  if (folder) await rm(folder, { recursive: true });
});

/** Runs `body` on a page of a fresh profile that is signed in; whatever the page did wrong fails the test. */
async function signedIn(name, body, options = {}) {
  const context = await chromium.newContext({ viewport: { width: 1000, height: 900 }, ...options });
  try {
    const { page, faults } = await open(context, `${served.address}/staff`);
    await signIn(page, name);
    await page.waitForURL(/\/staff$/);
    await body(page);
    assert.deepEqual(faults, []);
  } finally {
    await context.close();
  }
}

/** Sees to it that who is signed in is available, and that a resident waits on the inbox, which is open then. */
async function someoneWaits(page) {
  const button = page.locator("#availability button");
  if ((await button.innerText()) === "Set yourself available") await button.click();
  const jo = await resident();
  await jo.ask("Can I keep a llama?");
  await jo.askForPerson();
  await page.goto(`${served.address}/staff`);
  return jo;
}

/** The message to the resident is `text`, once the page's script has run. */
async function holds(page, text) {
  await page.waitForFunction(() => document.readyState === "complete");
  assert.equal(await page.getByLabel("Your message to the resident").inputValue(), text);
}

async function signIn(page, name, password = PASSWORD) {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const says = (page, text) => page.getByText(text).first().waitFor({ timeout: LIVE_MS });
const screenshot = async (page, name) => {
  const shots = process.env.REEVE_SCREENSHOTS;
  if (shots) await page.screenshot({ path: `${shots}/staff-${name}.png`, fullPage: true });
};

/** A resident, by the interface that the residents' page uses. */
async function resident() {
  const base = `${served.address}/api/v1/conversations`;
  const { id, token } = await (await fetch(base, { method: "POST" })).json();
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const post = (route, body) => fetch(`${base}/${id}/${route}`, { method: "POST", headers, body: JSON.stringify(body) });
  let sent = 0;
  return {
    id,
    ask: async (text) => (await post("turns", { client_turn_id: String(++sent), text })).text(),
    askForPerson: async () => (await post("handoff", {})).json(),
    say: (text) => post("messages", { client_message_id: `message-${++sent}`, text }),
    types: () => post("typing", {}),
    told: async () => (await fetch(`${base}/${id}/events?follow=false`, { headers })).text(),
  };
}

describe("the staff console", () => {
  test("a wrong password is refused in words", async () => {
    const context = await chromium.newContext();
    try {
      const { page } = await open(context, `${served.address}/staff`);
      await accessible(page);
      await signIn(page, "asha", "wrong password");
      await says(page, "The name or the password is not right.");
      await accessible(page);
    } finally {
      await context.close();
    }
  });

  test("someone new appears without a reload, is talked with, and is heard at once", () => signedIn("asha", async (page) => {
    await press(page, "Set yourself available");
    await says(page, "You are available.");
    await accessible(page);
    const jo = await resident();
    await jo.ask("Can I keep a llama on my <b>balcony</b>?");
    assert.equal((await jo.askForPerson()).phase, "waiting");
    await says(page, "Someone new is waiting.");
    await page.locator(`[data-request="${jo.id}"]`).waitFor({ timeout: LIVE_MS });
    await accessible(page);
    await screenshot(page, "inbox");
    await page.locator(`[data-request="${jo.id}"]`).getByRole("button", { name: /^Accept/ }).click();
    await says(page, "You have this conversation now.");
    assert.equal(await page.locator("main b").count(), 0);
    await accessible(page);

    await page.getByLabel("Your message to the resident").fill("Hello, I am looking.");
    await press(page, "Send");
    await says(page, "Your message was sent.");
    assert.match(await jo.told(), /Hello, I am looking\./);
    await page.getByLabel("Your message to the resident").fill("half a sentence");
    await jo.types();
    await says(page, "The resident is writing …");
    await jo.say("Thank you, <i>no hurry</i>");
    await says(page, "Thank you, <i>no hurry</i>");
    assert.equal(await page.getByLabel("Your message to the resident").inputValue(), "half a sentence");
    await page.getByLabel("Words that stand in it").fill("subscription costs");
    await press(page, "Find");
    await holds(page, "half a sentence");
    await page.getByRole("button", { name: /^Send this/ }).first().click();
    await says(page, "Your message was sent.");
    assert.match(await jo.told(), /£52 a year/);
    await screenshot(page, "conversation");
    await page.getByText("Close the conversation").click();
    await page.getByLabel("Resolved").check();
    await accessible(page);
    await press(page, "Close conversation");
    await says(page, "The conversation is closed.");
    await accessible(page);
  }));

  test("each page is accessible, also at 320 pixels", () => signedIn("ada", async (page) => {
    const jo = await resident();
    await jo.ask("How much does a garden waste subscription cost?");
    const places = ["", "/call-backs", "/search", "/marks", "/overview", "/switches", "/people", "/audit", `/conversations/${jo.id}`];
    for (const place of places) {
      await page.goto(`${served.address}/staff${place}`);
      await accessible(page);
      await page.setViewportSize({ width: 320, height: 700 });
      assert.ok(await fits(page), `${place} is wider than the window`);
      await accessible(page);
      await screenshot(page, `320${place.replaceAll(/\W+/g, "-")}`);
      await page.setViewportSize({ width: 1000, height: 900 });
    }
    await page.getByRole("link", { name: /Mark this reply as wrong/ }).first().click();
    await accessible(page);
    await page.getByLabel("Incorrect").check();
    await press(page, "Mark reply");
    await says(page, "The reply was marked.");
    await page.goto(`${served.address}/staff/marks`);
    await accessible(page);
  }));

  test("what was written before the script ran is kept while the page is loaded anew", () => signedIn("asha", async (page) => {
    const jo = await someoneWaits(page);
    await page.locator(`[data-request="${jo.id}"]`).getByRole("button", { name: /^Accept/ }).click();
    await says(page, "You have this conversation now.");
    let letGo;
    const held = new Promise((resolve) => { letGo = resolve; });
    await page.route("**/staff.js", async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(page.url(), { waitUntil: "commit" });
    await page.getByLabel("Your message to the resident").fill("half a sentence");
    letGo();
    // The page is complete when its script has run.
    await page.waitForFunction(() => document.readyState === "complete");
    await page.getByLabel("Words that stand in it").fill("subscription costs");
    await press(page, "Find");
    await holds(page, "half a sentence");
  }));

  test("what could not be sent is kept", () => signedIn("asha", async (page) => {
    const jo = await someoneWaits(page);
    await page.locator(`[data-request="${jo.id}"]`).getByRole("button", { name: /^Accept/ }).click();
    await says(page, "You have this conversation now.");
    const message = page.getByLabel("Your message to the resident");
    await message.fill("a long reply");
    const address = page.url();
    // As when the session has ended.
    await page.route("**/messages", (route) => route.fulfill({ contentType: "text/html", body: "<h1>Sign in</h1>" }));
    await press(page, "Send");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.unroute("**/messages");
    await page.goto(address);
    await holds(page, "a long reply");
    await press(page, "Send");
    await says(page, "Your message was sent.");
    await holds(page, "");
  }));

  test("a lost connection is told, and when it is back", async () => {
    const context = await chromium.newContext();
    try {
      const { page } = await open(context, `${served.address}/staff`);
      await signIn(page, "asha");
      await page.waitForURL(/\/staff$/);
      await page.clock.install();
      await page.reload();
      const soon = (text) => until(async () => {
        await page.clock.fastForward(2000);
        return page.getByText(text).isVisible();
      }, text);
      await context.setOffline(true);
      await soon("The connection is lost. This page may be out of date.");
      await context.setOffline(false);
      await soon("The connection is back.");
    } finally {
      await context.close();
    }
  });

  test("works without a script", () => signedIn("asha", async (page) => {
    const jo = await someoneWaits(page);
    assert.ok(await page.locator("#sound-choice").isHidden());
    await page.locator(`[data-request="${jo.id}"]`).getByRole("button", { name: /^Accept/ }).click();
    await page.getByLabel("Your message to the resident").fill("Yes");
    await press(page, "Send");
    await says(page, "Your message was sent.");
    await page.getByText("Give it back to the assistant").click();
    await press(page, "Give back to the assistant");
    await says(page, "The assistant has the conversation again.");
    await press(page, "Sign out");
    await says(page, "You have signed out.");
  }, { javaScriptEnabled: false }));
});

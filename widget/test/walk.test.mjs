/** A resident and a member of staff, each in a browser of their own, on the real service: open, closed, and killed in between. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { accessible, answered, ask, browser, open, service } from "./browser.mjs";
import { GARDEN_WASTE } from "./knowledge.mjs";

const PASSWORD = "correct horse battery";
const NOT_COVERED = "Can I keep a llama on my balcony?";
/** What one says has to be with the other this soon, also where the service was started anew in between. */
const LIVE_MS = 20_000;

const council = (hours) => `name = "Test Council"\nopening_hours = "${hours}"\n[contact]\nphone = "01632 960100"\n`;

/** An administrator's address of a PostgreSQL; without one, the walks go on SQLite alone. */
const POSTGRES = process.env.REEVE_TEST_POSTGRES;

let chromium;
/** Databases made so far. */
let made = 0;

before(async () => { chromium = await browser(); });
after(async () => { await chromium?.close(); });

/** A new database on the PostgreSQL. */
function newDatabase() {
  made += 1;
  const name = `walk_${process.pid}_${made}`;
  const asked = spawnSync("psql", ["--quiet", "--command", `CREATE DATABASE ${name}`, POSTGRES]);
  assert.equal(asked.status, 0, String(asked.stderr ?? asked.error));
  const address = new URL(POSTGRES);
  address.pathname = `/${name}`;
  return address.href;
}

/** A council of the test's own, whose people answer in these hours. */
async function withCouncil(database, hours, body) {
  const folder = await mkdtemp(join(tmpdir(), "reeve-walk-"));
  const kept = ["--data", join(folder, "data"), ...(database === "PostgreSQL" ? ["--database", newDatabase()] : [])];
  const place = ["--knowledge", join(folder, "knowledge"), ...kept];
  let served;
  try {
    await mkdir(join(folder, "knowledge", "pages", "waste"), { recursive: true });
    await writeFile(join(folder, "knowledge", "council.toml"), council(hours));
    await writeFile(join(folder, "knowledge", "pages", "waste", "garden-waste.md"), GARDEN_WASTE);
    const adding = ["staff", "add", "asha", "--display-name", "Asha Khan", "--role", "agent", "--password-stdin", ...kept];
    const added = spawnSync(process.env.REEVE_BINARY, adding, { input: `${PASSWORD}\n` });
    assert.equal(added.status, 0, String(added.stderr));
    served = await service([...place, "--port", "0"]);
    const port = new URL(served.address).port;
    /** Kills the service as a loss of power would, and starts it again at its address. */
    const killAndRestart = async () => {
      await served.kill();
      served = await service([...place, "--port", port]);
    };
    await body(served.address, killAndRestart);
  } finally {
    await served?.stop();
    await rm(folder, { recursive: true });
  }
}

async function inBrowsers(address, body) {
  const [resident, staff] = [await chromium.newContext(), await chromium.newContext()];
  try {
    const { page: residentPage } = await open(resident, `${address}/chat`);
    const { page: staffPage } = await open(staff, `${address}/staff`);
    await staffPage.getByLabel("Name").fill("asha");
    await staffPage.getByLabel("Password").fill(PASSWORD);
    await press(staffPage, "Sign in");
    await says(staffPage, "Waiting");
    await body(residentPage, staffPage);
  } finally {
    await resident.close();
    await staff.close();
  }
}

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const says = (page, text) => page.getByText(text).first().waitFor({ timeout: LIVE_MS });
const screenshot = async (page, name) => {
  const folder = process.env.REEVE_SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/walk-${name}.png`, fullPage: true });
};

async function askForPerson(resident) {
  await ask(resident, NOT_COVERED);
  const answer = await answered(resident);
  await answer.getByRole("button", { name: "Talk to a person" }).click();
}

async function accept(staff) {
  await staff.getByRole("button", { name: /^Accept/ }).first().click({ timeout: LIVE_MS });
  await says(staff, "You have this conversation now.");
}

async function staffWrites(staff, text) {
  await staff.getByLabel("Your message to the resident").fill(text);
  await press(staff, "Send");
  await says(staff, "Your message was sent.");
}

async function close(staff) {
  await staff.getByText("Close the conversation").click();
  await staff.getByLabel("Resolved").check();
  await press(staff, "Close conversation");
  await says(staff, "The conversation is closed.");
}

for (const database of POSTGRES ? ["SQLite", "PostgreSQL"] : ["SQLite"]) describe(`a resident and a member of staff, on ${database}`, () => {
  test("offer, accept, both talk, closed, the assistant again", () => withCouncil(database, "24/7", (address) => inBrowsers(address, async (resident, staff) => {
    await press(staff, "Set yourself available");
    await says(staff, "You are available.");
    await askForPerson(resident);
    await says(resident, /You are next|You are number 1/);
    await accept(staff);
    await says(resident, "You are now talking to Asha Khan");
    await ask(resident, "It is a small llama.");
    await says(staff, "It is a small llama.");
    await staffWrites(staff, "That depends on your lease.");
    await says(resident, "That depends on your lease.");
    await accessible(resident);
    await accessible(staff);
    await screenshot(resident, "resident");
    await screenshot(staff, "staff");
    await close(staff);
    await says(resident, "Asha Khan ended the chat.");
    await ask(resident, "How much does a garden waste subscription cost?");
    await answered(resident);
    assert.equal(await resident.locator("#log .answer").count(), 2, "the assistant answers again");
  })));

  test("the same with the service killed and started again in the middle", () => withCouncil(database, "24/7", (address, killAndRestart) => inBrowsers(address, async (resident, staff) => {
    await press(staff, "Set yourself available");
    await says(staff, "You are available.");
    await askForPerson(resident);
    await says(resident, /You are next|You are number 1/);
    await killAndRestart();
    await staff.reload();
    await accept(staff);
    await says(resident, "You are now talking to Asha Khan");
    await ask(resident, "Before the power goes.");
    await says(staff, "Before the power goes.");
    await killAndRestart();
    await staff.reload();
    await staffWrites(staff, "After the power came back.");
    await says(resident, "After the power came back.");
    await resident.reload();
    for (const text of [NOT_COVERED, "Before the power goes.", "After the power came back."]) {
      await says(resident, text);
      assert.equal(await resident.locator("#log").getByText(text, { exact: true }).count(), 1, `${text}, once`);
    }
    await close(staff);
    await says(resident, "Asha Khan ended the chat.");
  })));

  test("out of hours a call back is offered first, and staff have it", () => withCouncil(database, "Mo-Su 00:00-24:00 off", (address) => inBrowsers(address, async (resident, staff) => {
    await press(staff, "Set yourself available");
    await says(staff, "You are available.");
    await askForPerson(resident);
    await resident.getByLabel("Your name").waitFor({ timeout: LIVE_MS });
    await accessible(resident);
    await screenshot(resident, "call-back");
    await resident.getByLabel("Your name").fill("Jo Bloggs");
    await resident.getByLabel("Phone number").fill("01632 960 001");
    await resident.getByLabel(/^I agree/).check();
    await press(resident, "Ask for a call back");
    const reference = /[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}/;
    await says(resident, reference);
    const [number] = reference.exec(await resident.locator("#log").innerText());
    await staff.goto(`${address}/staff/call-backs`);
    await says(staff, number);
    await accessible(staff);
    assert.match(await staff.locator("main").innerText(), /Jo Bloggs/);
  })));
});

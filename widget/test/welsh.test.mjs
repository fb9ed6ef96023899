/** `/chat` at a council that offers Welsh, on the real service: without a script the whole way, and the element where there is one. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { accessible, answered, ask, browser, fits, open, service } from "./browser.mjs";
import { GARDEN_WASTE } from "./knowledge.mjs";

const COUNCIL = 'name = "Cyngor Prawf"\nlanguages = ["en", "cy"]\nopening_hours = "Mo-Su 00:00-24:00 off"\n[contact]\nphone = "01632 960100"\n';
const QUESTION = "How much does a garden waste subscription cost?";

let folder;
let served;
let chromium;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "reeve-welsh-"));
  await mkdir(join(folder, "knowledge", "pages"), { recursive: true });
  await writeFile(join(folder, "knowledge", "council.toml"), COUNCIL);
  await writeFile(join(folder, "knowledge", "pages", "garden-waste.md"), GARDEN_WASTE);
  served = await service(["--knowledge", join(folder, "knowledge"), "--data", join(folder, "data"), "--port", "0"]);
  chromium = await browser();
}, { timeout: 200_000 });

after(async () => {
  await chromium?.close();
  await served?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function withPage(path, options, act) {
  const context = await chromium.newContext({ viewport: { width: 1000, height: 900 }, ...options });
  try {
    const { page, faults } = await open(context, served.address + path);
    page.setDefaultTimeout(120_000);
    await act(page);
    // A form with something wrong in it is answered with a status that says so.
    assert.deepEqual(faults.filter((fault) => !fault.includes("status of 422")), []);
  } finally {
    await context.close();
  }
}

const shot = async (page, name) => {
  if (process.env.REEVE_SCREENSHOTS) await page.screenshot({ path: join(process.env.REEVE_SCREENSHOTS, `${name}.png`), fullPage: true });
};
/** What axe finds, and whether it fits; axe needs a page in which scripts may run, so it gets a copy of what was shown. */
async function check(page, name) {
  await shot(page, name);
  assert.ok(await fits(page));
  const copy = await chromium.newContext({ viewport: page.viewportSize() });
  try {
    const shown = await copy.newPage();
    await shown.goto(served.address);
    await shown.setContent((await page.content()).replace(/<script[^>]*><\/script>/g, ""));
    await accessible(shown);
  } finally {
    await copy.close();
  }
}

describe("/chat in Welsh", () => {
  for (const width of [1000, 320]) {
    test(`the whole way without a script, ${width} pixels wide`, () => withPage("/chat?lang=cy", { javaScriptEnabled: false, viewport: { width, height: 700 } }, async (page) => {
      assert.equal(await page.locator("html").getAttribute("lang"), "cy");
      await check(page, `chat-cy-first-${width}`);
      await page.getByRole("textbox", { name: "Eich cwestiwn" }).fill(QUESTION);
      await page.getByRole("button", { name: "Anfon" }).click();
      const answer = page.locator(".answer").last();
      await answer.getByText(/£52/).first().waitFor();
      assert.equal(await answer.locator(".text").getAttribute("lang"), "en");
      assert.ok(await answer.getByRole("heading", { name: "O ble y daw hyn" }).isVisible());
      await check(page, `chat-cy-answer-${width}`);
      const downloading = page.waitForEvent("download");
      await page.getByRole("button", { name: "Cadw’r sgwrs hon" }).click();
      const download = await downloading;
      assert.equal(download.suggestedFilename(), "sgwrs.txt");
      assert.match(await readFile(await download.path(), "utf8"), /^Sgwrs gyda Cyngor Prawf\n[^]*Gofynnoch chi[^]*£52/);
      // The page is still there, and goes on.
      await page.getByRole("button", { name: "Siarad â pherson" }).click();
      await page.getByText(/Nid oes neb ar gael|Mae ein llinellau ar gau/).first().waitFor();
      await page.getByRole("button", { name: "Gofyn am alwad yn ôl" }).click();
      await page.getByRole("alert").getByText("Rhowch eich enw.").waitFor();
      await check(page, `chat-cy-problems-${width}`);
      await page.getByLabel("Eich enw").fill("Jo");
      await page.getByLabel("Rhif ffôn").fill("01632 960 001");
      await page.getByRole("checkbox").check();
      await page.getByRole("button", { name: "Gofyn am alwad yn ôl" }).click();
      await page.getByText(/Eich cyfeirnod yw/).waitFor();
      await check(page, `chat-cy-done-${width}`);
      await page.getByRole("button", { name: "English" }).click();
      await page.getByText(/Your reference number is/).waitFor();
      assert.equal(await page.locator("html").getAttribute("lang"), "en");
      await page.getByRole("button", { name: "Cymraeg" }).click();
      await page.getByRole("button", { name: "Dileu’r sgwrs hon" }).click();
      await page.getByRole("button", { name: "Ie, dileu hi" }).click();
      await page.getByText(/Eich derbynneb yw/).waitFor();
    }));
  }

  test("the element takes over in the language of the page", () => withPage("/chat?lang=cy", {}, async (page) => {
    await ask(page, QUESTION);
    await (await answered(page)).getByText(/£52/).first().waitFor();
    assert.equal(await page.locator("#reeve").getAttribute("lang"), "cy");
    await accessible(page);
    await shot(page, "widget-cy");
    await page.getByRole("link", { name: "English" }).click();
    await page.waitForURL(/lang=en/);
    await page.locator("#reeve[lang=en]").waitFor();
  }));

  test("a browser that asks for Welsh gets it", () => withPage("/chat", { locale: "cy-GB" }, async (page) => {
    await page.locator("#reeve[lang=cy]").waitFor();
  }));
});

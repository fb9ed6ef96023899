/** Nothing has to be scrolled sideways, and everything can be reached: at 320 pixels, at 400% zoom, with text of 200%. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { chromium as launcher } from "playwright-core";
import { BROWSER, browser, fits, open } from "./browser.mjs";
import { INSIDE, html, scripted } from "./scripted.mjs";
import { ANSWER, openDialog, states } from "./states.mjs";

/** 1280 by 1024 pixels at 400% are 320 by 256. */
const ZOOMED = { width: 320, height: 256 };

let chromium;
before(async () => { chromium = await browser(); });
after(async () => { await chromium?.close(); });

/** Everything that can be used comes into the window, and is not covered by something else, when it gets the focus. */
async function everythingIsReached(page) {
  const covered = await page.locator("#reeve").evaluate(async (ui) => {
    const found = [];
    const root = ui.getRootNode();
    for (const control of ui.querySelectorAll("button, a, input, textarea, summary")) {
      if (!control.checkVisibility() || control.closest(".unseen")) continue;
      control.focus();
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const { left, top, width, height } = control.getClientRects()[0];
      const [x, y] = [left + Math.min(width / 2, 40), top + Math.min(height / 2, 12)];
      const there = root.elementFromPoint(x, y);
      const isThere = there !== null && (control.contains(there) || there.contains(control));
      if (!isThere || left < 0 || left + Math.min(width, innerWidth) > innerWidth + 1) found.push(`${control.id || control.textContent} at ${x}, ${y}: ${there?.id || there?.className}`);
    }
    return found;
  });
  assert.deepEqual(covered, []);
}

async function inStates(context, script, names) {
  for (const name of names) {
    script.reply = { outcome: "handoff", reason: "missing_knowledge", text: "I could not find it.", offers: ["human", "call_back"], sentences: ["I could not find it."] };
    script.held = Promise.resolve();
    const { page } = await open(context, script.address);
    page.setDefaultTimeout(10_000);
    await page.evaluate(() => sessionStorage.clear());
    await page.reload();
    await states[name](page, script, context);
    assert.ok(await fits(page), `${name} fits`);
    await everythingIsReached(page);
    assert.ok(await fits(page), `${name} still fits`);
    await page.close();
  }
}

const NAMES = ["closed", "open", "answered", "choices", "with a person", "call-back with errors"];

describe("reflow", () => {
  for (const [name, viewport] of Object.entries({ "320 pixels wide": { width: 320, height: 568 }, "400% zoom": ZOOMED, "256 pixels high": { width: 1280, height: 256 }, "a usual window": { width: 1280, height: 800 } })) {
    test(name, async () => {
      const script = await scripted();
      const context = await chromium.newContext({ viewport });
      try {
        await inStates(context, script, NAMES);
      } finally {
        await context.close();
        await script.stop();
      }
    });
  }

  test("long words and names fit 320 pixels", async () => {
    const script = await scripted();
    script.service.council = "C".repeat(80);
    const context = await chromium.newContext({ viewport: ZOOMED });
    try {
      const { page } = await open(context, script.address);
      await openDialog(page);
      script.reply = { ...ANSWER, text: "w".repeat(400), sentences: ["w".repeat(400)], citations: [{ ...ANSWER.citations[0], title: "t".repeat(200), heading: "h".repeat(200) }], pages: [{ title: "t".repeat(200), heading: "h".repeat(200), href: "/" }] };
      await page.fill("#question", "q".repeat(300));
      await page.press("#question", "Enter");
      await page.locator("#log .sources").waitFor();
      assert.ok(await fits(page));
    } finally {
      await context.close();
      await script.stop();
    }
  });

  test("text of 200%, set in the browser, on a page that sets the size of its root", async () => {
    const profile = await mkdtemp(join(tmpdir(), "reeve-profile-"));
    const script = await scripted();
    script.pages["/"] = html(`<main><h1>Test Council</h1></main><reeve-chat>${INSIDE}</reeve-chat>`);
    let context;
    try {
      await mkdir(join(profile, "Default"));
      await writeFile(join(profile, "Default", "Preferences"), JSON.stringify({ webkit: { webprefs: { default_font_size: 32, default_fixed_font_size: 26 } } }));
      context = await launcher.launchPersistentContext(profile, { ...BROWSER, viewport: { width: 640, height: 800 } });
      const { page } = await open(context, script.address);
      await openDialog(page);
      assert.equal(await page.locator("#question").evaluate((box) => getComputedStyle(box).fontSize), "34px", "twice as large as at 16 pixels");
      await page.close();
      await inStates(context, script, NAMES);
    } finally {
      await context?.close();
      await script.stop();
      await rm(profile, { recursive: true, force: true });
    }
  });
});

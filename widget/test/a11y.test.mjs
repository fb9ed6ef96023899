/** What axe finds in each state of the widget, in each of the ways in which it can look. It is to find nothing. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accessible, browser, open } from "./browser.mjs";
import { INSIDE, html, scripted } from "./scripted.mjs";
import { states } from "./states.mjs";

const WELSH = html(`<main><h1>Cyngor Prawf</h1></main><aside aria-label="Gofyn"><reeve-chat lang="cy">${INSIDE}</reeve-chat></aside>`, "cy");
const looks = {
  light: {},
  dark: { colorScheme: "dark" },
  "forced colours": { forcedColors: "active" },
  Welsh: { page: WELSH },
  "320 pixels": { viewport: { width: 320, height: 256 } },
};

let chromium;
before(async () => { chromium = await browser(); });
after(async () => { await chromium?.close(); });

for (const [look, { page: content, ...options }] of Object.entries(looks)) {
  describe(`axe, ${look}`, () => {
    for (const [name, reach] of Object.entries(states)) {
      test(name, async () => {
        const script = await scripted();
        if (content !== undefined) script.pages["/"] = content;
        const context = await chromium.newContext({ viewport: { width: 1280, height: 1024 }, ...options });
        try {
          const { page } = await open(context, script.address);
          page.setDefaultTimeout(10_000);
          await reach(page, script, context);
          await accessible(page);
          const folder = process.env.REEVE_SCREENSHOTS;
          if (folder) await page.screenshot({ path: `${folder}/${look}-${name}.png`.replaceAll(" ", "-") });
        } finally {
          await context.close();
          await script.stop();
        }
      });
    }
  });
}

test("without the script", async () => {
  const script = await scripted();
  // As a browser without JavaScript has it; axe needs one that has.
  script.pages["/"] = html(`<main><h1>Test Council</h1></main><aside aria-label="Ask us"><reeve-chat>${INSIDE}</reeve-chat></aside>`, "en", "");
  const context = await chromium.newContext();
  try {
    const { page } = await open(context, script.address);
    assert.ok(await page.getByRole("link", { name: "Ask us a question" }).isVisible());
    await accessible(page);
  } finally {
    await context.close();
    await script.stop();
  }
});

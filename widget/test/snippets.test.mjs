/**
 * What docs/embedding.md says to copy, taken out of it as it stands: on a page as each system sends it, with the policy that the
 * document names, the widget opens and answers. The addresses are those of the document; the browser is led to the scripted service.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { answered, ask, browser, open } from "./browser.mjs";
import { scripted } from "./scripted.mjs";
import { ANSWER, openDialog } from "./states.mjs";

const REEVE = "https://reeve.example.gov.uk";
const WEBSITE = "https://www.aldermere.example/";

const document = `\n${await readFile(new URL("../../docs/embedding.md", import.meta.url), "utf8")}`;

/** The blocks of a language below a heading. */
function blocks(heading, language) {
  const [, below] = document.split(`\n${heading}\n`);
  assert.ok(below, `${heading} is not in docs/embedding.md`);
  const found = Array.from(below.split("\n## ")[0].matchAll(/^```(\w*)\n([^]*?)^```$/gm)).filter(([, of]) => of === language);
  assert.ok(found.length > 0, `${heading} has no ${language || "plain"} block`);
  return found.map(([, , text]) => text);
}

/** What the document says a strict policy needs, and what it says it was tried with. */
const [needed] = blocks("## Content security policy", "");
const [, triedWith] = /Tested against\s+`([^`]+)`/.exec(document);
const POLICY = `${triedWith}; ${needed.trim()}`;

/** What PHP sends of a function: what stands outside its tags. */
const sentByPhp = (code) => Array.from(code.matchAll(/\?>([^]*?)<\?php/g), ([, html]) => html).join("");

/** What WordPress prints of a script module that a theme loads. */
function moduleOfWordPress(code) {
  const [, name, address, version] = /wp_enqueue_script_module\( '([^']+)', '([^']+)', array\(\), (\w+) \)/.exec(code);
  assert.equal(version, "null", "any other adds a version to the address");
  return `<script type="module" src="${address}" id="${name}-js-module"></script>`;
}

/** What Drupal prints of a library. */
function libraryOfDrupal(yaml) {
  const [, address, kind, type] = /^ {4}(https:\S+): \{ type: (\w+), attributes: \{ type: (\w+) \} \}$/m.exec(yaml);
  assert.equal(kind, "external");
  return `<script src="${address}" type="${type}"></script>`;
}

const page = (body) => `<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="UTF-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Aldermere</title></head><body${body}</body></html>`;
const plain = (snippet) => page(`><main><h1>Bins</h1></main>\n${snippet}`);
const wordPress = (footer, end = "") => page(` class="home wp-embed-responsive"><div class="wp-site-blocks"><header class="wp-block-template-part"></header><main class="wp-block-group"><h1 class="wp-block-heading">Bins</h1></main><footer class="wp-block-template-part">${footer}</footer></div>\n${end}`);
const drupal = (element, scripts) => page(` class="path-frontpage"><a href="#main-content" class="visually-hidden focusable">Skip to main content</a><div class="dialog-off-canvas-main-canvas" data-off-canvas-main-canvas><main id="main-content"><h1>Bins</h1></main>${element}</div>${scripts}`);

const [first] = blocks("# Putting the assistant on a website", "html");
const [welsh] = blocks("## In Welsh", "html");
const [footer, allowed] = blocks("## WordPress", "php");
const [customHtml] = blocks("## WordPress", "html");
const [library] = blocks("## LocalGov Drupal", "yaml");
const [twig] = blocks("## LocalGov Drupal", "twig");
const withoutScript = (html) => html.replace(/^<script.*\n/m, "");

const pages = {
  "plain HTML": plain(first),
  "WordPress, the theme's functions.php": wordPress("", sentByPhp(footer)),
  "WordPress, a Custom HTML block": wordPress(customHtml),
  "WordPress, a block of somebody who may not post unfiltered HTML": wordPress(withoutScript(customHtml), moduleOfWordPress(allowed)),
  "LocalGov Drupal, the template": drupal(twig, libraryOfDrupal(library)),
  "LocalGov Drupal, a content block": drupal(`<div class="block block-block-content"><div class="field field--name-body">${twig}</div></div>`, libraryOfDrupal(library)),
};

let chromium;
before(async () => { chromium = await browser(); });
after(async () => { await chromium?.close(); });

/** Shows a page of the council's website with this policy, and leads what goes to Reeve's address to the scripted service. */
async function onWebsite(html, act, { policy = POLICY, ...options } = {}) {
  const script = await scripted();
  const context = await chromium.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  await context.route(`${WEBSITE}**`, (route) => route.fulfill({ contentType: "text/html; charset=utf-8", headers: { "content-security-policy": policy }, body: html }));
  await context.route(`${REEVE}/**`, async (route) => {
    const { pathname, search } = new URL(route.request().url());
    // A stream that never ends cannot be passed on; the answer to a question comes by its own.
    if (pathname.endsWith("/events")) return;
    await route.fulfill({ response: await route.fetch({ url: `${script.address}${pathname}${search}` }) });
  });
  try {
    const { page: tab, faults } = await open(context, WEBSITE, REEVE);
    tab.setDefaultTimeout(10_000);
    await act(tab, script, faults);
  } finally {
    await context.close();
    await script.stop();
  }
}

describe("what the document says to copy", () => {
  for (const [name, html] of Object.entries(pages)) {
    test(name, () => onWebsite(html, async (tab, script, faults) => {
      await openDialog(tab);
      script.reply = ANSWER;
      await ask(tab, "How much is garden waste?");
      await (await answered(tab)).getByText("It costs £52 a year.").waitFor();
      assert.deepEqual(faults, []);
    }));

    test(`${name}, without a script`, () => onWebsite(html, async (tab) => {
      assert.equal(await tab.getByRole("link", { name: "Ask us a question" }).getAttribute("href"), `${REEVE}/chat`);
      assert.ok(await tab.getByRole("link", { name: "01632 960100" }).isVisible());
    }, { javaScriptEnabled: false }));
  }

  test("in Welsh", async () => {
    await onWebsite(plain(welsh), async (tab, script, faults) => {
      await tab.getByRole("button", { name: "Gofynnwch gwestiwn i ni" }).click();
      script.reply = ANSWER;
      await ask(tab, "Faint yw gwastraff gardd?");
      await (await answered(tab)).getByText("It costs £52 a year.").waitFor();
      assert.deepEqual(faults, []);
    });
    await onWebsite(plain(welsh), async (tab) => {
      assert.equal(await tab.getByRole("link", { name: "Gofynnwch gwestiwn i ni" }).getAttribute("href"), `${REEVE}/chat?lang=cy`);
    }, { javaScriptEnabled: false });
  });

  test("with a host too few in the policy there is nothing but what stands inside the element", async () => {
    for (const directive of needed.trim().split("; ")) {
      await onWebsite(plain(first), async (tab, _script, faults) => {
        await tab.waitForTimeout(1000);
        assert.ok(await tab.getByRole("link", { name: "Ask us a question" }).isVisible(), directive);
        assert.ok(faults.some((fault) => fault.startsWith("policy:")), `${directive} is needed`);
      }, { policy: POLICY.replace(directive, "") });
    }
  });
});

/** The element on pages of another website: with a strict policy, with hostile styles and prototypes, and without a script. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { answered, ask, browser, focus, open } from "./browser.mjs";
import { INSIDE, html, scripted } from "./scripted.mjs";
import { ANSWER, openDialog } from "./states.mjs";

/** What the instructions say that a strict policy needs: one host in two places. */
const strict = (service) => `default-src 'none'; script-src ${service}; connect-src ${service}; style-src 'self'; require-trusted-types-for 'script'; base-uri 'none'; form-action 'none'`;

let chromium;
before(async () => { chromium = await browser(); });
after(async () => { await chromium?.close(); });

/**
 * A website at an address of its own, with the element on its page. `styles` are its style sheet, `first` a script of its own
 * that runs before everything.
 */
async function onHost({ styles = "", first, policy = strict, body = "", element = "" }, act, options = {}) {
  const script = await scripted();
  const content = `<main><h1>Another website</h1><p id="text">Text of the page. <button id="own">Its button</button></p>${body}</main>
    <reeve-chat ${element}>${INSIDE}</reeve-chat>`;
  const page = html(content, "en", `<link rel="stylesheet" href="/style.css"><script type="module" src="${script.address}/widget/reeve-chat.js"></script>`);
  const host = createServer((request, response) => {
    if (request.url === "/style.css") response.writeHead(200, { "content-type": "text/css" }).end(styles);
    else if (request.url === "/favicon.ico") response.writeHead(204).end();
    else response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...(policy === null ? {} : { "content-security-policy": policy(script.address) }), "set-cookie": "own=1" }).end(page);
  });
  await new Promise((resolve) => host.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${host.address().port}`;
  const context = await chromium.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  if (first !== undefined) await context.addInitScript(first);
  try {
    const { page: tab, faults } = await open(context, address, script.address);
    tab.setDefaultTimeout(10_000);
    await act(tab, script, context);
    assert.deepEqual(faults, []);
    assert.equal(script.cookies, false, "no cookie is sent to the service");
    assert.deepEqual((await context.cookies()).map(({ name }) => name), ["own"], "and none is set");
  } finally {
    await context.close();
    host.closeAllConnections();
    await new Promise((resolve) => host.close(resolve));
    await script.stop();
  }
}

/** A question, an answer, a person and back. */
async function wholeJob(page, script) {
  await openDialog(page);
  script.reply = { ...ANSWER, offers: ["human"] };
  await ask(page, "How much is garden waste?");
  await (await answered(page)).getByText("It costs £52 a year.").waitFor();
  await page.locator("#ask-person").click();
  await page.getByText("You are number 2 in the queue.").waitFor();
  script.tell("state", { phase: "with_person", staff: "Sam" });
  script.staffSays("Hello");
  await page.locator(".theirs").getByText("Hello").waitFor();
  await ask(page, "Hello Sam");
  await page.getByText("Sent", { exact: true }).waitFor();
  const downloading = page.waitForEvent("download");
  await page.locator("#transcript").click();
  await downloading;
  await page.locator("#clear").click();
  await page.getByRole("button", { name: "Yes, delete it" }).click();
  await page.getByText("Your receipt is R-1.").waitFor();
  await page.keyboard.press("Escape");
  assert.equal((await focus(page)).id, "launcher");
}

const look = (page, selector, names) => page.locator(selector).first().evaluate((place, wanted) => {
  const style = getComputedStyle(place);
  return Object.fromEntries(wanted.map((name) => [name, style[name]]));
}, names);
const LOOK = ["color", "backgroundColor", "fontSize", "fontFamily", "fontStyle", "display", "padding", "borderTopStyle", "letterSpacing", "textTransform", "position", "lineHeight", "direction", "visibility", "opacity"];

describe("a page of another website", () => {
  test("the whole job under a strict policy with trusted types", () => onHost({}, wholeJob));

  test("the same in Welsh, which is another file", () => onHost({ element: 'lang="cy"' }, async (page) => {
    await page.getByRole("button", { name: "Gofynnwch gwestiwn i ni" }).waitFor();
  }));

  test("no name is added to the page", () => onHost({ policy: null, first: () => { window.before = Object.getOwnPropertyNames(window); } }, async (page, script) => {
    await openDialog(page);
    await ask(page, "Hello");
    await answered(page);
    const names = await page.evaluate(() => Object.getOwnPropertyNames(window).filter((name) => !window.before.includes(name)));
    // These are the test's own.
    assert.deepEqual(names.filter((name) => !/^(before|\d+|noteViolation|__playwright.*)$/.test(name)), []);
    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
    assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage)), ["reeve"]);
    assert.equal(script.requests[0].body, undefined, "nothing of the page is told where nothing is said");
  }));

  test("styles leak neither in nor out", async () => {
    const plain = {};
    await onHost({}, async (page) => {
      await openDialog(page);
      for (const part of ["#launcher", "#question", "#send", "#title", "#greeting p", "summary"]) plain[part] = await look(page, part, LOOK);
      // The page's own things look as they do where the widget is not.
      plain.own = await look(page, "#own", LOOK);
      plain.text = await look(page, "#text", LOOK);
    });
    await onHost({ policy: null }, async (page) => {
      await page.evaluate(() => document.querySelector("reeve-chat").remove());
      assert.deepEqual(await look(page, "#own", LOOK), plain.own);
      assert.deepEqual(await look(page, "#text", LOOK), plain.text);
    });
    const hostile = {
      "unset all": "* { all: unset !important; }",
      "a reset": "html { font-size: 62.5%; } *, *::before, *::after { margin: 0 !important; padding: 0 !important; box-sizing: content-box !important; font: italic 7px/1 serif !important; border: 0 !important; list-style: none }",
      "loud styles": "body, reeve-chat, * { color: lime !important; background: red !important; letter-spacing: 9px; text-transform: uppercase; direction: rtl; font-family: cursive; opacity: 0.1 !important; visibility: hidden; }",
      "hides what it does not know": "body > :not(main) { display: none !important; position: absolute !important; transform: translateX(-999px) !important; }",
    };
    for (const [name, styles] of Object.entries(hostile)) {
      await onHost({ styles }, async (page, script) => {
        await openDialog(page);
        for (const part of ["#launcher", "#question", "#send", "#title", "#greeting p", "summary"]) {
          assert.deepEqual(await look(page, part, LOOK), plain[part], `${part} under: ${name}`);
        }
        assert.equal((await look(page, "reeve-chat", ["opacity"])).opacity, "1", name);
        await page.keyboard.press("Escape");
        await wholeJob(page, script);
      });
    }
  });

  test("changed prototypes do not stop it", async () => {
    const broken = () => {
      // As old libraries did it, and worse.
      Object.prototype.each = function each() { return this; };
      Array.prototype.toJSON = function toJSON() { return "[]"; };
      for (const name of ["map", "filter", "find", "forEach", "some", "every", "reduce", "includes", "at", "flatMap", "entries", "findLast"]) {
        Array.prototype[name] = () => { throw new Error(`Array.prototype.${name} is broken`); };
      }
      for (const name of ["replaceAll", "includes"]) String.prototype[name] = () => { throw new Error(`String.prototype.${name} is broken`); };
      window.$ = () => { throw new Error("not yours"); };
    };
    await onHost({ first: broken, policy: null }, wholeJob);
  });

  test("without a script the link is there", () => onHost({}, async (page) => {
    assert.ok(await page.getByRole("link", { name: "Ask us a question" }).isVisible());
    assert.ok(await page.getByRole("link", { name: "01632 960100" }).isVisible());
  }, { javaScriptEnabled: false }));

  test("a second copy of the module does nothing", () => onHost({ policy: null }, async (page, script) => {
    await page.locator("#launcher").waitFor();
    await page.evaluate((address) => import(address), `${script.address}/widget/reeve-chat-fedcba9876543210.js`);
    assert.equal(await page.locator("#launcher").count(), 1);
  }));
});

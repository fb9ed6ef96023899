/** The element on a page: opening and closing, by keyboard alone, what a screen reader is told, words and attributes. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { answered, ask, browser, focus, open, squeeze, until } from "./browser.mjs";
import { INSIDE, html, scripted } from "./scripted.mjs";
import { ANSWER, CLARIFY, openDialog } from "./states.mjs";

let chromium;
before(async () => { chromium = await browser(); });
after(async () => { await chromium?.close(); });

/** Runs `body` on a page with this in it; whatever the page did wrong fails the test. */
async function onPage(content, body, { lang = "en", path = "/", ...options } = {}) {
  const script = await scripted();
  if (content !== undefined) script.pages[path] = html(content, lang);
  const context = await chromium.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  try {
    const { page, faults } = await open(context, script.address + path);
    page.setDefaultTimeout(10_000);
    const warnings = [];
    page.on("console", (message) => { if (message.type() === "warning") warnings.push(message.text()); });
    await body(page, script, context, warnings);
    assert.deepEqual(faults.filter((fault) => !fault.startsWith("console: Failed to load resource")), []);
    assert.equal(script.cookies, false);
    assert.deepEqual(await context.cookies(), []);
  } finally {
    await context.close();
    await script.stop();
  }
}

/** Presses Tab until something has the focus. */
async function tabTo(page, wanted, key = "Tab") {
  for (let presses = 0; presses < 40; presses += 1) {
    const now = await focus(page);
    if (wanted(now)) return;
    await page.keyboard.press(key);
  }
  assert.fail("the keyboard does not get there");
}

describe("the element", () => {
  for (const [attribute, told] of [["page", "/cost"], ['page="/pages/garden-waste"', "/pages/garden-waste"], ["", null]]) {
    test(`a question comes with the page, if at all: ${attribute}`, () => onPage(`<main></main><reeve-chat ${attribute}>${INSIDE}</reeve-chat>`, async (page, script) => {
      await page.goto(`${script.address}/cost?from=search#top`);
      await openDialog(page);
      await ask(page, "How much is it?");
      await answered(page);
      const [body] = script.bodies("turns");
      assert.equal(body.page, attribute === "page" ? script.address + told : told);
    }, { path: "/cost" }));
  }

  test("opens beside the page, takes the focus and gives it back", () => onPage(undefined, async (page) => {
    const launcher = page.locator("#launcher");
    await launcher.waitFor();
    assert.equal(await page.getByRole("link", { name: "Ask us a question" }).isVisible(), false, "what stands inside is hidden");
    assert.equal(await launcher.getAttribute("aria-expanded"), "false");
    await launcher.click();
    const dialog = page.getByRole("dialog", { name: "Ask Test Council" });
    await dialog.waitFor();
    assert.equal(await dialog.getAttribute("aria-modal"), null);
    assert.equal((await focus(page)).id, "question");
    assert.equal(await launcher.getAttribute("aria-expanded"), "true");
    assert.match(await page.locator("#greeting").innerText(), /I am an automated assistant, not a person/);
    assert.match(await page.locator("#greeting").innerText(), /call 999/);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    assert.equal((await focus(page)).id, "launcher");
    // The page behind can be used while the dialog is open.
    await launcher.click();
    await page.getByRole("link", { name: "Garden waste" }).click();
    await page.waitForURL(/garden-waste/);
  }));

  test("where it covers the screen the focus stays in it, and beside the page it does not", () => onPage(
    `<main><a id="before" href="#before">Before</a></main><reeve-chat>${INSIDE}</reeve-chat><p><a id="after" href="#after">After</a></p>`, async (page, script) => {
      const press = async (key) => {
        await page.keyboard.press(key);
        return (await focus(page)).id;
      };
      await openDialog(page);
      for (const key of ["Tab", "Shift+Tab"]) {
        for (let presses = 0; presses < 30; presses += 1) {
          await page.keyboard.press(key);
          assert.equal(await page.evaluate(() => document.activeElement.localName), "reeve-chat", `${key}, ${presses}`);
        }
      }
      await page.locator("#close").focus();
      assert.equal(await press("Shift+Tab"), "send");
      assert.equal(await press("Tab"), "close");
      // While an answer is on its way, Stop stands in the place of Send.
      script.held = new Promise(() => {});
      await ask(page, "How much is it?");
      await page.locator("#stop").focus();
      assert.equal(await press("Tab"), "close");
      assert.equal(await press("Shift+Tab"), "stop");
      // The window becomes wider while it is open.
      await page.setViewportSize({ width: 1280, height: 900 });
      assert.equal(await press("Tab"), "launcher");
      assert.equal(await press("Tab"), "after");
      await page.locator("#close").focus();
      assert.equal(await press("Shift+Tab"), "before");
      // And narrow again; once it is closed, the page is there.
      await page.setViewportSize({ width: 375, height: 667 });
      await page.locator("#close").focus();
      assert.equal(await press("Escape"), "launcher");
      assert.equal(await press("Tab"), "after");
    }, { viewport: { width: 375, height: 667 } }));

  test("the whole job is done with the keyboard alone", () => onPage(undefined, async (page, script) => {
    await page.locator("#launcher").waitFor();
    await tabTo(page, ({ id }) => id === "launcher");
    const outline = await page.locator("#launcher").evaluate((button) => getComputedStyle(button).outlineStyle);
    assert.equal(outline, "solid", "the focus is seen");
    await page.keyboard.press("Enter");
    script.reply = CLARIFY;
    await page.keyboard.type("Bin day?");
    await page.keyboard.press("Enter");
    await answered(page);
    script.reply = ANSWER;
    await tabTo(page, ({ text }) => text === "The green bin", "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.locator("#log .sources").waitFor();
    await tabTo(page, ({ className }) => className === "mark", "Shift+Tab");
    await page.keyboard.press("Enter");
    assert.match((await focus(page)).text, /Garden waste › Fees/);
    await tabTo(page, ({ text }) => text === "Yes");
    await page.keyboard.press("Enter");
    await page.getByText("Thank you for telling us.").waitFor();
    await tabTo(page, ({ id }) => id === "ask-person");
    await page.keyboard.press("Enter");
    await page.getByText("You are number 2 in the queue.").waitFor();
    await tabTo(page, ({ text }) => text === "Ask for a call back instead");
    await page.keyboard.press("Enter");
    await tabTo(page, ({ id }) => id === "call-back-name");
    await page.keyboard.type("Jo Bloggs");
    await page.keyboard.press("Tab");
    await page.keyboard.type("01632 960 123");
    await tabTo(page, ({ id }) => id === "call-back-consent");
    await page.keyboard.press("Space");
    await tabTo(page, ({ text }) => text === "Ask for a call back");
    await page.keyboard.press("Enter");
    await page.getByText("Your reference number is CB-1234.").waitFor();
    await tabTo(page, ({ id }) => id === "clear");
    await page.keyboard.press("Enter");
    await tabTo(page, ({ text }) => text === "Yes, delete it");
    await page.keyboard.press("Enter");
    await page.getByText("Your receipt is R-1.").waitFor();
    await page.keyboard.press("Escape");
    assert.equal((await focus(page)).id, "launcher");
  }));

  test("the log gets whole messages, and what is going on is said elsewhere", () => onPage(undefined, async (page, script) => {
    await openDialog(page);
    let release;
    script.held = new Promise((resolve) => { release = resolve; });
    script.reply = { ...ANSWER, sentences: ["It costs £52 a year.", "You can pay online."], text: "It costs £52 a year. You can pay online." };
    await page.locator("#log").evaluate((log) => {
      window.added = [];
      new MutationObserver((records) => {
        for (const record of records) for (const node of record.addedNodes) window.added.push(node.textContent);
      }).observe(log, { childList: true, subtree: true, characterData: true });
    });
    await ask(page, "How much is garden waste?");
    await page.locator("#status").getByText("Searching the council’s pages…").waitFor();
    assert.match(await page.locator("#log").ariaSnapshot(), /- log "Your conversation":\n\s+- article:\n\s+- heading "You asked" \[level=3\]\n\s+- paragraph: How much is garden waste\?$/);
    release();
    await answered(page);
    const added = await page.evaluate(() => window.added);
    assert.equal(added.length, 2, `one addition for the question and one for the whole answer: ${JSON.stringify(added)}`);
    assert.match(added[1], /^The assistant answeredIt costs £52 a year\..*You can pay online\./);
    const snapshot = await page.locator("#log").ariaSnapshot();
    for (const part of ['- heading "The assistant answered" [level=3]', '- heading "Where this comes from" [level=4]', "link \"Source 1\"", 'group "Was this helpful?"']) {
      assert.ok(snapshot.includes(part), `${part} is not in\n${snapshot}`);
    }
    assert.match(snapshot, /link "Garden waste › Fees \(opens in a new tab\)":\n\s+- \/url: http:\/\/127\.0\.0\.1:\d+\/pages\/garden-waste#fees/);
    assert.equal(await page.locator("#status").innerText(), "");
  }));

  test("a reply that is longer than its place is read from its start", () => onPage(undefined, async (page, script) => {
    const lines = ["Call 999 now.", ...Array.from({ length: 40 }, (_, n) => `Line ${n} of what to do next.`)];
    script.reply = { ...ANSWER, sentences: lines, text: lines.join(" "), citations: [] };
    await openDialog(page);
    await ask(page, "The house is on fire");
    await answered(page);
    const top = (selector) => page.locator(selector).last().evaluate((each) => each.getBoundingClientRect().top);
    await until(async () => Math.abs(await top("#log .answer") - await top(".scroll")) < 60, "its first line is at the top");
  }, { viewport: { width: 1280, height: 700 } }));

  test("a source opens the page at the place, beside the conversation", () => onPage(undefined, async (page, script, context) => {
    await openDialog(page);
    script.reply = ANSWER;
    await ask(page, "How much?");
    await answered(page);
    const opened = context.waitForEvent("page");
    await page.locator(".sources a").first().click();
    const source = await opened;
    await source.waitForURL(/\/pages\/garden-waste#fees$/);
    assert.ok(await page.locator("#dialog").isVisible());
  }));

  test("a hand-off points to pages beside the conversation and to its service, and one without them to none", () => onPage(undefined, async (page, script, context) => {
    await openDialog(page);
    const pages = [
      { page_id: "garden-waste", title: "Garden waste", heading: "Fees", url: "/pages/garden-waste", href: "/pages/garden-waste#fees" },
      { page_id: "skips", title: "<b>Skips</b>", heading: "<b>Skips</b>", url: "/pages/skips", href: "javascript:alert(1)" },
    ];
    const contact = { name: "Test Council", phone: "01632 960 555", email: null, address: null, opening_hours: null, page: null };
    script.reply = { ...script.reply, pages, contact };
    await ask(page, "Is it cheaper in winter?");
    await answered(page);
    const list = page.locator("#log .answer .section", { has: page.getByRole("heading", { name: "Pages that may help" }) });
    assert.deepEqual(await list.locator("li bdi").allTextContents(), ["Garden waste › Fees", "<b>Skips</b>"]);
    assert.match(await list.locator("a").last().getAttribute("href"), /^http:/);
    assert.deepEqual(await page.locator("#log .answer dd").allTextContents(), ["01632 960 555"], "the service, and not the council");
    const opened = context.waitForEvent("page");
    await list.locator("a").first().click();
    await (await opened).waitForURL(/\/pages\/garden-waste#fees$/);
    assert.ok(await page.locator("#dialog").isVisible());
    const text = "What would you like to know about that?";
    script.reply = { ...script.reply, outcome: "clarify", text, sentences: [text], pages };
    await ask(page, "garden waste");
    await answered(page);
    const last = page.locator("#log .answer").last();
    assert.equal(await last.locator(".section li").count(), 2);
    assert.equal(await last.locator(".choices").count(), 0);
    script.reply = { ...script.reply, outcome: "handoff", pages: undefined, contact: undefined };
    await ask(page, "And in summer?");
    await answered(page);
    assert.equal(await page.getByRole("heading", { name: "Pages that may help" }).count(), 2);
  }));

  test("hostile text is shown as text and changes nothing around it", () => onPage(undefined, async (page, script) => {
    await openDialog(page);
    const hostile = ["<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>", "\u202Eesrever\u2066 and more", "w".repeat(10_000)];
    script.reply = { ...ANSWER, sentences: hostile, text: hostile.join(" "), citations: [{ n: 1, title: hostile[0], heading: "\u202Ex", href: "javascript:document.title='owned'", quote_text: hostile[2] }] };
    await ask(page, hostile[1]);
    await answered(page);
    assert.ok((await page.locator("#log .answer .text").innerText()).includes(hostile[0]));
    assert.equal(await page.locator("#log img, #log script").count(), 0);
    assert.doesNotMatch(await page.title(), /owned/);
    assert.match(await page.locator(".sources a").first().getAttribute("href"), /^http:/);
    const isolated = await page.locator("#log bdi").evaluateAll((all) => all.every((each) => getComputedStyle(each).unicodeBidi === "isolate"));
    assert.ok(isolated, "controls of direction end with the text that has them");
    const isWide = await page.locator(".scroll").evaluate((place) => place.scrollWidth > place.clientWidth);
    assert.equal(isWide, false);
  }));

  test("the conversation can be kept as a file", () => onPage(undefined, async (page, script) => {
    await openDialog(page);
    assert.ok(await page.locator("#transcript").isHidden(), "there is nothing to keep yet");
    script.reply = ANSWER;
    await ask(page, "How much is garden waste?");
    await answered(page);
    const downloading = page.waitForEvent("download");
    await page.locator("#transcript").click();
    const download = await downloading;
    assert.equal(download.suggestedFilename(), "conversation.txt");
    const text = await readFile(await download.path(), "utf8");
    for (const part of ["Conversation with Test Council", "You asked\n", "How much is garden waste?", "The assistant answered", "It costs £52 a year.", "/pages/garden-waste#fees"]) {
      assert.ok(text.includes(part), `${part} is not in\n${text}`);
    }
    assert.doesNotMatch(text, /helpful/);
  }));

  test("what happens to the data is one press away", () => onPage(undefined, async (page) => {
    await openDialog(page);
    await page.getByText("What happens to my data").click();
    assert.match(squeeze(await page.locator("#data").innerText()), /goes to Test Council.*deleted 30 days after your last message.*no cookies/);
  }));

  test("what is typed is kept when the page is left", () => onPage(undefined, async (page) => {
    await openDialog(page);
    await page.locator("#question").pressSequentially("Half a quest");
    await page.reload();
    await openDialog(page);
    assert.equal(await page.inputValue("#question"), "Half a quest");
    assert.match((await focus(page)).id, /question/);
  }));

  test("what comes while it is closed is said at the button", () => onPage(undefined, async (page, script) => {
    await openDialog(page);
    await ask(page, "Can I keep a llama?");
    await answered(page);
    await page.keyboard.press("Escape");
    script.staffSays("Hello");
    await page.getByRole("button", { name: "New message" }).waitFor();
    await page.locator("#launcher").click();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Ask us a question" }).waitFor();
  }));

  test("it speaks Welsh, and marks what is in English", () => onPage(`<main><h1>Cyngor</h1></main><reeve-chat lang="cy">${INSIDE}</reeve-chat>`, async (page, script) => {
    await page.getByRole("button", { name: "Gofynnwch gwestiwn i ni" }).click();
    const dialog = page.getByRole("dialog", { name: "Gofyn i Test Council" });
    await dialog.waitFor();
    assert.equal(await page.locator("#reeve").getAttribute("lang"), "cy");
    assert.match(await page.locator("#greeting").innerText(), /Cynorthwyydd awtomatig ydw i, nid person/);
    script.reply = ANSWER;
    await ask(page, "Faint yw gwastraff gardd?");
    await answered(page);
    const languageOf = (selector) => page.locator(selector).first().evaluate((place) => place.closest("[lang]").lang);
    assert.equal(await languageOf("#log .answer .text"), "en");
    assert.equal(await languageOf("#log .answer .sources a bdi"), "en");
    assert.equal(await languageOf("#log .answer h4"), "cy");
    assert.equal(await languageOf("#examples button"), "en");
    // No English is left in what the widget itself says.
    script.tell("state", { phase: "call_back_offered", why: "closed", reopens: "2126-11-27T08:30:00Z" });
    await page.getByText("Maent yn agor am 8:30yb ddydd Mercher 27 Tachwedd 2126.").first().waitFor();
  }, { lang: "cy" }));

  test("a page loads the words of its own language and no others", async () => {
    for (const [lang, file] of [["", "reeve-chat-en"], ["en", "reeve-chat-en"], ["cy", "reeve-chat-cy"], ["cy-GB", "reeve-chat-cy"]]) {
      await onPage(`<reeve-chat lang="${lang}">${INSIDE}</reeve-chat>`, async (page, script) => {
        await openDialog(page);
        assert.deepEqual(script.scripts, ["reeve-chat", file], `lang="${lang}"`);
      });
    }
  });

  test("an element that comes later is in its own language", () => onPage("<main></main>", async (page, script) => {
    await page.evaluate(() => {
      const late = document.createElement("reeve-chat");
      late.lang = "cy";
      document.body.append(late);
    });
    await page.getByRole("button", { name: "Gofynnwch gwestiwn i ni" }).waitFor();
    assert.deepEqual(script.scripts, ["reeve-chat", "reeve-chat-cy"]);
  }));

  test("where the widget is not to be had, what stands inside the element stays", () => onPage("<main></main>", async (page, _script, _context, warnings) => {
    await page.route("**/reeve-chat-cy-*.js", (route) => route.abort());
    await page.evaluate((inside) => {
      document.body.insertAdjacentHTML("beforeend", `<reeve-chat lang="cy">${inside}</reeve-chat>`);
    }, INSIDE);
    await until(() => warnings.some((warning) => warning.startsWith("reeve-chat:")), "the browser's console says so");
    assert.ok(await page.getByRole("link", { name: "Ask us a question" }).isVisible());
    assert.equal(await page.locator("#launcher").count(), 0);
  }));

  test("attributes: greeting, position, colours", () => onPage(
    `<reeve-chat greeting="Shwmae! <b>Hi</b>" position="left" accent="#6a1b4d" on-accent="#fff">${INSIDE}</reeve-chat>`,
    async (page, _script, _context, warnings) => {
      await openDialog(page);
      assert.match(await page.locator("#greeting").innerText(), /^Shwmae! <b>Hi<\/b>\n+I am an automated assistant/);
      const box = await page.locator("#launcher").boundingBox();
      assert.ok(box.x < 100, "it is on the left");
      assert.equal(await page.locator("#launcher").evaluate((button) => getComputedStyle(button).backgroundColor), "rgb(106, 27, 77)");
      assert.deepEqual(warnings, []);
    }));

  test("colours that cannot be read are left out", async () => {
    for (const [accent, onAccent] of [["#777", "#999"], ["#ffe000", "#000"], ["red", "#fff"], ["#123456;}", "#fff"]]) {
      await onPage("", async (page, script, _context, warnings) => {
        script.pages["/"] = html(`<reeve-chat accent="${accent}" on-accent="${onAccent}">${INSIDE}</reeve-chat>`);
        await page.reload();
        await page.locator("#launcher").waitFor();
        assert.equal(await page.locator("#launcher").evaluate((button) => getComputedStyle(button).backgroundColor), "rgb(11, 85, 99)");
        assert.ok(warnings.some((warning) => /reeve-chat: .*contrast/.test(warning)), `${accent}: ${warnings}`);
      });
    }
  });

  test("of two on a page the second keeps what stands inside it", () => onPage(
    `<reeve-chat id="one">${INSIDE}</reeve-chat><reeve-chat id="two">${INSIDE}</reeve-chat>`,
    async (page, script, _context, warnings) => {
      await page.locator("#launcher").waitFor();
      assert.equal(await page.locator("#launcher").count(), 1);
      assert.ok(await page.locator("#two a").first().isVisible());
      await page.reload();
      await page.locator("#launcher").waitFor();
      await until(() => warnings.length > 0, "it says so");
      // When the first goes, a new one takes its place, with what was said.
      await openDialog(page);
      await ask(page, "Can I keep a llama?");
      await answered(page);
      await page.evaluate(() => {
        document.querySelector("#one").remove();
        document.body.append(document.createElement("reeve-chat"));
      });
      await openDialog(page);
      assert.equal(await page.locator("#log .question").count(), 1);
      assert.equal(script.bodies("").length, 1);
    }));

  test("the page's own keys do not hear what is typed", () => onPage(undefined, async (page) => {
    await openDialog(page);
    await page.evaluate(() => {
      window.heard = 0;
      document.addEventListener("keydown", () => { window.heard += 1; });
    });
    await page.keyboard.type("/s");
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => window.heard), 0);
    assert.ok(await page.locator("#dialog").isHidden());
  }));

  test("motion stops where it is not wanted", () => onPage(undefined, async (page, script) => {
    await openDialog(page);
    script.held = new Promise(() => {});
    await ask(page, "How much?");
    await page.locator("#status").getByText("…").waitFor();
    const moving = () => page.locator("#status").evaluate((line) => getComputedStyle(line, "::before").animationName);
    assert.equal(await moving(), "breathe");
    await page.emulateMedia({ reducedMotion: "reduce" });
    assert.equal(await moving(), "none");
  }));

  test("the box takes one line, and grows with what is typed up to a point", () => onPage(undefined, async (page) => {
    await openDialog(page);
    const height = (part) => page.locator(part).evaluate((place) => place.getBoundingClientRect().height);
    assert.ok(await height("#form") < await height("#dialog") / 5, "what is below is not pushed out of sight");
    const one = await height("#question");
    await page.fill("#question", "One\nTwo\nThree");
    const three = await height("#question");
    assert.ok(three > one, `${three} is more than ${one}`);
    await page.fill("#question", "More\n".repeat(50));
    assert.ok(await height("#form") < await height("#dialog") / 2, "there is something left of the conversation");
  }, { viewport: { width: 1280, height: 800 } }));

  test("targets are 24 pixels or more, most of them 44", () => onPage(undefined, async (page, script) => {
    await openDialog(page);
    script.reply = { ...ANSWER, offers: ["human", "call_back"] };
    await ask(page, "How much?");
    await answered(page);
    const sizes = await page.locator("#reeve").evaluate((ui) => Array.from(ui.querySelectorAll("button, summary, textarea, input")).filter((each) => each.checkVisibility())
      .map((each) => ({ name: each.textContent, height: each.getBoundingClientRect().height, width: each.getBoundingClientRect().width })));
    assert.ok(sizes.length > 8);
    for (const { name, height, width } of sizes) assert.ok(height >= 44 && width >= 24, `${name}: ${width} × ${height}`);
    const marks = await page.locator(".mark").evaluateAll((all) => all.map((each) => each.getBoundingClientRect()).map(({ width, height }) => [width, height]));
    for (const [width, height] of marks) assert.ok(width >= 24 && height >= 24, `a mark of ${width} × ${height}`);
  }));
});

/** The states in which the widget can be, each reached from the page on which it is closed. */
import { ask, until } from "./browser.mjs";

export const ANSWER = {
  outcome: "answer", reason: null, text: "It costs £52 a year.", offers: [], sentences: ["It costs £52 a year."],
  citations: [{ n: 1, title: "Garden waste", heading: "Fees", href: "/pages/garden-waste#fees", quote_text: "The fee is £52 a year." }],
};
export const CLARIFY = {
  outcome: "clarify", reason: null, text: "Which one do you mean?", offers: [], sentences: ["Which one do you mean?"],
  choices: ["The brown bin", "The green bin"],
};

export async function openDialog(page) {
  await page.locator("#launcher").click();
  await page.locator("#dialog").waitFor();
}

export const states = {
  closed: async (page) => { await page.locator("#launcher").waitFor(); },
  open: openDialog,
  waiting: async (page, script) => {
    await openDialog(page);
    script.held = new Promise(() => {});
    await ask(page, "How much is garden waste?");
    await page.locator("#status").getByText("…").waitFor();
  },
  answered: async (page, script) => {
    await openDialog(page);
    script.reply = ANSWER;
    await ask(page, "How much is garden waste?");
    await page.locator("#log .answer .sources").waitFor();
  },
  choices: async (page, script) => {
    await openDialog(page);
    script.reply = CLARIFY;
    await ask(page, "When is my bin day?");
    await page.locator("#log .choice").first().waitFor();
  },
  "with a person": async (page, script) => {
    await openDialog(page);
    await ask(page, "Can I keep a llama?");
    await page.locator("#log .offer button").first().click();
    await until(() => script.kept.some(({ data }) => data.phase === "waiting"), "waits");
    await page.locator("#handoff h3").waitFor();
    script.tell("state", { phase: "with_person", staff: "Sam" });
    script.staffSays("Hello, I am Sam.");
    await page.locator("#log").getByText("Hello, I am Sam.").waitFor();
    await ask(page, "Hello Sam.");
    await page.locator("#log .mine").waitFor();
  },
  "call-back with errors": async (page) => {
    await openDialog(page);
    await page.locator("#ask-call-back").click();
    await page.locator(".call-back .button").click();
    await page.locator(".summary").waitFor();
  },
  offline: async (page, script, context) => {
    await openDialog(page);
    await context.setOffline(true);
    await page.locator("#status").getByText(/offline|all-lein/).waitFor();
  },
};

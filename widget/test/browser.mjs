/** A real browser on a real service: the one at REEVE_TEST_URL, or one started from the program REEVE_BINARY. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** How long an answer may take: a small model on two processors. */
export const ANSWER_MS = 120_000;
/** How long the program may take to load its models and its index. */
const START_MS = 180_000;
const STOP_MS = 10_000;

/**
 * Gives the service's address, and functions that end it: as Ctrl-C does, or at once and without warning. With arguments
 * of its own it is a service of the test's own.
 */
export async function service(own) {
  const address = own ? undefined : process.env.REEVE_TEST_URL;
  if (address) return { address: address.replace(/\/$/, ""), stop: async () => {} };
  const program = process.env.REEVE_BINARY;
  if (!program) throw new Error("set REEVE_TEST_URL to a running service, or REEVE_BINARY to the program");
  const extra = own ?? ["--port", "0", ...(process.env.REEVE_ARGUMENTS?.split(" ").filter(Boolean) ?? [])];
  // Pages show what they are given, whoever was asked about it; the verifier would take the processor from the browser.
  const child = spawn(program, ["serve", "--verifier", "none", ...extra], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const started = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the program did not say where it is")), START_MS);
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = /^Reeve is at (http:\/\/\S+?)\/?$/.exec(line);
      if (found) { clearTimeout(timer); resolve(found[1]); }
    });
    child.once("error", reject);
    ended.then((code) => reject(new Error(`the program ended with ${code}`)));
  });
  const stop = async () => {
    child.kill("SIGINT");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await ended;
    clearTimeout(timer);
  };
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  try {
    return { address: await started, stop, kill };
  } catch (problem) {
    await stop();
    throw problem;
  }
}

/** How Chromium is started. */
export const BROWSER = {
  executablePath: process.env.REEVE_CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
};

/** Starts Chromium with a new profile. */
export const browser = () => chromium.launch(BROWSER);

/** Opens a page that notes everything that it must not do; it may ask its own service, and the ones that are named. */
export async function open(context, address, ...services) {
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => { if (message.type() === "error") faults.push(`console: ${message.text()}`); });
  page.on("pageerror", (problem) => faults.push(`script: ${problem.message}`));
  const allowed = [address, ...services].map((each) => new URL(each).origin);
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== "data:" && protocol !== "blob:" && !allowed.includes(origin)) faults.push(`request to ${request.url()}`);
  });
  await page.exposeFunction("noteViolation", (violation) => faults.push(`policy: ${violation}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => window.noteViolation(`${event.violatedDirective} ${event.blockedURI}`));
  });
  await page.goto(address, { waitUntil: "load" });
  return { page, faults };
}

/** Fails on whatever axe finds. */
export async function accessible(page) {
  // Run by the debugger, which the page's security policy does not bind.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  const told = violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(" | ")}`);
  assert.deepEqual(told, []);
}

export async function ask(page, question) {
  await page.fill("#question", question);
  await page.press("#question", "Enter");
}

/** Waits for the end of the last answer and gives it. */
export async function answered(page) {
  await page.waitForSelector("#send:not([hidden])", { timeout: ANSWER_MS });
  return page.locator("#log .answer").last();
}

/** Whether the page is as wide as the window, or narrower, and nothing in the widget is wider than its place. */
export function fits(page) {
  return page.evaluate(() => {
    const root = document.querySelector("reeve-chat")?.shadowRoot;
    const places = [document.documentElement, ...(root?.querySelectorAll("#dialog, .scroll, #log, form") ?? [])];
    return places.every((place) => place.scrollWidth <= place.clientWidth + 1);
  });
}

/** What has the focus, in shadow trees too: its id, class and text. */
export function focus(page) {
  return page.evaluate(() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return { id: active?.id ?? "", className: active?.className ?? "", text: active?.textContent ?? "", tag: active?.localName ?? "" };
  });
}

export async function until(condition, what) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`it never came to this: ${what}`);
}

export const squeeze = (text) => text.replace(/\s+/g, " ").trim();

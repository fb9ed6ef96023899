/** What the service embeds is what the sources make, and no larger than said. What is measured are the files that it sends. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { build } from "vite";
import { ASSETS, made } from "../bundle.mjs";
import { KEPT, made as consoleStyles } from "../govuk.mjs";

/** Bytes of all that a page in one language downloads of the widget: code, styles and words. */
const MOST = 15_000;

const asset = (name) => readFile(join(ASSETS, name));

test("staff.js in crates/server/assets is up to date", async () => {
  const folder = await mkdtemp(join(tmpdir(), "reeve-widget-"));
  try {
    await build({ configFile: fileURLToPath(new URL("../vite.config.mjs", import.meta.url)), build: { outDir: folder, emptyOutDir: true } });
    assert.ok((await readFile(join(folder, "staff.js"))).equals(await asset("staff.js")), "it is old: run npm run build");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the widget's files in crates/server/assets are up to date", async () => {
  for (const [name, bytes] of Object.entries(await made())) {
    assert.ok(bytes.equals(await asset(name)), `${name} is old: run npm run build`);
    if (name.endsWith(".gz")) assert.ok(gunzipSync(bytes).equals(await asset(name.slice(0, -3))), `${name} holds something else`);
  }
});

test("a page in either language downloads little, counted as it travels", async () => {
  const first = await asset("reeve-chat.js.gz");
  for (const lang of ["en", "cy"]) {
    const bytes = first.length + (await asset(`reeve-chat-${lang}.js.gz`)).length;
    console.log(`# gzip, ${lang}: ${bytes} bytes`);
    assert.ok(bytes <= MOST, `${lang}: ${bytes} bytes`);
  }
});

test("the console's style sheet is the one that govuk-frontend makes, without fonts and crown", async () => {
  assert.ok(await readFile(KEPT, "utf8") === await consoleStyles(), "run: npm run govuk");
});

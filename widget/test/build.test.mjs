/** What the service embeds is what the sources make, and no larger than said. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { KEPT, made } from "../govuk.mjs";

const SCRIPTS = { "vite.config.mjs": ["staff.js"], "vite.widget.config.mjs": ["reeve-chat.js", "reeve-chat-cy.js"] };
/** The line at the stable address, as the service makes it. */
const STUB = 'import "./reeve-chat-0123456789abcdef.js";\n';

/** Bytes of the line, the module, its styles and its English words. */
const MOST = 15_000;

const asset = (name) => readFile(new URL(`../../crates/server/assets/${name}`, import.meta.url));
const gzipped = (bytes) => gzipSync(bytes, { level: 9 }).length;

for (const [config, names] of Object.entries(SCRIPTS)) {
  test(`${names.join(" and ")} in crates/server/assets are up to date`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "reeve-widget-"));
    try {
      await build({ configFile: fileURLToPath(new URL(`../${config}`, import.meta.url)), build: { outDir: folder, emptyOutDir: true } });
      for (const name of names) assert.ok((await readFile(join(folder, name))).equals(await asset(name)), `${name} is old: run npm run build`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

test("the widget with its styles and English words is small, and so are the Welsh words", async () => {
  const english = gzipped(STUB) + gzipped(await asset("reeve-chat.js"));
  const welsh = gzipped(await asset("reeve-chat-cy.js"));
  console.log(`# gzip: ${english} bytes, and ${welsh} more for Welsh`);
  assert.ok(english <= MOST, `${english} bytes`);
  assert.ok(welsh <= 3000, `${welsh} bytes`);
});

test("the console's style sheet is the one that govuk-frontend makes, without fonts and crown", async () => {
  assert.ok(await readFile(KEPT, "utf8") === await made(), "run: npm run govuk");
});

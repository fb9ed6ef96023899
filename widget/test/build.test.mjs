/** What the service embeds is what the sources make. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { build } from "vite";
import { KEPT, made } from "../govuk.mjs";

test("the scripts in crates/server/assets are up to date", async () => {
  const folder = await mkdtemp(join(tmpdir(), "reeve-widget-"));
  try {
    await build({ configFile: fileURLToPath(new URL("../vite.config.mjs", import.meta.url)), build: { outDir: folder, emptyOutDir: true } });
    for (const name of ["reeve.js", "staff.js"]) {
      const built = await readFile(join(folder, name), "utf8");
      const kept = await readFile(new URL(`../../crates/server/assets/${name}`, import.meta.url), "utf8");
      assert.ok(built === kept, `${name} is old: run npm run build`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the console's style sheet is the one that govuk-frontend makes, without fonts and crown", async () => {
  assert.ok(await readFile(KEPT, "utf8") === await made(), "run: npm run govuk");
});

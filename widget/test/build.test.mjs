/** The script that the service embeds is the one that the sources make. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { build } from "vite";

test("crates/server/assets/reeve.js is up to date", async () => {
  const folder = await mkdtemp(join(tmpdir(), "reeve-widget-"));
  try {
    await build({ configFile: fileURLToPath(new URL("../vite.config.mjs", import.meta.url)), build: { outDir: folder, emptyOutDir: true } });
    const built = await readFile(join(folder, "reeve.js"), "utf8");
    const kept = await readFile(new URL("../../crates/server/assets/reeve.js", import.meta.url), "utf8");
    assert.ok(built === kept, "run: npm run build");
  } finally {
    await rm(folder, { recursive: true });
  }
});

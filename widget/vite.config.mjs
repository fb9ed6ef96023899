/**
 * Builds the script of the staff console as one ES module, into the folder from which
 * the service embeds them. They are not minified: they are committed, so they have to be readable in a review, and they
 * are small. They share no module, so that neither loads a third file.
 */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const source = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  logLevel: "warn",
  publicDir: false,
  build: {
    lib: {
      entry: { staff: source("src/staff/main.ts") },
      formats: ["es"],
      fileName: (_format, name) => `${name}.js`,
    },
    outDir: fileURLToPath(new URL("../crates/server/assets", import.meta.url)),
    emptyOutDir: false,
    minify: false,
    target: "es2022",
  },
});

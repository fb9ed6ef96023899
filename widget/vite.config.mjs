/**
 * Builds the page's script as one ES module into the folder from which the service embeds it. It is not minified: it is
 * committed, so it has to be readable in a review, and it is small.
 */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  logLevel: "warn",
  publicDir: false,
  build: {
    lib: { entry: fileURLToPath(new URL("src/main.ts", import.meta.url)), formats: ["es"], fileName: () => "reeve.js" },
    outDir: fileURLToPath(new URL("../crates/server/assets", import.meta.url)),
    emptyOutDir: false,
    minify: false,
    target: "es2022",
  },
});

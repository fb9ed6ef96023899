/**
 * Builds the widget: one ES module, and the Welsh words beside it, into the folder from which the service embeds them.
 * Both are minified, because every page of a council carries them. Words go by their number instead of their name.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { minify } from "terser";
import { defineConfig } from "vite";

const source = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The names of the words, in their order. */
const names = Array.from((await readFile(source("src/words.ts"), "utf8")).matchAll(/^ {2}(\w+):/gm), ([, name]) => name);

const edition = createHash("sha256").update(names.join()).digest("hex").slice(0, 8);

/** A word's place instead of its name, where it is read; the two objects become lists. */
const place = (name) => {
  const found = names.indexOf(name);
  if (found < 0) throw new Error(`there is no word ${name}`);
  return found;
};

const list = (code) => {
  const begin = code.search(/\{\n {2}lang:/);
  let expected = 0;
  const words = code.slice(begin + 1, code.lastIndexOf("};")).replace(/^ {2}(\w+):/gm, (_, name) => {
    if (place(name) !== expected++) throw new Error(`${name} is out of order`);
    return "";
  });
  if (expected !== names.length) throw new Error("a word is missing");
  return `${code.slice(0, begin)}[${words.replace('"source"', JSON.stringify(edition))}] as unknown as Words;`;
};

/** A number instead of its name: the minifier does not see that it is one where functions are called before it is given. */
const numbers = (code) => {
  for (const [line, name, number] of code.matchAll(/^const ([A-Z_]+) = ([\d_.* ]+);$/gm)) {
    code = code.replace(line, "").replace(new RegExp(`\\b${name}\\b`, "g"), `(${number})`);
  }
  return code;
};

/**
 * What comes out smallest once it is compressed; tried one by one. Names are given afterwards, and all at once. Nothing
 * here happens on reading a property, so what reads one and does nothing with it can go.
 */
const COMPRESS = { passes: 5, unsafe_arrows: true, inline: 1, pure_getters: true, conditionals: false, join_vars: false };

export default defineConfig({
  root: source("."),
  logLevel: "warn",
  publicDir: false,
  plugins: [{
    name: "number-words",
    enforce: "pre",
    transform(code, id) {
      if (!id.startsWith(source("src/"))) return undefined;
      if (/\/words(-cy)?\.ts$/.test(id)) return list(code);
      return numbers(code).replace(/\bwords\.(\w+)/g, (_, name) => `words[${place(name)}]`);
    },
  }, {
    name: "terse",
    async renderChunk(code) {
      const { code: short } = await minify(code, { module: true, ecma: 2022, mangle: false, compress: COMPRESS });
      return { code: short, map: null };
    },
  }],
  build: {
    outDir: source("../crates/server/assets"),
    emptyOutDir: false,
    minify: "oxc",
    modulePreload: false,
    target: "es2022",
    cssTarget: ["chrome123", "safari17.5", "firefox120"],
    rollupOptions: {
      input: { "reeve-chat": source("src/element.ts"), "reeve-chat-cy": source("src/words-cy.ts") },
      preserveEntrySignatures: "strict",
      output: { format: "es", entryFileNames: "[name].js" },
    },
  },
});

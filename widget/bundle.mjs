/**
 * Makes the widget's files: what stands at the stable address, the widget once in each language, and each of them as it
 * travels. Run it with `npm run build`. All are as small as we can have them, because every page of a council carries them.
 */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { minify } from "terser";
import { build, transformWithOxc } from "vite";

const source = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The folder from which the service embeds them. */
export const ASSETS = source("../crates/server/assets/");

/** A language's words. */
const WORDS = { en: "words.ts", cy: "words-cy.ts" };

/** The names of the words, in their order. */
const names = Array.from((await readFile(source("src/words.ts"), "utf8")).matchAll(/^ {2}(\w+):/gm), ([, name]) => name);

/** A word's place instead of its name, where it is read; the object becomes a list. */
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
  return `${code.slice(0, begin)}[${words}] as unknown as Words;`;
};

/** A number instead of its name: the minifier does not see that it is one where functions are called before it is given. */
const numbers = (code) => {
  for (const [line, name, number] of code.matchAll(/^const ([A-Z_]+) = ([\d_.* ]+);$/gm)) {
    code = code.replace(line, "").replace(new RegExp(`\\b${name}\\b`, "g"), `(${number})`);
  }
  return code;
};

/** Names of properties that nobody but the widget knows, and that the minifier would keep; shorter ones in their place. */
const OURS = ["article", "asked", "control", "ended", "entry", "finish", "isSent", "mayRest", "rated", "restart", "restore", "showOffer"];
const shortened = (code) => code.replace(new RegExp(`(?<!["-])\\b(?:${OURS.join("|")})\\b(?!["-])`, "g"), (name) => `$${OURS.indexOf(name)}`);

/**
 * What comes out smallest once it is compressed; tried one by one. Names are given afterwards, and all at once. Nothing
 * here happens on reading a property, so what reads one and does nothing with it can go.
 */
const COMPRESS = { passes: 5, unsafe_arrows: true, inline: 1, pure_getters: true, conditionals: false, sequences: false };

/** The widget in a language, as one module. */
async function widget(lang) {
  const short = {
    name: "short",
    enforce: "pre",
    load: (id) => (id === source("src/words.ts") ? readFile(source(`src/${WORDS[lang]}`), "utf8") : undefined),
    transform(code, id) {
      if (!id.startsWith(source("src/")) || !id.endsWith(".ts")) return undefined;
      if (id === source("src/words.ts")) return list(code);
      const worded = code.replace("words.lang", JSON.stringify(lang)).replace(/\bwords\.(\w+)/g, (_, name) => `words[${place(name)}]`);
      return shortened(numbers(worded));
    },
    async renderChunk(code) {
      const { code: shorter } = await minify(code, { module: true, ecma: 2022, mangle: false, compress: COMPRESS });
      return { code: shorter, map: null };
    },
  };
  const { output } = await build({
    root: source("."),
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    plugins: [short],
    build: {
      write: false,
      minify: "oxc",
      modulePreload: false,
      target: "es2022",
      cssTarget: ["chrome123", "safari17.5", "firefox120"],
      rollupOptions: { input: source("src/main.ts"), preserveEntrySignatures: "strict", output: { format: "es" } },
    },
  });
  if (output.length !== 1) throw new Error(`it became ${output.length} files`);
  return Buffer.from(output[0].code);
}

/** Digits of the hash in an address, as the service gives it. */
const HASH_DIGITS = 16;
const named = (lang, bytes) => JSON.stringify(`${lang}-${createHash("sha256").update(bytes).digest("hex").slice(0, HASH_DIGITS)}`);

/** What stands at the stable address, which loads one of the two. */
async function loader(english, welsh) {
  const { code } = await transformWithOxc(await readFile(source("src/reeve-chat.ts"), "utf8"), "reeve-chat.ts");
  const { code: short } = await minify(code.replace("ENGLISH", named("en", english)).replace("WELSH", named("cy", welsh)), { module: true, ecma: 2022 });
  return Buffer.from(`${short}\n`);
}

/** The files by their names. */
export async function made() {
  const [english, welsh] = [await widget("en"), await widget("cy")];
  const files = { "reeve-chat.js": await loader(english, welsh), "reeve-chat-en.js": english, "reeve-chat-cy.js": welsh };
  // Loaded only now: it takes it upon itself to tell of whatever fails after it.
  const { default: zopfli } = await import("@gfx/zopfli");
  for (const [name, bytes] of Object.entries(files)) {
    files[`${name}.gz`] = Buffer.from(await zopfli.gzipAsync(bytes, { numiterations: 200, blocksplittingmax: 0 }));
  }
  return files;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, bytes] of Object.entries(await made())) await writeFile(ASSETS + name, bytes);
}

/**
 * Makes the staff console's style sheet of the one that govuk-frontend has built: without its fonts, which only services
 * on GOV.UK may use, and without the crown and the crest. Run it with `npm run govuk` after a change of its version.
 */
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const NOTICE = `/*!
 * Made of govuk-frontend VERSION by widget/govuk.mjs: its fonts, crown and crest are left out.
 *
 * The MIT License (MIT). Copyright (C) 2017 Crown Copyright (Government Digital Service).
 *
 * Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
 * documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
 * rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
 * persons to whom the Software is furnished to do so, subject to the following conditions:
 *
 * The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
 * Software.
 *
 * THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
 * WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
 * COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
 * OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
 */
`;

/** The file that the service embeds. */
export const KEPT = fileURLToPath(new URL("../crates/server/assets/govuk-frontend.css", import.meta.url));

/** The style sheet, made of the package that is installed. */
export async function made() {
  const require = createRequire(import.meta.url);
  const { version } = JSON.parse(await readFile(require.resolve("govuk-frontend/package.json"), "utf8"));
  const built = await readFile(require.resolve("govuk-frontend/dist/govuk/govuk-frontend.min.css"), "utf8");
  const own = built
    .replace(/^@charset "UTF-8";/, "")
    .replace(/\/\*[^]*?\*\//g, "")
    .replace(/@font-face\s*\{[^{}]*\}/g, "")
    .replaceAll("GDS Transport,arial", "arial")
    .replace(/[^{}]*(?:copyright-logo|footer__crown)[^{}]*\{[^{}]*\}/g, "")
    .replace(/@[^{}]+\{\s*\}/g, "")
    .trim();
  const left = /url\(\/|GDS Transport|crest|crown/i.exec(own);
  if (left) throw new Error(`still there: ${own.slice(left.index - 80, left.index + 80)}`);
  return `@charset "UTF-8";\n${NOTICE.replace("VERSION", version)}${own}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(KEPT, await made());

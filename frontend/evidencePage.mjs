/**
 * Builds the page that checks evidence into one HTML file that asks nobody for anything:
 * `node evidencePage.mjs [FILE]`, by default frontend/dist/evidence.html.
 *
 * Script and style stand in the file, and its policy admits them by their hashes and nothing else. The same sources give
 * the same bytes, so that anybody can compare the page they were given with one they built.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import { buildSync } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

function bundled(entry) {
  const [output] = buildSync({
    entryPoints: [here(entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
  }).outputFiles;
  return output.text.trim();
}

const hashOf = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const script = bundled("src/evidence/page.ts");
const style = bundled("src/evidence/page.css");
if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style)) throw new Error("the script or the style would end early");
const policy = [
  "default-src 'none'",
  `script-src ${hashOf(script)}`,
  `style-src ${hashOf(style)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const parts = { policy, style, script };
// A function as replacement: in a text `$&` and the like would be filled in.
const page = readFileSync(here("evidence.html"), "utf8").replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
const target = process.argv[2] ?? here("dist/evidence.html");
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, page);
console.log(`${target}: ${Buffer.byteLength(page)} bytes, SHA-256 ${createHash("sha256").update(page).digest("hex")}`);

/** The page is one file that asks nobody for anything. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

import words from "../../../verifier/words.json";
import { ACTIONS } from "../signing/typedData";
import { PAGE } from "./pageWords";
import { CODES } from "./refusal";

const folder = mkdtempSync(join(tmpdir(), "evidence-page-"));
let page = "";

beforeAll(() => {
  const target = join(folder, "evidence.html");
  execFileSync("node", [fileURLToPath(new URL("../../evidencePage.mjs", import.meta.url)), target]);
  page = readFileSync(target, "utf8");
});

afterAll(() => rmSync(folder, { recursive: true }));

function inside(tag: string): string {
  const [, ...parts] = page.split(`<${tag}>`);
  expect(parts).toHaveLength(1);
  return parts[0]?.split(`</${tag}>`)[0] ?? "";
}

test("its policy admits the script and the style in it, and nothing else", () => {
  const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(inside("script"))}`,
    `style-src ${hashOf(inside("style"))}`,
    "base-uri 'none'",
    "form-action 'none'",
  ];
  expect(page).toContain(`http-equiv="Content-Security-Policy" content="${policy.join("; ")}"`);
});

test("it names no file beside itself", () => {
  expect(page.replace(inside("script"), "").replace(inside("style"), "")).not.toMatch(/\b(?:src|href|action)=/);
  expect(inside("style")).not.toMatch(/url\(|@import/);
  expect(inside("script")).not.toMatch(/\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|innerHTML|\beval\(/);
});

test("every refusal and every word of the page stands in both languages", () => {
  expect(Object.keys(words.refusals)).toEqual([...CODES]);
  for (const room of [...Object.values(words), PAGE]) {
    for (const sentence of Object.values(room)) {
      expect(sentence.zh).not.toBe("");
      expect(placesIn(sentence.en)).toEqual(placesIn(sentence.zh));
    }
  }
});

test("every action that can be on a trail has its word", () => {
  const ledgers = ["Traceability", "Procurement", "Recalls", "Corrections"];
  const acts = Object.entries(ACTIONS).filter(([, { ledger }]) => ledgers.includes(ledger));
  expect(Object.keys(words.actions).sort()).toEqual(acts.map(([name]) => name).sort());
});

function placesIn(sentence: string): string[] {
  return [...sentence.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
}

/** The verdicts of the frozen vectors, which tests/evidence/vectors.py wrote of the verifier in Python; spoiled files. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { dump, type Json, load } from "./canonical";
import { judge } from "./judge";
import { CODES } from "./refusal";
import { statement } from "./statement";

interface Vector {
  readonly evidence: string;
  readonly trust: string;
  readonly verdict: string;
  readonly code: string | null;
}

const vectors = JSON.parse(
  readFileSync(new URL("../../../tests/evidence/vectors.json", import.meta.url), "utf8"),
) as Vector[];
const honest = vectors.find(({ verdict }) => verdict === "valid") as Vector;
const bytes = (text: string) => new TextEncoder().encode(text);

async function codeOf(evidence: string, trust = honest.trust): Promise<string | null> {
  const outcome = await judge(bytes(evidence), bytes(trust));
  if (outcome.kind === "refused") return outcome.refusal.code;
  return outcome.kind === "unusable" ? outcome.error.code : null;
}

test("the vectors have every code", () => {
  expect(new Set(vectors.map(({ code }) => code))).toEqual(new Set([null, ...CODES]));
});

test.each(vectors.map((vector, number) => ({ number, ...vector })))("vector $number: $code", async (vector) => {
  expect(await codeOf(vector.evidence, vector.trust)).toBe(vector.code);
});

describe("an honest file", () => {
  test("is refused with any of its bytes another", async () => {
    // A sample: the verifier in Python is asked about every fifth, and the two are compared on files of their own.
    for (let place = 0; place < honest.evidence.length; place += 113) {
      const flipped = String.fromCharCode(honest.evidence.charCodeAt(place) ^ (1 << (place % 7)));
      const spoiled = honest.evidence.slice(0, place) + flipped + honest.evidence.slice(place + 1);
      expect(await codeOf(spoiled), `byte ${place}`).not.toBeNull();
    }
  });

  test.each(["about", "anchor", "nodes", "batches", "actions", "subjects"])("is refused without %s", async (name) => {
    const { [name]: _, ...content } = load(bytes(honest.evidence)) as Record<string, Json>;
    expect(await codeOf(dump(content))).toBe("file_malformed");
  });

  test("is told of in both languages, record by record", async () => {
    const outcome = await judge(bytes(honest.evidence), bytes(honest.trust));
    if (outcome.kind !== "valid") throw new Error("the vector is valid");
    const { evidence, verdict, trust } = outcome;
    const [zh, en] = (["zh", "en"] as const).map((language) => statement(evidence, verdict, trust, language));
    expect(zh?.proven.length).toBe(en?.proven.length);
    expect(zh?.records.length).toBe(evidence.subjects.flatMap(({ trail }) => trail).length);
    expect(JSON.stringify([zh, en])).not.toMatch(/undefined|\{\w+\}/);
  });
});

/**
 * Answers a test in another language what TypeScript makes of evidence: one JSON object a line on standard input,
 * `{"evidence": text, "trust": content or text of the trust file}`; one a line on standard output, `{"verdict", "code"}`.
 */
import { createInterface } from "node:readline";

import { check } from "../src/evidence/check";
import { read } from "../src/evidence/evidence";
import { Refusal, TrustError } from "../src/evidence/refusal";
import { read as readTrust } from "../src/evidence/trust";

interface Line {
  readonly evidence: string;
  readonly trust: unknown;
}

interface Answer {
  readonly verdict: "valid" | "invalid" | "unusable";
  /** Of the refusal; what is doubted about a valid file is in `doubts`. */
  readonly code: string | null;
  readonly place?: string;
  readonly doubts?: readonly string[];
}

const encoder = new TextEncoder();

async function answer({ evidence, trust }: Line): Promise<Answer> {
  try {
    const known = readTrust(encoder.encode(typeof trust === "string" ? trust : JSON.stringify(trust)));
    const { doubts } = await check(read(encoder.encode(evidence)), known);
    return { verdict: "valid", code: null, doubts: doubts.map(({ code, about }) => `${code} ${about}`) };
  } catch (error) {
    if (error instanceof Refusal) return { verdict: "invalid", code: error.code, place: error.place };
    if (error instanceof TrustError) return { verdict: "unusable", code: error.code };
    throw error;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line) as Line))}\n`);
}

/**
 * Answers a test in another language what TypeScript makes of evidence: one JSON object a line on standard input,
 * `{"evidence": text, "trust": content or text of the trust file}`; one a line on standard output,
 * `{"verdict": "valid" | "refused" | "unusable", "code": string | null}`, with what else two verifiers must agree on.
 */
import { createInterface } from "node:readline";

import { judge } from "../src/evidence/judge";
import { type Row, statement } from "../src/evidence/statement";
import type { Language } from "../src/evidence/words";

interface Line {
  readonly evidence: string;
  readonly trust: unknown;
  /** Whether to say the verdict in words as well. */
  readonly say?: boolean;
}

const encoder = new TextEncoder();

async function answer({ evidence, trust, say = false }: Line): Promise<unknown> {
  const trustText = typeof trust === "string" ? trust : JSON.stringify(trust);
  const outcome = await judge(encoder.encode(evidence), encoder.encode(trustText));
  if (outcome.kind === "unusable") return { verdict: "unusable", code: outcome.error.code };
  if (outcome.kind === "refused") {
    return { verdict: "refused", code: outcome.refusal.code, place: outcome.refusal.place };
  }
  const doubts = outcome.verdict.doubts.map(({ code, about }) => [code, about]);
  const tell = (language: Language) => {
    const told = statement(outcome.evidence, outcome.verdict, outcome.trust, language);
    return { ...told, records: told.records.map(named) };
  };
  return { verdict: "valid", code: null, doubts, ...(say ? { zh: tell("zh"), en: tell("en") } : {}) };
}

/** A record as `verifier/statement.py` names its parts. */
function named({ claimedAt, details, hash: _, ...row }: Row): unknown {
  return { ...row, claimed_at: claimedAt, details: Object.fromEntries(details) };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line) as Line))}\n`);
}

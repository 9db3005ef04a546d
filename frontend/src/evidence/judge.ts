/** Two files in, one outcome out: what the page shows and what a test in another language compares. */
import { check, type Verdict } from "./check";
import { type Evidence, read } from "./evidence";
import { Refusal, TrustError } from "./refusal";
import { read as readTrust, type Trust } from "./trust";

export type Outcome =
  | { readonly kind: "valid"; readonly evidence: Evidence; readonly verdict: Verdict; readonly trust: Trust }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | { readonly kind: "unusable"; readonly error: TrustError };

/** Judges an evidence file by a trust file, both as they lie on the disk. Throws nothing a file can be the cause of. */
export async function judge(evidenceFile: Uint8Array, trustFile: Uint8Array): Promise<Outcome> {
  try {
    const trust = readTrust(trustFile);
    const evidence = read(evidenceFile);
    return { kind: "valid", evidence, verdict: await check(evidence, trust), trust };
  } catch (error) {
    if (error instanceof Refusal) return { kind: "refused", refusal: error };
    if (error instanceof TrustError) return { kind: "unusable", error };
    throw error;
  }
}

/** Why a file proves nothing: stable codes, the same as in `verifier/refusal.py`. */

export const CODES = [
  "file_unreadable",
  "format_unknown",
  "file_malformed",
  "header_malformed",
  "checkpoint_forged",
  "checkpoint_missing",
  "seals_missing",
  "evidence_stale",
  "action_not_in_batch",
  "signature_invalid",
  "proof_missing",
  "proof_invalid",
  "ledger_unknown",
  "subject_missing",
  "subject_unexpected",
  "record_missing",
  "trail_incomplete",
  "trail_broken",
  "key_unknown",
  "key_not_yet_valid",
  "key_expired",
  "key_revoked",
  "opening_invalid",
  "proof_unused",
] as const;
export type Code = (typeof CODES)[number];

/** The file is no evidence. `place` says where in the file (JSON path). */
export class Refusal extends Error {
  constructor(
    readonly code: Code,
    readonly place: string,
    readonly reason: string,
  ) {
    super(`${code}: ${place}: ${reason}`);
  }
}

/** The trust file cannot be used: the reader's mistake, not the evidence's. */
export class TrustError extends Error {
  constructor(
    readonly code: string,
    readonly reason: string,
  ) {
    super(`${code}: ${reason}`);
  }
}

"""Why a file proves nothing: stable codes, the same in TypeScript."""

from __future__ import annotations

from typing import Final

CODES: Final = (
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
)


class Refusal(Exception):
    """The file is no evidence. ``code`` is one of :data:`CODES`; ``place`` says where in the file (JSON path)."""

    def __init__(self, code: str, place: str, message: str) -> None:
        if code not in CODES:
            raise ValueError(f"{code} is no code of a refusal")
        super().__init__(f"{code}: {place}: {message}")
        self.code = code
        self.place = place
        self.message = message


class TrustError(Exception):
    """The trust file cannot be used. ``code`` is stable; the caller's mistake, not the evidence's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

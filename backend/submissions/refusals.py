"""From what a contract reverts with to the code we say it by.

The selectors come from the artifacts; the names become codes by their own letters, so that a new error or reason of
the contracts needs a row in the catalogue (a test finds it missing) and nothing here but its place in `REASONS`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import contracts
from contracts.signatures import keccak

# The enum Reason of ISignedLedger.sol, in its order; a test compares.
REASONS = (
    "None",
    "Malformed",
    "FromTheFuture",
    "RoleMissing",
    "RightMissing",
    "OrganisationUnknown",
    "OrganisationSuspended",
    "LedgerFinishing",
    "AlreadyExists",
    "NotFound",
    "StaleSeq",
    "SeqExhausted",
    "WrongAgreesTo",
    "WrongActor",
    "NotCustodian",
    "WrongState",
    "Closed",
    "Packed",
    "Held",
    "Recalled",
    "NestingTooDeep",
    "Lapsed",
    "NotMaker",
    "LotMismatch",
    "TrailMismatch",
    "ProposalPending",
    "KeyKnown",
    "TooEarly",
    "LineClosed",
    "Quarantined",
    "SameSigner",
)

_RENAMED = {"NotFound": "subject_not_found"}

# Refusals that no record still under way can cure: a batch that meets one is refused at the door.
_FOR_GOOD = frozenset(
    {
        "batch_empty",
        "deadline_expired",
        "from_the_future",
        "lot_mismatch",
        "malformed",
        "mode_unknown",
        "nonce_used",
        "not_maker",
        "signature_invalid",
    }
)

_WORD = 32


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the chain will not record a batch: a code of the catalogue, and parameters."""

    code: str
    params: Mapping[str, str | int]

    @property
    def is_for_good(self) -> bool:
        """Whether the same batch can never be recorded, whatever is recorded before it."""
        return self.code in _FOR_GOOD


def code_of_reason(number: int) -> str:
    """The code of a `Reason`; `chain_refused` for one this release does not know."""
    return code_of_name(REASONS[number]) if 0 < number < len(REASONS) else "chain_refused"


def code_of_name(name: str) -> str:
    """`StaleSeq` -> `stale_seq`, with `NotFound` renamed."""
    return _RENAMED.get(name) or re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def explain_revert(data: bytes) -> Refusal:
    """The refusal that an encoded custom error says; `chain_refused` for one that is not ours."""
    name = _ERRORS.get(data[:4])
    words = [data[at : at + _WORD] for at in range(4, len(data), _WORD)]
    if name == "ActionRefused" and len(words) == 2:
        return Refusal(_reason(words[1]), {"index": int.from_bytes(words[0])})
    if name == "NothingRecorded" and len(words) == 1:
        return Refusal(_reason(words[0]), {"index": 0})
    if name is None or name in ("ActionRefused", "NothingRecorded"):
        return Refusal("chain_refused", {"data": "0x" + data[:68].hex()})
    return Refusal(code_of_name(name), {})


def ledger_errors() -> dict[bytes, str]:
    """Name of every custom error of the ledgers by selector."""
    errors: dict[bytes, str] = {}
    for path in (Path(contracts.__file__).parent / "artifacts").glob("*.json"):
        for entry in json.loads(path.read_text(encoding="utf-8")).get("abi", ()):
            if entry["type"] == "error":
                types = ",".join(parameter["type"] for parameter in entry["inputs"])
                errors[keccak(f"{entry['name']}({types})".encode())[:4]] = entry["name"]
    return errors


def _reason(word: bytes) -> str:
    return code_of_reason(int.from_bytes(word))


_ERRORS = ledger_errors()

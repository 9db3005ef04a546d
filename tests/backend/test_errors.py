"""The catalogue of refusals: complete, documented, and the same as the contracts'."""

import re
from pathlib import Path

from backend.errors import CATALOGUE, ServiceError, problem
from backend.submissions.refusals import (
    REASONS,
    code_of_name,
    code_of_reason,
    explain_revert,
    ledger_errors,
)
from contracts.signatures import keccak

ROOT = Path(__file__).parents[2]
# Wrappers: they carry a reason and have no code of their own.
WRAPPERS = {"ActionRefused", "NothingRecorded"}


def test_every_code_stands_in_the_docs_with_its_status_and_its_next_step() -> None:
    documented = re.findall(r"^\| `(\w+)` \| (\d+) \| (.+?) \| (.+?) \|$", _documentation(), re.MULTILINE)
    expected = [(code, str(kind.status), kind.title, kind.next_step) for code, kind in CATALOGUE.items()]
    assert expected == documented


def test_the_reasons_are_those_of_the_contracts_in_their_order() -> None:
    source = (ROOT / "contracts/src/interfaces/ISignedLedger.sol").read_text(encoding="utf-8")
    body = re.search(r"enum Reason \{(.+?)\}", source, re.DOTALL)
    assert body is not None
    assert tuple(name.strip() for name in body[1].split(",")) == REASONS


def test_every_reason_and_every_custom_error_of_a_ledger_has_a_code() -> None:
    codes = {code_of_reason(number) for number in range(1, len(REASONS))}
    source = (ROOT / "contracts/src/interfaces/ISignedLedger.sol").read_text(encoding="utf-8")
    own = set(re.findall(r"^\s+error (\w+)\(", source, re.MULTILINE))
    assert own <= set(ledger_errors().values())
    codes |= {code_of_name(name) for name in own - WRAPPERS}
    assert set() == codes - CATALOGUE.keys()
    assert "chain_refused" not in codes


def test_a_revert_is_explained_by_its_custom_error() -> None:
    def encoded(signature: str, *words: int) -> bytes:
        return keccak(signature.encode())[:4] + b"".join(word.to_bytes(32) for word in words)

    stale = REASONS.index("StaleSeq")
    assert ("stale_seq", {"index": 3}) == _explained(encoded("ActionRefused(uint256,uint8)", 3, stale))
    assert ("stale_seq", {"index": 0}) == _explained(encoded("NothingRecorded(uint8)", stale))
    assert ("nonce_used", {}) == _explained(encoded("NonceUsed(address,uint256)", 1, 2))
    assert "chain_refused" == _explained(encoded("NothingRecorded(uint8)", 200))[0]
    assert "chain_refused" == _explained(encoded("Panic(uint256)", 17))[0]
    assert "chain_refused" == _explained(b"")[0]


def test_a_problem_says_what_rfc_9457_asks_and_our_extensions() -> None:
    error = ServiceError("stale_seq", index=1)
    body = problem(error.code, error.params, "abc")
    assert {
        "type": "urn:suyuan:problem:stale_seq",
        "title": CATALOGUE["stale_seq"].title,
        "status": 409,
        "code": "stale_seq",
        "params": {"index": 1},
        "next_step": CATALOGUE["stale_seq"].next_step,
        "request_id": "abc",
    } == body


def _explained(data: bytes) -> tuple[str, dict[str, object]]:
    refusal = explain_revert(data)
    return refusal.code, dict(refusal.params)


def _documentation() -> str:
    return (ROOT / "docs/errors.md").read_text(encoding="utf-8")

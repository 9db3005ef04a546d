"""The storage slots that evidence proves are where the compiled ledgers keep what it speaks of."""

import json
from pathlib import Path

import pytest

from verifier.slots import ENROLLED_SLOT, RECORDS_SLOT

_ARTIFACTS = Path(__file__).parents[3] / "contracts/artifacts"


def slots(ledger: str) -> dict[str, int]:
    layout = json.loads((_ARTIFACTS / f"{ledger}.json").read_text(encoding="utf-8"))["storageLayout"]
    return {variable["label"]: int(variable["slot"]) for variable in layout}


@pytest.mark.parametrize("ledger", ["Participants", "Traceability", "Procurement", "Recalls", "Corrections"])
def test_records_stand_where_evidence_looks_for_them(ledger: str) -> None:
    assert RECORDS_SLOT == slots(ledger)["_records"]


def test_enrolled_keys_stand_where_evidence_looks_for_them() -> None:
    assert ENROLLED_SLOT == slots("Participants")["_enrolled"]

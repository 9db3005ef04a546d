"""The numbers of the ledgers and the words we show for them: the same as in Solidity, in the same order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend.identity.actor import Right, Role, names
from backend.identity.queries import KEY_STATUS, ORGANISATION_STATUS
from backend.procurement.records import CAUSE, DISCREPANCY, MILESTONE_STATUS, ORDER_STATUS, RECEIPT_OUTCOME
from backend.submissions.refusals import code_of_name
from backend.traceability.records import BREACHES, EVENT_KIND, FLAGS, HOLDING_STATUS, ORIGIN

SOURCES = Path(__file__).parents[2] / "contracts/src"
SOLIDITY = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SOURCES.rglob("*.sol")))


@pytest.mark.parametrize(
    ("enum", "words"),
    {
        "OrganisationStatus": ORGANISATION_STATUS,
        "KeyStatus": KEY_STATUS,
        "HoldingStatus": HOLDING_STATUS,
        "Origin": ORIGIN,
        "LotEventKind": EVENT_KIND,
        "OrderStatus": ORDER_STATUS,
        "MilestoneStatus": MILESTONE_STATUS,
        "ReceiptOutcome": RECEIPT_OUTCOME,
        "Cause": CAUSE,
    }.items(),
)
def test_the_words_of_an_enum_are_its_members(enum: str, words: tuple[str, ...]) -> None:
    body = re.search(rf"enum {enum} \{{(.+?)\}}", SOLIDITY, re.DOTALL)
    assert body is not None
    assert tuple(code_of_name(member.strip()) for member in body[1].split(",")) == words


@pytest.mark.parametrize(
    ("prefix", "words"),
    {
        "FLAG_": FLAGS,
        "BREACH_": BREACHES,
        "ROLE_": tuple(names(Role(sum(Role)))),
        "RIGHT_": tuple(names(Right(sum(Right)))),
    }.items(),
)
def test_the_words_of_a_mask_are_its_bits(prefix: str, words: tuple[str, ...]) -> None:
    bits = re.findall(rf"constant {prefix}(\w+) = 1 << (\d+);", SOLIDITY)
    assert [(word.upper(), str(bit)) for bit, word in enumerate(words)] == bits


def test_a_settled_discrepancy_has_the_words_of_its_claim() -> None:
    body = re.search(r"enum ClaimStatus \{(.+?)\}", SOLIDITY, re.DOTALL)
    assert body is not None
    none, agreed, withdrawn, _ = (code_of_name(member.strip()) for member in body[1].split(","))
    # The mirror counts an open one between none and what settles it (indexer/project.py).
    assert (none, "open", agreed, withdrawn) == DISCREPANCY

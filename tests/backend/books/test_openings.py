"""Handles that details open: what fits identifies, what does not identifies nothing and stops nothing."""

from __future__ import annotations

from typing import Any

import pytest

from backend.books.openings import Item, identified
from contracts.details import handle
from tests.backend.books.scene import LOT, LOT_LINK, epcis, salt_of

SALT = salt_of(LOT_LINK)
OPENED = [LOT_LINK, "0x" + SALT.hex()]


def item(position: int = 1, identifier: str = LOT_LINK, *, is_creation: bool = True) -> Item:
    return Item(position, b"holding", b"lot", handle(identifier, SALT), is_creation)


def test_an_identifier_stands_on_its_holding_with_what_was_made_of_it() -> None:
    row = {
        "position": 1,
        "identifier": LOT_LINK,
        "holding_id": b"holding",
        "lot_id": b"lot",
        "handle": handle(LOT_LINK, SALT),
        "salt": SALT,
        "amount": "200",
    }
    assert [row] == identified([OPENED], [item()], epcis())
    assert [row | {"amount": None}] == identified([OPENED], [item(is_creation=False)], epcis())
    assert [row | {"amount": None}] == identified([OPENED], [item()], None)


def test_of_two_that_one_event_makes_nobody_said_how_much_is_which() -> None:
    rows = identified([OPENED, OPENED], [item(1), item(2)], epcis())
    assert rows is not None
    assert [None, None] == [row["amount"] for row in rows]


def test_an_identifier_is_compared_in_its_one_form_and_hashed_as_it_was_written() -> None:
    rows = identified([[LOT, OPENED[1]]], [item(identifier=LOT)], None)
    assert rows is not None
    assert [LOT_LINK] == [row["identifier"] for row in rows]
    assert identified([[LOT, OPENED[1]]], [item(identifier=LOT_LINK)], None) is None


@pytest.mark.parametrize(
    "handles",
    [
        "x",
        {"a": 1},
        [],
        [[]],
        [["a"]],
        [[1, 2]],
        [[LOT_LINK, "0x" + "zz" * 32]],
        [[LOT_LINK, 7]],
        [[LOT_LINK, "0x" + "00" * 32]],
        [OPENED, OPENED],
        [OPENED, "x"],
    ],
)
def test_handles_of_any_other_form_identify_nothing(handles: Any) -> None:
    assert identified(handles, [item()], None) is None

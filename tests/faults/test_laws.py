"""The laws have teeth: what they are to find, put there by hand, they find."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from backend.db import driver_url
from backend.faults.laws import LawBroken
from backend.faults.world import World


def tamper(world: World, statement: str) -> None:
    engine = create_engine(driver_url(world.database_url))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


OUT_OF_THE_OUTBOX = """
    TRUNCATE service.submission_item, service.submission_change, service.relayed_transaction, service.submission
    CASCADE
"""


@pytest.mark.parametrize(
    ("law", "statement"),
    [
        ("different", "UPDATE mirror.holding SET serial = serial + 1000"),
        ("different", "DELETE FROM mirror.record_latest"),
        ("refused", "UPDATE service.submission SET state = 'refused', reason = 'stale_seq', deadline = 1"),
        ("lost", OUT_OF_THE_OUTBOX),
    ],
    ids=["a changed row", "a row that is not there", "called refused", "out of the outbox"],
)
def test_what_is_wrong_breaks_a_law(world: World, law: str, statement: str) -> None:
    world.submit()
    world.settle()
    tamper(world, statement)
    with pytest.raises(LawBroken, match=law):
        world.settle()


def test_a_record_that_a_reorganisation_took_and_nobody_brings_back_is_missed(world: World) -> None:
    world.submit()
    world.settle()
    world.nature.broken_finality()
    with pytest.raises(LawBroken, match="not on the chain"):
        world.court.judge_outbox(world.pledges)

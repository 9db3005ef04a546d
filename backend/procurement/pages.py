"""Pages in the order of the chain.

A page goes on after the number of the last change it showed. What changes meanwhile gets a higher number and comes on a
later page; so nothing is skipped, and nothing comes twice unless it has changed.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Row, Select, select, union_all

from backend.identity.actor import Actor
from indexer import schema as mirror

PAGE = 50


def final_block(connection: Connection) -> int:
    """The highest block of the mirror that can no longer be taken back."""
    return int(connection.scalar(select(mirror.cursor.c.finalised)) or 0)


def is_final(number: int, final: int) -> bool:
    """Whether what stands at a number can no longer be taken back."""
    return number < _first_not_final(final)


def rest_of_page(page: Sequence[Row[Any]], changed_since: int, final: int) -> dict[str, Any]:
    """The fields of a page beside its rows, `PAGE` and one more of which were asked for."""
    return {
        "next_changed_since": page[:PAGE][-1].number if page else changed_since,
        "is_last": len(page) <= PAGE,
        "final_through": _first_not_final(final) - 1,
    }


def first_of(
    asked: Select[Any], actor: Actor, parties: Sequence[ColumnElement[int]], number: ColumnElement[int], size: int
) -> Select[Any] | CompoundSelect[Any]:
    """The first rows in the order of `number` of what an actor is one of the parties of; of all there are for those who
    oversee.

    One statement a party, so that each can walk the index of that party.
    """
    if actor.is_overseer:
        return asked.order_by(number).limit(size)
    ours = [asked.where(party == actor.organisation).order_by(number).limit(size).subquery() for party in parties]
    return union_all(*(select(each) for each in ours)).order_by("number").limit(size)


def _first_not_final(final: int) -> int:
    # All journals whose rows are events place them alike.
    return mirror.first_number_above(mirror.order_step, final)

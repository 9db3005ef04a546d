"""Digests of the mirror for other members' mirrors: bounded work, and no counts of anything."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.ledgers import Ledgers
from backend.mirror.schemas import DigestsOut, RangeOut, RowsOut
from indexer.digest import digest, ranges, rows_of
from indexer.schema import event, first_number_above
from indexer.status import Status, read_status

# What one request may cost: about half a second of a reader's connection.
_MOST_EVENTS = 4_000
_MOST_RANGES = 64


def digests(
    connection: Connection, _actor: Actor, ledgers: Ledgers, *, first: int, last: int | None, every: int
) -> DigestsOut:
    """Ranges from `first` on, as many as one request may cost; the same for every member.

    Raises:
        ServiceError: `mirror_unavailable`, `blocks_not_final`, `range_too_wide`.
    """
    at = _status(connection)
    last = at.finalised if last is None else last
    _check_final(at, last)
    found: list[RangeOut] = []
    spent = 0
    following = first
    for start, end in ranges(first, last, every):
        spent += _events(connection, start, end)
        if spent > _MOST_EVENTS and start < end and not found:
            raise ServiceError("range_too_wide", first=start, last=end)
        if found and (spent > _MOST_EVENTS or len(found) == _MOST_RANGES):
            break
        found.append(RangeOut.sealed(digest(connection, start, end)))
        following = end + 1
    return DigestsOut(
        chain_id=ledgers.chain_id,
        genesis_hash=ledgers.genesis_hash,
        fingerprint=at.fingerprint,
        finalised=at.finalised,
        ranges=found,
        next=following if following <= last else None,
    )


def compare_rows(connection: Connection, _actor: Actor, *, block: int, theirs: Sequence[bytes]) -> RowsOut:
    """Which of a caller's rows are not here, and whether others are. A caller who has none of them learns no more than
    from the digest of the range.

    Raises:
        ServiceError: `mirror_unavailable`, `blocks_not_final`.
    """
    _check_final(_status(connection), block)
    here = Counter(row.digest for row in rows_of(connection, block, block))
    unknown = None
    for place, each in enumerate(theirs):
        if here[each]:
            here[each] -= 1
        elif unknown is None:
            unknown = place
    return RowsOut(unknown=unknown, more=bool(here.total()))


def _status(connection: Connection) -> Status:
    at = read_status(connection)
    if at is None:
        raise ServiceError("mirror_unavailable")
    return at


def _check_final(at: Status, last: int) -> None:
    if last > at.finalised:
        raise ServiceError("blocks_not_final", finalised=at.finalised)


def _events(connection: Connection, first: int, last: int) -> int:
    """How many events there are in a range, counted no further than matters."""
    number = event.c.number
    some = (
        select(number)
        .where(number >= first_number_above(event, first - 1), number < first_number_above(event, last))
        .limit(_MOST_EVENTS + 1)
        .subquery()
    )
    return connection.scalar(select(func.count()).select_from(some)) or 0

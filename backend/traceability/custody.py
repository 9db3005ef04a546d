"""Who answered for a holding, and since when.

A packed holding follows what it is packed in: its own record keeps the holder it was packed by, and the truth stands
in the record of the outermost parent. So the tenures of a holding are read from its own records while it lay loose and
from its parents' while it was packed, at any depth.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, select, text

from backend.db import among
from indexer import schema as mirror

# For holdings that were packed at some time: one row for each record of the holding, or of what it was packed in at
# that moment. A parent's records from before the packing are not needed: the contract packs only what has the parent's
# custodian. Nor are those that a holding gets while it is packed itself (a hold, say): their holder is the one it was
# packed by.
_TENURES = text("""
WITH RECURSIVE stay (holding, inside, from_number, until_number) AS (
    SELECT holding.number, holding.id, 0::bigint, 9223372036854775807::bigint
    FROM mirror.holding AS holding
    WHERE holding.number = ANY(CAST(:numbers AS bigint[]))
  UNION ALL
    SELECT stay.holding, packed.parent,
           greatest(stay.from_number, packed.number), least(stay.until_number, packed.until_number)
    FROM stay
    JOIN LATERAL (
        SELECT packing.parent, packing.number,
               coalesce(lead(packing.number) OVER (ORDER BY packing.number), 9223372036854775807) AS until_number
        FROM mirror.packing AS packing
        WHERE packing.child = stay.inside
    ) AS packed ON packed.parent IS NOT NULL
    WHERE packed.number < stay.until_number AND packed.until_number > stay.from_number
)
SELECT stay.holding, record.number, record.holder
FROM stay
JOIN mirror.record AS record ON record.id = stay.inside
    AND record.number >= stay.from_number AND record.number < stay.until_number
WHERE (
    SELECT packing.parent
    FROM mirror.packing AS packing
    WHERE packing.child = stay.inside AND packing.number <= record.number
    ORDER BY packing.number DESC
    LIMIT 1
) IS NULL
ORDER BY stay.holding, record.number
""")


@dataclass(frozen=True, slots=True)
class Tenure:
    """From which record number on an organisation answered for a holding."""

    since: int
    organisation: int


def tenures(connection: Connection, numbers: Collection[int]) -> dict[int, list[Tenure]]:
    """The custodians of each holding, one after another, the present one last; unknown numbers are left out."""
    if not numbers:
        return {}
    holding, record, packing = mirror.holding.c, mirror.record.c, mirror.packing.c
    ever_packed = set(
        connection.scalars(
            select(holding.number)
            .join(mirror.packing, packing.child == holding.id)
            .where(among(holding.number, numbers))
            .distinct()
        )
    )
    rows = [
        *connection.execute(
            select(holding.number, record.number, record.holder)
            .join(mirror.record, record.id == holding.id)
            .where(among(holding.number, set(numbers) - ever_packed))
            .order_by(holding.number, record.number)
        ),
        *(connection.execute(_TENURES, {"numbers": list(ever_packed)}) if ever_packed else ()),
    ]
    return {
        number: _changes(Tenure(since, organisation) for _, since, organisation in group)
        for number, group in groupby(rows, key=itemgetter(0))
    }


def custodian_at(history: Sequence[Tenure], number: int) -> Tenure | None:
    """Whose tenure covers a record number; None before the first."""
    covering = None
    for tenure in history:
        if tenure.since > number:
            break
        covering = tenure
    return covering


def _changes(records: Iterable[Tenure]) -> list[Tenure]:
    """Without the records in which the custodian stayed the same."""
    kept: list[Tenure] = []
    for record in records:
        if not kept or kept[-1].organisation != record.organisation:
            kept.append(record)
    return kept

"""What the chain says of a lot: whether it is ours, and whether anything keeps it from being used.

Nothing is usable before another person's release: an item that is quarantined on receipt is usable only when its
holding was in quarantine with us and is so no longer, which on chain takes a quality signer other than the receiver.
And nothing is usable while a finding on it is open: a broken cold chain counts before anybody has signed a hold.
What an organisation made, split or had before our time was never received, and needs no release here.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, select, text

from backend.db import among
from backend.identity.actor import Actor
from backend.quality.release import open_blocks
from backend.traceability.records import FLAGS, HOLDING_STATUS, ORIGIN, RECALLED
from indexer import schema as mirror

HELD = HOLDING_STATUS.index("held")
PACKED = 1 << FLAGS.index("packed")
ON_HOLD = 1 << FLAGS.index("held_by_party") | 1 << FLAGS.index("held_by_regulator")
QUARANTINED = 1 << FLAGS.index("quarantined")

# A packed holding follows what it is packed in: its custodian is that of the outermost, and a hold on any of them
# lies on all that is inside.
_RECORDS = text("""
WITH RECURSIVE up (holding, id, depth) AS (
    SELECT given.id, given.id, 0 FROM unnest(CAST(:ids AS bytea[])) AS given (id)
  UNION ALL
    SELECT up.holding, packed.parent, up.depth + 1
    FROM up JOIN mirror.packing_latest AS packed ON packed.child = up.id
    WHERE packed.parent IS NOT NULL
)
SELECT up.holding, up.depth, record.holder, record.status, record.flags
FROM up JOIN mirror.record_latest AS record ON record.id = up.id
ORDER BY up.holding, up.depth
""")


# How a holding came to be ours: itself, what it was split off from (`is_itself`), and what any of these was ever
# packed in, since a quarantine laid on a pallet lies on all that is inside. The event of a row of the mirror is its
# number without the lowest twelve bits (indexer/schema.py: event_of).
_RECEIPTS = text("""
WITH RECURSIVE akin (holding, id, is_itself) AS (
    SELECT given.id, given.id, true FROM unnest(CAST(:ids AS bytea[])) AS given (id)
  UNION
    SELECT akin.holding, further.id, akin.is_itself AND further.is_source
    FROM akin CROSS JOIN LATERAL (
        SELECT packing.parent, false FROM mirror.packing AS packing
        WHERE packing.child = akin.id AND packing.parent IS NOT NULL
      UNION ALL
        SELECT source.id, true
        FROM mirror.holding AS split
        JOIN mirror.lineage AS lineage ON lineage.target_number = (split.number & -4096)
        JOIN mirror.holding AS source ON source.number = lineage.source_number
        WHERE split.id = akin.id AND split.origin = :split
    ) AS further (id, is_source)
)
SELECT akin.holding,
       bool_or(akin.is_itself AND (holding.creator <> :organisation OR holding.origin = :brought_in)) AS was_received,
       coalesce(bool_or(quarantine.found), false) AS was_quarantined
FROM akin
JOIN mirror.holding AS holding ON holding.id = akin.id
LEFT JOIN LATERAL (
    SELECT true AS found FROM mirror.record AS record
    WHERE record.id = akin.id AND record.holder = :organisation AND record.flags & :quarantined <> 0
    LIMIT 1
) AS quarantine ON true
GROUP BY akin.holding
""")


@dataclass(frozen=True, slots=True)
class Standing:
    """A holding as the mirror has it now."""

    custodian: int
    is_held: bool
    """Not on offer, not under way, not used up."""
    flags: int
    """Of the holding and of all it is packed in."""
    is_recalled: bool
    needs_release: bool
    """It came from somebody else, and was never released after a quarantine with us."""
    has_findings: bool
    """A certificate or a logger file found something, and nobody has decided on it yet."""


def standings(connection: Connection, actor: Actor, holding_ids: Collection[bytes]) -> dict[bytes, Standing]:
    """What the mirror says of some holdings; those it does not have are left out."""
    if not holding_ids:
        return {}
    custody: dict[bytes, tuple[int, int, int]] = {}
    for row in connection.execute(_RECORDS, {"ids": list(holding_ids)}):
        _, status, flags = custody.get(row.holding, (0, row.status, 0))
        # Row by row outwards: the last custodian is the outermost's, the status is the holding's own.
        custody[row.holding] = (row.holder, status, flags | row.flags)
    receipts = connection.execute(
        _RECEIPTS,
        {
            "ids": list(holding_ids),
            "organisation": actor.organisation,
            "quarantined": QUARANTINED,
            "split": ORIGIN.index("split"),
            "brought_in": ORIGIN.index("brought_in"),
        },
    )
    recalled = _recalled(connection, holding_ids)
    found = {block.asked for block in open_blocks(connection, actor.organisation, holding_ids)}
    return {
        row.holding: Standing(
            custodian=custody[row.holding][0],
            is_held=custody[row.holding][1] == HELD,
            flags=custody[row.holding][2],
            is_recalled=row.holding in recalled,
            needs_release=row.was_received and not row.was_quarantined,
            has_findings=row.holding in found,
        )
        for row in receipts
    }


def _recalled(connection: Connection, holding_ids: Collection[bytes]) -> set[bytes]:
    held, latest = mirror.holding.c, mirror.record_latest.c
    return set(
        connection.scalars(
            select(held.id)
            .join(mirror.record_latest, latest.id == held.lot_id)
            .where(among(held.id, holding_ids), latest.flags.bitwise_and(RECALLED) != 0)
        )
    )


def custody_block(actor: Actor, standing: Standing | None) -> str | None:
    """The code that keeps a holding from being touched at all; None if it is in the actor's custody."""
    if standing is None or not standing.is_held or standing.custodian != actor.organisation:
        return "stock_not_in_custody"
    return None


def hold_block(standing: Standing) -> str | None:
    """The code that keeps a holding from being used or thrown away; None if no hold lies on it."""
    return "stock_on_hold" if standing.flags & ON_HOLD else None


def use_block(actor: Actor, lot: RowMapping, standing: Standing | None) -> str | None:
    """The code that keeps a lot from being opened or consumed; None if the chain has nothing against it.

    Args:
        lot: `holding_id`, `released_by` of the stock lot, `quarantine` of its item.
        standing: of its holding; None for a lot that has none, or one the mirror does not have.
    """
    if lot["holding_id"] is None:
        return "stock_not_released" if lot["quarantine"] and lot["released_by"] is None else None
    if not_ours := custody_block(actor, standing):
        return not_ours
    assert standing is not None
    if on_hold := hold_block(standing):
        return on_hold
    against = (
        (standing.is_recalled, "stock_recalled"),
        (standing.flags & QUARANTINED, "stock_quarantined"),
        (standing.has_findings, "stock_finding_open"),
        (lot["quarantine"] and standing.needs_release, "stock_not_released"),
    )
    return next((code for stands, code in against if stands), None)

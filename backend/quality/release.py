"""What stands between a holding and its release: at the door of the service, and on the chain."""

import secrets
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, exists, select, text

from backend import clock
from backend.errors import ServiceError
from backend.quality.models import BLOCK
from backend.submissions.batches import CheckedBatch
from backend.traceability.records import ORIGIN
from backend.wire import to_hex
from contracts import action_json
from contracts.typed_data import holding_id
from indexer import schema as mirror

PASS = 1
"""Of the enum Verdict in ITraceability.sol."""

_MOST_TOLD = 50

# A finding follows the goods: it counts for what they are packed in, which is released with all that is inside, for
# what was ever inside of them, and for what was split off them. The event of a row of the mirror is its number without
# the lowest twelve bits (indexer/schema.py: event_of).
_OPEN_BLOCKS = text("""
WITH RECURSIVE inside (holding, id) AS (
    SELECT given.id, given.id FROM unnest(CAST(:ids AS bytea[])) AS given (id)
  UNION
    SELECT inside.holding, packed.child
    FROM inside JOIN mirror.packing_latest AS packed ON packed.parent = inside.id
), akin (holding, id) AS (
    SELECT holding, id FROM inside
  UNION
    SELECT akin.holding, further.id
    FROM akin CROSS JOIN LATERAL (
        SELECT packing.parent AS id FROM mirror.packing AS packing
        WHERE packing.child = akin.id AND packing.parent IS NOT NULL
      UNION ALL
        SELECT source.id
        FROM mirror.holding AS split
        JOIN mirror.lineage AS lineage ON lineage.target_number = (split.number & -4096)
        JOIN mirror.holding AS source ON source.number = lineage.source_number
        WHERE split.id = akin.id AND split.origin = :split
    ) AS further
)
SELECT akin.holding AS asked, block.number, block.holding_id, block.cause, block.params
FROM akin JOIN service.release_block AS block ON block.holding_id = akin.id
WHERE block.organisation = :organisation AND block.closed_at IS NULL
ORDER BY block.number
""")


def open_blocks(connection: Connection, organisation: int, holdings: Collection[bytes]) -> list[Row[Any]]:
    """An organisation's open blocks that count for some holdings, oldest first.

    Returns:
        `asked` (the holding of those given), `number`, `holding_id` (the block's own), `cause`, `params`.
    """
    is_open = (BLOCK.c.organisation == organisation) & BLOCK.c.closed_at.is_(None)
    # Mostly there are none, and nothing has to be followed anywhere.
    if not holdings or not connection.scalar(select(exists().where(is_open))):
        return []
    given = {"ids": list(holdings), "organisation": organisation, "split": ORIGIN.index("split")}
    return list(connection.execute(_OPEN_BLOCKS, given))


def object_to_release(connection: Connection, organisation: int, batch: CheckedBatch) -> None:
    """Refuse a judgement that passes goods with open blocks of the signer's organisation.

    Raises:
        ServiceError: `release_blocked`, with the findings.
    """
    if batch.action != "JudgeHolding":
        return
    passed = {
        holding_id(action["holding"]): index for index, action in enumerate(batch.actions) if action["verdict"] == PASS
    }
    blocks = open_blocks(connection, organisation, passed)
    if blocks:
        raise ServiceError(
            "release_blocked",
            index=passed[blocks[0].asked],
            findings=[
                {
                    "block": block.number,
                    "holding": to_hex(block.holding_id),
                    "cause": block.cause,
                    "params": block.params,
                }
                for block in blocks[:_MOST_TOLD]
            ],
        )


def hold_to_sign(connection: Connection, holding: bytes) -> dict[str, Any]:
    """An unsigned `PlaceHold` of a holding, its fields as /v1/submissions takes them."""
    row = connection.execute(
        select(
            mirror.holding.c.maker, mirror.holding.c.handle, mirror.holding.c.creator, mirror.holding.c.serial
        ).where(mirror.holding.c.id == holding)
    ).one()
    action = {
        "holding": {"maker": row.maker, "handle": row.handle, "creator": row.creator, "serial": row.serial},
        "occurredAt": clock.now(),
        # Commits to no details; random, as something in each signed struct has to be.
        "schema": 0,
        "root": secrets.token_bytes(32),
    }
    return {"action": "PlaceHold", "actions": [action_json.to_json(action)]}

"""What stands between a holding and its release: at the door of the service, and on the chain."""

import secrets
from typing import Any

from sqlalchemy import Connection, select

from backend import clock
from backend.db import among
from backend.errors import ServiceError
from backend.quality.models import BLOCK
from backend.submissions.batches import CheckedBatch
from backend.wire import to_hex
from contracts import action_json
from contracts.typed_data import holding_id
from indexer import schema as mirror

PASS = 1
"""Of the enum Verdict in ITraceability.sol."""

_MOST_TOLD = 50


def object_to_release(connection: Connection, organisation: int, batch: CheckedBatch) -> None:
    """Refuse a judgement that passes a holding with open blocks of the signer's organisation.

    Raises:
        ServiceError: `release_blocked`, with the findings.
    """
    if batch.action != "JudgeHolding":
        return
    passed = {
        holding_id(action["holding"]): index for index, action in enumerate(batch.actions) if action["verdict"] == PASS
    }
    if not passed:
        return
    blocks = connection.execute(
        select(BLOCK.c.number, BLOCK.c.holding_id, BLOCK.c.cause, BLOCK.c.params)
        .where(
            BLOCK.c.organisation == organisation,
            BLOCK.c.closed_at.is_(None),
            among(BLOCK.c.holding_id, passed),
        )
        .order_by(BLOCK.c.number)
    ).all()
    if blocks:
        raise ServiceError(
            "release_blocked",
            index=passed[blocks[0].holding_id],
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

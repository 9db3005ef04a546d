"""What the mirror says of the action behind a root: who signed it, and who its parties are."""

from sqlalchemy import Connection, Table, select

from backend.identity.queries import KEY_STATUS
from indexer import schema as mirror

_ENROLLED = KEY_STATUS.index("active")

# Columns of the events' own tables that name a party.
PARTY_COLUMNS = (
    "organisation",
    "order_buyer",
    "order_supplier",
    "milestone_order_buyer",
    "milestone_order_supplier",
    "consignment_from",
    "consignment_to",
    "sheet_organisation",
)


def readers_of(connection: Connection, root: bytes) -> set[int] | None:
    """The organisations that may read what a root commits to; None if no recorded action has it."""
    row = connection.execute(
        select(mirror.event.c.number, mirror.event.c.kind).where(mirror.event.c.root == root).limit(1)
    ).one_or_none()
    if row is None:
        return None
    found = {signer} if (signer := signer_of(connection, root)) else set()
    table: Table | None = mirror.EVENT_TABLES.get(row.kind)
    if table is not None:
        columns = [table.c[name] for name in PARTY_COLUMNS if name in table.c]
        if columns:
            found |= set(connection.execute(select(*columns).where(table.c.number == row.number)).one())
    return found - {0}


def signer_of(connection: Connection, root: bytes) -> int | None:
    """The organisation whose key signed the action with a root; None if there is none, or nobody signed it."""
    return connection.scalar(
        select(mirror.key_latest.c.organisation)
        .join(mirror.batch, mirror.batch.c.signer == mirror.key_latest.c.address)
        .join(mirror.event, mirror.event.c.batch == mirror.batch.c.digest)
        # Offered by several organisations, an address is the one's that it enrolled with: an offer that was closed
        # has as many records.
        .join(mirror.record, (mirror.record.c.id == mirror.key_latest.c.id) & (mirror.record.c.status == _ENROLLED))
        .where(mirror.event.c.root == root)
        .order_by(mirror.event.c.number)
        .limit(1)
    )

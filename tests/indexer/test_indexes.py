"""The indexes that a first sync does without: missing until the head, there from then on, whoever died in between."""

from __future__ import annotations

from sqlalchemy import text

from indexer.indexes import LATER
from indexer.schema import metadata
from tests.indexer.conftest import Mirror
from tests.indexer.history import History

ALL = {str(index.name) for table in metadata.tables.values() for index in table.indexes}
WAITING = {str(index.name) for index in LATER}


def indexes(mirror: Mirror) -> set[str]:
    """The indexes of the mirror's tables, without those of their primary keys."""
    with mirror.engine.connect() as connection:
        found = connection.execute(text("SELECT indexname FROM pg_indexes WHERE schemaname = 'mirror'")).scalars()
        return {name for name in found if not name.endswith("_pkey")}


def test_indexes_wait_for_the_head_and_an_indexer_that_finds_one_missing_there_makes_it(
    history: History, mirror: Mirror
) -> None:
    history.make()
    began = mirror.new_follower()
    began.fill(history.height - 1)
    assert ALL - WAITING == indexes(mirror)
    mirror.catch_up()
    assert ALL == indexes(mirror)
    with mirror.engine.begin() as connection:
        connection.execute(text("DROP INDEX mirror.record_by_key"))
    mirror.catch_up()
    assert ALL == indexes(mirror)


def test_what_holds_rows_together_and_what_extensions_walk_does_not_wait() -> None:
    assert {"batch_by_digest", "holding_by_id", "goods_dispatched_by_id", "order_issued_by_id"} <= ALL - WAITING

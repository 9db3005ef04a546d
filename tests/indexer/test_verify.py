"""One changed row is found and named; digests are of the chain and of nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, select, update

from indexer import schema
from indexer.digest import Digest, digest
from indexer.errors import Halt, Retryable
from indexer.rebuild import NEXT_SCHEMA, rebuild
from tests.indexer.conftest import FINALITY_DEPTH, Mirror
from tests.indexer.history import History


def digest_of(mirror: Mirror, first: int, last: int) -> Digest:
    with mirror.engine.connect() as connection:
        return digest(connection, first, last)


def test_a_mirror_built_by_windows_and_by_blocks_is_what_the_chain_says(history: History, mirror: Mirror) -> None:
    follower = mirror.new_follower()
    first = history.make()
    follower.step()
    parts = history.split(first)
    history.transform(parts)
    follower.step()
    verdict = mirror.verify()
    assert (history.height, ()) == (verdict.block, verdict.differences)
    assert verdict.rows > 20


def test_a_changed_row_is_named_with_its_table_its_key_and_both_values(history: History, mirror: Mirror) -> None:
    history.make()
    mirror.catch_up()
    with mirror.engine.begin() as connection:
        connection.execute(update(schema.holding).values(creator=666))
        number = connection.execute(select(schema.holding.c.number)).scalar_one()
    (difference,) = mirror.verify().differences
    expected = ("holding", {"number": number}, {"creator": 666}, {"creator": 7})
    assert expected == (difference.table, difference.key, difference.mirror, difference.chain)


def test_a_missing_row_and_an_invented_one_are_named(history: History, mirror: Mirror) -> None:
    history.make()
    mirror.catch_up()
    with mirror.engine.begin() as connection:
        number = connection.execute(select(schema.lot_event.c.number)).scalar_one()
        connection.execute(delete(schema.lot_event))
        connection.execute(insert(schema.lot_event).values(number=1, kind=0, action=1, breaches=0))
    invented, missing = mirror.verify().differences
    assert ({"number": 1}, None) == (invented.key, invented.chain)
    assert ({"number": number}, None) == (missing.key, missing.mirror)


def test_a_latest_row_that_is_not_the_last_is_found(history: History, mirror: Mirror) -> None:
    history.make()
    mirror.catch_up()
    with mirror.engine.begin() as connection:
        connection.execute(update(schema.record_latest).values(seq=schema.record_latest.c.seq + 1))
    tables = {difference.table for difference in mirror.verify().differences}
    assert {"record_latest"} == tables


def test_verify_leaves_nothing_behind(history: History, mirror: Mirror) -> None:
    mirror.catch_up()
    mirror.verify()
    with mirror.engine.connect() as connection:
        schemas = connection.dialect.get_schema_names(connection)
    assert {"information_schema", "public", "mirror"} == set(schemas)


def test_verify_without_a_mirror_says_what_to_do(history: History, mirror: Mirror) -> None:
    with pytest.raises(Halt, match=r"mirror_missing.*suyuan index run"):
        mirror.verify()


def test_verify_waits_for_a_node_that_is_behind(history: History, mirror: Mirror) -> None:
    snapshot = history.anvil.ask("evm_snapshot")
    history.make()
    mirror.catch_up()
    history.anvil.ask("evm_revert", snapshot)
    with pytest.raises(Retryable, match="node_behind"):
        mirror.verify()


def test_a_digest_is_the_same_after_a_rebuild(history: History, mirror: Mirror) -> None:
    follower = mirror.new_follower()
    for serial in [history.make() for _ in range(3)]:
        history.split(serial)
        follower.step()
    before = digest_of(mirror, 0, history.height)
    status = rebuild(mirror.engine, mirror.source, FINALITY_DEPTH)
    assert (history.height, before) == (status.block, digest_of(mirror, 0, history.height))
    with mirror.engine.connect() as connection:
        assert not connection.dialect.has_schema(connection, NEXT_SCHEMA)


def test_a_digest_is_the_same_after_a_reorg_as_in_a_mirror_that_never_saw_it(history: History, mirror: Mirror) -> None:
    history.make()
    mirror.catch_up()
    history.make()
    mirror.catch_up()
    history.reorganise(2)
    history.make()
    mirror.catch_up()
    survived = digest_of(mirror, 0, history.height)
    rebuild(mirror.engine, mirror.source, FINALITY_DEPTH)
    assert survived == digest_of(mirror, 0, history.height)


def test_a_digest_covers_its_range_and_every_column_in_it(history: History, mirror: Mirror) -> None:
    for _ in range(10):
        history.make()
    mirror.catch_up()
    height = history.height
    below, above = digest_of(mirror, 0, height - 8), digest_of(mirror, height - 7, height)
    assert (True, False) == (below.final, above.final)
    with mirror.engine.begin() as connection:
        last = (
            connection.execute(select(schema.event.c.number).order_by(schema.event.c.number.desc())).scalars().first()
        )
        connection.execute(update(schema.event).where(schema.event.c.number == last).values(occurred_at=1))
    assert below == digest_of(mirror, 0, height - 8)
    changed = digest_of(mirror, height - 7, height)
    assert above.digest != changed.digest
    differing = [a.table for a, b in zip(above.tables, changed.tables, strict=True) if a != b]
    assert ["event"] == differing


def test_a_digest_of_blocks_not_mirrored_is_refused(history: History, mirror: Mirror) -> None:
    mirror.catch_up()
    with pytest.raises(Halt, match="range_not_mirrored"):
        digest_of(mirror, 0, history.height + 1)


def test_a_rebuild_that_other_code_began_is_started_again(history: History, mirror: Mirror) -> None:
    from indexer.store import Store

    history.make()
    mirror.catch_up()
    Store(mirror.engine, b"other code", NEXT_SCHEMA).create(mirror.source.start())
    rebuild(mirror.engine, mirror.source, FINALITY_DEPTH)
    assert mirror.verify().identical


def test_an_indexer_goes_on_after_a_rebuild_took_its_tables_away(history: History, mirror: Mirror) -> None:
    follower = mirror.new_follower()
    history.make()
    follower.step()
    rebuild(mirror.engine, mirror.source, FINALITY_DEPTH)
    history.make()
    assert follower.step()
    assert mirror.verify().identical

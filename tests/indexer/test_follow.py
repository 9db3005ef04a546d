"""The loop on a real chain and a real database: reorgs, contradictions, two at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event, Thread
from time import sleep
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

from contracts.signatures import keccak
from indexer import schema
from indexer.errors import Halt, Retryable
from indexer.follow import Follower
from indexer.rpc import Node
from indexer.source import Charter, Source
from indexer.store import Store
from tests.indexer.conftest import FINALITY_DEPTH, Mirror
from tests.indexer.history import History
from tests.indexer.loudspeaker import Loudspeaker


def serials(mirror: Mirror) -> set[int]:
    with mirror.engine.connect() as connection:
        if not connection.dialect.has_schema(connection, "mirror"):
            return set()
        return set(connection.execute(select(schema.holding.c.serial)).scalars())


def tip(mirror: Mirror) -> tuple[int, int]:
    with mirror.engine.connect() as connection:
        row = connection.execute(select(*schema.cursor.c["block", "finalised"])).one()
    return row.block, row.finalised


def libpq_url(mirror: Mirror) -> str:
    return mirror.url.set(drivername="postgresql").render_as_string(hide_password=False)


def wait_until(holds: Callable[[], object]) -> None:
    for _ in range(1000):
        if holds():
            return
        sleep(0.02)
    pytest.fail("nothing happened for twenty seconds")


def source_of(history: History, **changes: Any) -> Source:
    return Source(Node(history.anvil.url), replace(Charter.of(history.deployment), **changes))


def test_rows_and_cursor_reach_the_head_and_finality_lags_by_its_depth(history: History, mirror: Mirror) -> None:
    made = {history.make() for _ in range(8)}
    mirror.catch_up()
    assert (made, (history.height, history.height - FINALITY_DEPTH)) == (serials(mirror), tip(mirror))


def test_a_follower_takes_up_every_block_as_it_comes(history: History, mirror: Mirror) -> None:
    follower = mirror.new_follower()
    for _ in range(3):
        serial = history.make()
        assert follower.step()
        assert serial in serials(mirror)
    assert not follower.step()


def test_a_reorg_takes_back_what_it_dropped_and_latest_rows_with_it(history: History, mirror: Mirror) -> None:
    pallet, child = history.make(), history.make()
    mirror.catch_up()
    history.pack(pallet, [child])
    gone = history.make()
    follower = mirror.new_follower()
    while follower.step():
        pass
    assert gone in serials(mirror)
    history.reorganise(2)
    while follower.step():
        pass
    assert {pallet, child} == serials(mirror)
    assert mirror.verify().identical
    with mirror.engine.connect() as connection:
        assert [] == connection.execute(select(schema.packing_latest)).all()
        reorg = connection.execute(select(*schema.cursor.c["reorgs", "last_reorg_depth"])).one()
    assert (1, 2) == tuple(reorg)


def test_a_reorg_while_the_indexer_was_away_is_found_when_it_comes_back(history: History, mirror: Mirror) -> None:
    kept, gone = history.make(), history.make()
    mirror.catch_up()
    history.reorganise(1)
    late = history.make()
    mirror.catch_up()
    assert {kept, late} == serials(mirror) != {gone}
    assert mirror.verify().identical


def test_a_chain_that_went_back_and_grew_again_is_followed(history: History, mirror: Mirror) -> None:
    kept = history.make()
    snapshot = history.anvil.ask("evm_snapshot")
    history.make()
    history.make()
    mirror.catch_up()
    history.anvil.ask("evm_revert", snapshot)
    history.anvil.ask("anvil_mine", "0x1")
    mirror.catch_up()
    assert {kept} == serials(mirror)
    assert mirror.verify().identical


def test_a_reorg_below_finality_halts_and_writes_nothing(history: History, mirror: Mirror) -> None:
    made = {history.make() for _ in range(FINALITY_DEPTH + 3)}
    mirror.catch_up()
    before = tip(mirror)
    history.reorganise(FINALITY_DEPTH + 2)
    history.make()
    with pytest.raises(Halt, match=r"final_block_changed.*suyuan index rebuild"):
        mirror.catch_up()
    assert (made, before) == (serials(mirror), tip(mirror))


def test_an_unknown_event_halts_and_its_window_is_not_written(history: History, mirror: Mirror) -> None:
    speaker = Loudspeaker(history)
    contracts = {**history.deployment.contracts, "Traceability": speaker.contract}
    charter = Charter.of(replace(history.deployment, contracts=contracts))
    source = Source(Node(history.anvil.url), charter)
    speaker.say(keccak(b"Invented(bytes32,bytes32)") + bytes(64), b"")
    with Follower(source, Store(mirror.engine, source.fingerprint), FINALITY_DEPTH) as follower:
        with pytest.raises(Halt, match=r"event_unknown.*suyuan index rebuild"):
            follower.run(Event())
        assert history.height > follower.tip.number == tip(mirror)[0]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"chain_id": 5}, "another_chain"),
        ({"genesis_hash": bytes(32)}, "another_chain"),
    ],
    ids=["chain id", "genesis hash"],
)
def test_a_node_of_another_chain_halts_before_anything_is_made(
    history: History, mirror: Mirror, changes: dict[str, object], code: str
) -> None:
    source = source_of(history, **changes)
    follower = Follower(source, Store(mirror.engine, source.fingerprint), FINALITY_DEPTH)
    with follower, pytest.raises(Halt, match=rf"{code}.*SUYUAN_RPC_URL"):
        follower.run(Event())
    with mirror.engine.connect() as connection:
        assert not connection.dialect.has_schema(connection, "mirror")


def test_other_code_at_our_address_halts(history: History, mirror: Mirror) -> None:
    charter = Charter.of(history.deployment)
    source = source_of(history, code_hashes=dict.fromkeys(charter.code_hashes, bytes(32)))
    follower = Follower(source, Store(mirror.engine, source.fingerprint), FINALITY_DEPTH)
    with follower, pytest.raises(Halt, match="code_differs"):
        follower.prepare()


def test_a_mirror_of_other_code_is_left_alone(history: History, mirror: Mirror) -> None:
    mirror.catch_up()
    other = Follower(mirror.source, Store(mirror.engine, b"another fingerprint"), FINALITY_DEPTH)
    with other, pytest.raises(Halt, match=r"fingerprint_differs.*suyuan index rebuild"):
        other.prepare()


def test_the_slower_of_two_indexers_writes_nothing_and_reads_the_cursor_again(history: History, mirror: Mirror) -> None:
    quick, slow = mirror.new_follower(), mirror.new_follower()
    history.make()
    quick.step()
    with pytest.raises(Retryable, match="cursor_moved"):
        slow.step()
    slow.prepare()
    assert not slow.step()
    assert mirror.verify().identical


def test_two_indexers_at_once_lose_and_double_nothing(history: History, mirror: Mirror) -> None:
    stop = Event()
    halts: list[Halt] = []

    def run() -> None:
        with Follower(mirror.source, Store(mirror.engine, mirror.source.fingerprint), FINALITY_DEPTH) as follower:
            try:
                follower.run(stop, poll_seconds=0.01)
            except Halt as halt:
                halts.append(halt)

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(15):
            history.make()
        history.reorganise(3)
        history.make()
        wait_until(lambda: halts or serials(mirror) == set(history.created))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert [] == halts
    assert mirror.verify().identical


def test_a_database_that_drops_its_connections_is_waited_for(history: History, mirror: Mirror) -> None:
    stop = Event()
    with Follower(mirror.source, Store(mirror.engine, mirror.source.fingerprint), FINALITY_DEPTH) as follower:
        thread = Thread(target=follower.run, args=(stop, 0.01))
        thread.start()
        try:
            for _ in range(8):
                history.make()
                with psycopg.connect(libpq_url(mirror), autocommit=True) as killer:
                    killer.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
            mirror.engine.dispose()
            wait_until(lambda: serials(mirror) == set(history.created))
        finally:
            stop.set()
            thread.join()
    assert mirror.verify().identical


def test_a_node_below_our_final_block_is_waited_for(history: History, mirror: Mirror) -> None:
    snapshot = history.anvil.ask("evm_snapshot")
    for _ in range(FINALITY_DEPTH + 2):
        history.make()
    mirror.catch_up()
    history.anvil.ask("evm_revert", snapshot)
    with pytest.raises(Retryable, match="node_behind"):
        mirror.catch_up()


def test_a_commit_is_announced_to_whoever_listens(history: History, mirror: Mirror) -> None:
    mirror.catch_up()
    with psycopg.connect(libpq_url(mirror), autocommit=True) as listener:
        listener.execute("LISTEN suyuan_mirror")
        history.make()
        mirror.catch_up()
        heard = [notice.payload for notice in listener.notifies(timeout=5, stop_after=1)]
    assert [str(history.height)] == heard

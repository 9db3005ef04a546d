"""Everything of ours is killed in random order while a thousand records flow, and the broker is emptied."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from backend.db import open_engine
from backend.details import fields
from backend.epcis.fields import of_event
from backend.failures import Failure
from backend.member.signer import ADD, MADE, OBJECT, SUBJECT, Member
from backend.sandbox.stack import Stack
from contracts.signatures import keccak
from tests.backend.capture.benches import COMMON, document
from tests.e2e.records import (
    RECORDS_A_BATCH,
    SUPPLIER,
    a_batch,
    admitted,
    client_of,
    persist,
    records_by_batch,
    suyuan,
    times_authorised,
    verified,
    verify,
)

BATCHES = 100
FEWEST_KILLS = 12
SEED = 20_261_121

EVENT = COMMON | {"type": "ObjectEvent", "action": "ADD"}


@pytest.fixture(scope="module")
def member(stack: Stack) -> Member:
    """A supplier who has been admitted."""
    return admitted(stack)


@contextmanager
def killing(stack: Stack, chance: random.Random) -> Iterator[Callable[[], int]]:
    """Inside the context parts are killed and started again, one after another; gives the number of kills so far."""
    stopping = threading.Event()
    kills: list[str] = []
    broken: list[BaseException] = []

    def victims() -> Iterator[str]:
        while True:
            yield from chance.sample(["worker", "indexer", "api"], 3)

    def kill() -> None:
        try:
            for name in victims():
                if stopping.wait(chance.uniform(0.1, 0.5)):
                    return
                stack.kill(name)
                kills.append(name)
                if len(kills) % 3 == 0:
                    stack.valkey.flush()
                stack.start(name)
        except BaseException as error:  # noqa: BLE001 (told to the test, which fails on it)
            broken.append(error)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield lambda: len(kills)
    finally:
        stopping.set()
        killer.join()
    assert [] == broken


@pytest.mark.timeout(400)
def test_after_kill_minus_nine_of_everything_each_acknowledged_record_is_on_chain_once(
    stack: Stack, member: Member
) -> None:
    client = client_of(stack, SUPPLIER)
    acknowledged: list[str] = []
    with killing(stack, random.Random(SEED)) as kills:
        while len(acknowledged) < BATCHES or kills() < FEWEST_KILLS:
            acknowledged += persist(partial(client.submit, a_batch(member)))
    persist(partial(client.wait, acknowledged, within_seconds=120))
    digests = [url.rsplit("/", 1)[1] for url in acknowledged]
    assert dict.fromkeys(digests, 1) == times_authorised(stack, digests)
    recorded = records_by_batch(stack)
    assert dict.fromkeys(digests, RECORDS_A_BATCH) == {digest: recorded[digest] for digest in digests}
    assert "identical" == verified(stack)


def test_a_batch_sent_again_after_everything_is_still_one(stack: Stack, member: Member) -> None:
    client = client_of(stack, SUPPLIER)
    batch = a_batch(member)
    (url,) = client.submit(batch)
    stack.kill("worker")
    stack.kill("api")
    stack.start("api")
    assert [url] == client.submit(batch)
    stack.start("worker")
    client.wait([url])
    assert [url] == client.submit(batch)
    digest = url.rsplit("/", 1)[1]
    assert {digest: 1} == times_authorised(stack, [digest])


def test_a_bookkeeper_killed_minus_nine_catches_up_and_writes_nothing_twice(stack: Stack, member: Member) -> None:
    client, chance = client_of(stack, SUPPLIER), random.Random(SEED)
    # The worker ends its job, which nobody reports on: what it tells is signed below.
    job = client.bring("/epcis/capture", json.dumps(document(an_event("0-0"), an_event("1-9"))).encode(), {})
    urls: list[str] = []
    for kill in range(2):
        urls += client.submit(*(a_told_batch(member, 10 * kill + place) for place in range(10)))
        # While the relayer brings them and the bookkeeper, in the same process, writes of those before.
        threading.Event().wait(chance.uniform(0.0, 0.8))
        stack.kill("worker")
        stack.start("worker")
    client.wait(urls)
    # Each row is derived again: one too many, too few, or half written would differ.
    while (books := suyuan(stack, "books", "verify"))["behind"]:
        threading.Event().wait(0.1)
    assert ("identical", []) == (books["verify"], books["differences"])
    assert len(urls) * RECORDS_A_BATCH == suyuan(stack, "books", "status")["held"]
    while (ended := client.get(job))["running"]:
        threading.Event().wait(0.1)
    assert ["ACCEPTED", "ACCEPTED"] == [event["verdict"] for event in ended["verdicts"]]


_FIRST = "number = (SELECT min(number) FROM mirror.holding)"


def test_a_changed_row_of_the_mirror_is_found_and_named(stack: Stack, member: Member) -> None:
    client = client_of(stack, SUPPLIER)
    client.wait(client.submit(a_batch(member)))
    engine = open_engine(stack.database_url, pool=1)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE mirror.holding SET serial = serial + 1000000 WHERE {_FIRST}")
    try:
        outcome = verify(stack)
        differences = json.loads(outcome.stdout)["differences"]
        assert 1 == outcome.returncode
        assert {"holding"} == {difference["table"] for difference in differences}
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE mirror.holding SET serial = serial - 1000000 WHERE {_FIRST}")
        engine.dispose()
    assert "identical" == verified(stack)


def test_a_refused_batch_is_refused_over_the_wire_too(stack: Stack, member: Member) -> None:
    batch = {**a_batch(member), "chain_id": 1}
    with pytest.raises(Failure, match="chain_mismatch"):
        client_of(stack, SUPPLIER).submit(batch)


def an_event(serial: str) -> dict[str, Any]:
    return EVENT | {"epcList": [f"urn:epc:id:sgtin:4065432.100001.{serial}"]}


def a_told_batch(member: Member, number: int) -> Mapping[str, Any]:
    """A batch of events with their details, unlike those of any other number."""
    actions, details = [], []
    for place in range(RECORDS_A_BATCH):
        told = of_event(an_event(f"{number}-{place}"), None, [])
        opened = fields.parse(1, told, keccak(member.salt()))
        event = member.lot_event(OBJECT, ADD, {member.new_holding(): (SUBJECT, MADE)})
        actions.append(event | {"root": opened.root})
        details.append(opened.to_json())
    return member.batch("RecordLotEvent", *actions, details=list(details))

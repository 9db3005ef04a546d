"""Details: kept with what is signed, sealed at rest, opened for their readers, presented late, destroyed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, select, update

from backend.details import commands, fields
from backend.details.fields import Details
from backend.details.models import DETAILS, DETAILS_READER, State
from backend.details.queries import opened, states
from backend.details.sealing import Ring, SealBroken
from backend.member.signer import ADD, MADE, OBJECT, SUBJECT
from contracts.signatures import keccak
from tests.backend.park import Park

FIELDS = {"type": "ObjectEvent", "bizStep": "shipping", "quantityList": [{"quantity": 12.5, "uom": "LTR"}]}


def details(seed: int = 0, **changed: Any) -> Details:
    return fields.parse(
        1, FIELDS | {"ilmd": {"cbvmda:lotNumber": f"L{seed}"}} | changed, keccak(b"event key %d" % seed)
    )


def observed(park: Park, presented: Details | None, *, name: str = "supplier", send: Any = True) -> Any:
    """A member makes a holding with details behind the record; the answer of the service."""
    member = park.members[name]
    root = {} if presented is None else {"root": presented.root}
    event = member.lot_event(OBJECT, ADD, {member.new_holding(): (SUBJECT, MADE)}) | root
    batch = member.batch("RecordLotEvent", event)
    if presented is not None and send:
        batch["details"] = [presented.to_json() if send is True else send]
    answer = park.submit(name, batch)
    park.settle()
    return answer


def read(park: Park, name: str, root: bytes) -> Any:
    return park.get(name, f"/v1/details/0x{root.hex()}")


def test_what_was_signed_about_is_read_by_its_parties_and_nobody_else(park: Park) -> None:
    presented = details()
    assert 202 == observed(park, presented).status_code
    answer = read(park, "supplier", presented.root).json()
    assert {"root": "0x" + presented.root.hex(), **presented.to_json()} == answer
    for name in ("tenant", "rival", "operator", "regulator"):
        assert (404, "not_found") == ((got := read(park, name, presented.root)).status_code, got.json()["code"])


def test_the_receiver_of_a_consignment_reads_what_the_sender_says_of_it(park: Park) -> None:
    presented = details(1)
    supplier = park.members["supplier"]
    holding = park.make("supplier")
    dispatch = supplier.dispatch(holding, supplier.consignment(park.members["tenant"])) | {"root": presented.root}
    batch = supplier.batch("DispatchGoods", dispatch) | {"details": [presented.to_json()]}
    assert 202 == park.submit("supplier", batch).status_code
    assert [200, 200, 404] == [read(park, name, presented.root).status_code for name in ("supplier", "tenant", "rival")]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (details(2).to_json(), "details_of_another_root"),
        (details().to_json() | {"schema": 77}, "details_invalid"),
        (details().to_json() | {"fields": {"nonsense": "1"}}, "details_invalid"),
        (details().to_json() | {"fields": {"type": 7}}, "details_invalid"),
        (details().to_json() | {"fields": FIELDS | {"ilmd": {"n": 12345678901234567890}}}, "details_invalid"),
        (details().to_json() | {"event_key": "0x00"}, "request_invalid"),
    ],
    ids=[
        "another key",
        "no such schema",
        "no such field",
        "a number for a text",
        "more digits than a double",
        "a short key",
    ],
)
def test_details_that_are_not_what_was_signed_are_refused_and_nothing_is_kept(park: Park, sent: Any, code: str) -> None:
    answer = observed(park, details(), send=sent)
    assert (422, code) == (answer.status_code, answer.json()["code"])
    with park.engine.connect() as connection:
        assert [] == connection.execute(select(DETAILS)).all()


def test_nothing_of_them_stands_in_the_database_in_the_clear(park: Park) -> None:
    observed(park, details(3))
    with park.engine.connect() as connection:
        (sealed,) = connection.scalars(select(DETAILS.c.sealed))
    for text in (b"ObjectEvent", b"shipping", b"LTR", keccak(b"event key 3")):
        assert text not in sealed


def test_what_was_not_sent_or_was_lost_is_presented_late_and_doing_it_twice_changes_nothing(park: Park) -> None:
    presented = details(4)
    observed(park, presented, send=False)
    assert 404 == read(park, "supplier", presented.root).status_code
    for outcome in ("kept", "known"):
        answer = park.ask("supplier", "POST", "/v1/details", {"details": [presented.to_json()]})
        assert (200, outcome) == (answer.status_code, answer.json()["results"][0]["outcome"])
    assert 200 == read(park, "supplier", presented.root).status_code
    with park.engine.begin() as connection:
        connection.execute(delete(DETAILS_READER))
        connection.execute(delete(DETAILS))
        assert {presented.root: State.MISSING} == states(connection, [presented.root])
    park.ask("tenant", "POST", "/v1/details", {"details": [presented.to_json()]})
    assert 200 == read(park, "supplier", presented.root).status_code


def test_details_of_nothing_recorded_are_not_kept(park: Park) -> None:
    answer = park.ask("supplier", "POST", "/v1/details", {"details": [details(5).to_json()]})
    assert ["unmatched"] == [result["outcome"] for result in answer.json()["results"]]


def test_a_reader_lets_another_read_and_a_stranger_cannot(park: Park) -> None:
    presented = details(6)
    observed(park, presented)
    path = f"/v1/details/0x{presented.root.hex()}/readers"
    assert 404 == park.ask("rival", "POST", path, {"organisation": 6}).status_code
    assert 200 == park.ask("supplier", "POST", path, {"organisation": 5}).status_code
    assert 200 == read(park, "tenant", presented.root).status_code


def test_shredded_details_are_gone_for_good_and_the_rest_stays(park: Park) -> None:
    presented, other = details(7), details(8)
    observed(park, presented)
    observed(park, other)
    path = f"/v1/details/0x{presented.root.hex()}/shred"
    assert 404 == park.ask("rival", "POST", path).status_code
    assert "shredded" == park.ask("supplier", "POST", path).json()["state"]
    assert 404 == read(park, "supplier", presented.root).status_code
    again = park.ask("supplier", "POST", "/v1/details", {"details": [presented.to_json()]})
    assert ["shredded"] == [result["outcome"] for result in again.json()["results"]]
    assert 200 == read(park, "supplier", other.root).status_code
    with park.engine.connect() as connection:
        assert {presented.root: State.SHREDDED, other.root: State.HELD} == states(
            connection, [presented.root, other.root]
        )
        assert [None] == list(connection.scalars(select(DETAILS.c.sealed).where(DETAILS.c.root == presented.root)))


def test_a_new_version_of_the_ring_wraps_all_keys_again_and_the_old_one_is_not_needed(park: Park) -> None:
    presented = [details(seed) for seed in range(10, 15)]
    for each in presented:
        observed(park, each)
    both = Ring(dict(park.service.ring.versions) | {2: keccak(b"next")})
    with park.engine.begin() as connection:
        assert [3, 2, 0] == [commands.rotate(connection, both, most=3) for _ in range(3)]
        new = Ring({2: keccak(b"next")})

        assert set(opened(connection, new, 3, [each.root for each in presented])) == {each.root for each in presented}


def test_a_row_that_was_changed_or_moved_to_another_root_does_not_open(park: Park) -> None:
    one, two = details(20), details(21)
    observed(park, one)
    observed(park, two)

    with park.engine.begin() as connection:
        rows = {row.root: row.sealed for row in connection.execute(select(DETAILS.c.root, DETAILS.c.sealed))}
        connection.execute(update(DETAILS).where(DETAILS.c.root == one.root).values(sealed=rows[two.root]))
        with pytest.raises(SealBroken):
            opened(connection, park.service.ring, 3, [one.root])
        connection.execute(
            update(DETAILS)
            .where(DETAILS.c.root == one.root)
            .values(sealed=rows[one.root][:-1] + bytes([rows[one.root][-1] ^ 1]))
        )
        with pytest.raises(SealBroken):
            opened(connection, park.service.ring, 3, [one.root])


def test_a_ring_without_the_version_that_wrapped_says_so(park: Park) -> None:
    presented = details(22)
    observed(park, presented)

    with park.engine.connect() as connection, pytest.raises(SealBroken, match="version 1"):
        opened(connection, Ring({2: bytes(32)}), 3, [presented.root])

"""The same event twice is one record: by what it says and whether it is declared erroneous, not by its name."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import update

from backend.capture.identity import identity_of
from backend.details import fields
from backend.epcis.fields import of_event
from backend.member.signer import ADD, MADE, OBJECT, SUBJECT
from backend.submissions.models import SUBMISSION
from contracts.signatures import keccak
from tests.backend.park import Park

EVENT: dict[str, Any] = {
    "type": "ObjectEvent",
    "eventTime": "2026-03-04T11:00:30+08:00",
    "eventTimeZoneOffset": "+08:00",
    "eventID": "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
    "action": "ADD",
    "epcList": ["urn:epc:id:sgtin:4065432.100001.1"],
}
ERRONEOUS = {"errorDeclaration": {"declarationTime": "2026-03-05T00:00:00Z", "reason": "did_not_occur"}}


def batch_of(park: Park, event: dict[str, Any], name: str = "supplier", **terms: Any) -> dict[str, Any]:
    """A batch that records an event, with a holding of its own each time."""
    member = park.members[name]
    details = fields.parse(1, of_event(event, None, []), keccak(member.salt()))
    action = member.lot_event(OBJECT, ADD, {member.new_holding(): (SUBJECT, MADE)}) | {"root": details.root}
    return member.batch("RecordLotEvent", action, **terms) | {"details": [details.to_json()]}


def code(answer: Any) -> str | None:
    return None if answer.status_code == 202 else str(answer.json()["code"])


def test_the_same_event_under_another_name_and_written_otherwise_is_a_duplicate(park: Park) -> None:
    assert code(park.submit("supplier", batch_of(park, EVENT))) is None
    again = EVENT | {"eventID": "urn:uuid:0", "eventTime": "2026-03-04T03:00:30.000Z"}
    again["epcList"] = ["https://id.gs1.org/01/14065432000014/21/1"]
    answer = park.submit("supplier", batch_of(park, again))
    assert (409, "event_duplicate") == (answer.status_code, code(answer))
    assert identity_of(EVENT).name == answer.json()["params"]["hash"]


def test_the_same_event_twice_in_one_batch_is_refused_and_neither_is_remembered(park: Park) -> None:
    member = park.members["supplier"]
    given = [fields.parse(1, of_event(EVENT, None, []), keccak(member.salt())) for _ in range(2)]
    actions = [
        member.lot_event(OBJECT, ADD, {member.new_holding(): (SUBJECT, MADE)}) | {"root": each.root} for each in given
    ]
    batch = member.batch("RecordLotEvent", *actions, details=[each.to_json() for each in given])
    answer = park.submit("supplier", batch)
    assert ("event_duplicate", 1) == (code(answer), answer.json()["params"]["index"])
    assert code(park.submit("supplier", batch_of(park, EVENT))) is None


def test_one_name_for_two_events_is_no_duplicate(park: Park) -> None:
    assert code(park.submit("supplier", batch_of(park, EVENT))) is None
    assert code(park.submit("supplier", batch_of(park, EVENT | {"eventTime": "2026-03-04T12:00:00+08:00"}))) is None


def test_an_event_declared_erroneous_is_another_event_once(park: Park) -> None:
    assert code(park.submit("supplier", batch_of(park, EVENT))) is None
    assert code(park.submit("supplier", batch_of(park, EVENT | ERRONEOUS))) is None
    assert "event_duplicate" == code(park.submit("supplier", batch_of(park, EVENT | ERRONEOUS)))


def test_two_organisations_may_both_have_seen_it(park: Park) -> None:
    assert code(park.submit("supplier", batch_of(park, EVENT))) is None
    assert code(park.submit("tenant", batch_of(park, EVENT, name="tenant"))) is None


def test_what_the_chain_refused_may_be_captured_again(park: Park) -> None:
    stale = batch_of(park, EVENT)
    assert code(park.submit("supplier", stale)) is None
    # The chain's own refusal: the nonce is cancelled before the batch is mined.
    with park.engine.begin() as connection:
        connection.execute(update(SUBMISSION).values(state="refused", reason="nonce_used"))
    assert code(park.submit("supplier", batch_of(park, EVENT))) is None


def test_what_the_chain_refused_of_a_batch_recorded_in_part_may_be_captured_again(park: Park) -> None:
    member, other = park.members["supplier"], EVENT | {"epcList": ["urn:epc:id:sgtin:4065432.100001.2"]}
    given = [fields.parse(1, of_event(event, None, []), keccak(member.salt())) for event in (other, EVENT)]
    actions = [
        member.lot_event(OBJECT, ADD, {member.new_holding(): (SUBJECT, MADE)}, at=at) | {"root": each.root}
        for each, at in zip(given, (None, 1 << 39), strict=True)
    ]
    park.record("supplier", "RecordLotEvent", *actions, details=[each.to_json() for each in given])
    asked = [{"hash": "0x" + identity_of(event).hash.hex()} for event in (other, EVENT)]
    answer = park.ask("supplier", "POST", "/v1/captures/known", {"events": asked}).json()["events"]
    assert [True, False] == [each["action_hash"] is not None for each in answer]
    assert code(park.submit("supplier", batch_of(park, EVENT))) is None


def test_the_same_batch_again_is_the_same_submission_and_no_duplicate(park: Park) -> None:
    batch = batch_of(park, EVENT)
    assert [None, None] == [code(park.submit("supplier", batch)) for _ in range(2)]


def test_of_two_at_the_same_moment_one_is_taken(park: Park) -> None:
    batches = [batch_of(park, EVENT) for _ in range(4)]
    answers: list[Any] = []

    def bring(batch: dict[str, Any]) -> None:
        answers.append(park.submit("supplier", batch))

    threads = [threading.Thread(target=bring, args=(batch,)) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter({None: 1, "event_duplicate": 3}) == Counter(code(answer) for answer in answers)


@pytest.mark.parametrize("name", ["supplier", "rival"])
def test_what_is_known_is_asked_for_ones_own_organisation(park: Park, name: str) -> None:
    park.submit("supplier", batch_of(park, EVENT))
    asked = [{"hash": "0x" + identity_of(EVENT).hash.hex()}, {"hash": "0x" + bytes(32).hex()}]
    answer = park.ask(name, "POST", "/v1/captures/known", {"events": asked}).json()["events"]
    assert [name == "supplier", False] == [each["action_hash"] is not None for each in answer]


def test_what_is_no_event_is_refused_and_remembered_nowhere(park: Park) -> None:
    broken = EVENT | {"type": "park:Own", "bizTransactionList": [{"type": "po"}]}
    answer = park.submit("supplier", batch_of(park, broken))
    assert (422, "event_not_carried") == (answer.status_code, code(answer))

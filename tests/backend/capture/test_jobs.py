"""Documents brought to the service: they wait sealed, and their jobs end by what is recorded."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import update

from backend.books.store import Books
from backend.capture.desk import Desk
from backend.capture.jobs import commands
from backend.capture.jobs.models import CAPTURE_JOB
from backend.capture.jobs.sealing import rotate
from backend.capture.jobs.settling import settle_jobs
from backend.capture.reading import MOST_EVENTS
from backend.details import fields
from backend.details.sealing import Ring
from backend.identity.actor import Right
from contracts import action_json
from tests.backend.capture.benches import ParkClient, bring, captured, desk_of, document, told
from tests.backend.park import Park

BOTTLE = {"type": "ObjectEvent", "action": "OBSERVE", "epcList": ["urn:epc:id:sgtin:4065432.100001.1"]}
OTHER = BOTTLE | {"epcList": ["urn:epc:id:sgtin:4065432.100001.2"]}
FUTURE = BOTTLE | {"eventTime": "2999-01-01T00:00:00Z"}


def brought(park: Park, *events: dict[str, Any], **headers: str) -> str:
    """Where the job of a document of some events is."""
    answer = bring(park, "supplier", document(*events), **headers)
    assert 202 == answer.status_code, answer.text
    return str(answer.headers["location"])


def job_at(park: Park, address: str, name: str = "supplier") -> Any:
    return park.get(name, address).json()


def report(park: Park, address: str, *refusals: dict[str, Any]) -> Any:
    job = address.rsplit("/", 1)[1]
    answer = park.ask("supplier", "POST", f"/v1/captures/jobs/{job}/report", {"refusals": list(refusals)})
    assert 200 == answer.status_code, answer.text
    return answer.json()


def settled(park: Park) -> int:
    return settle_jobs(park.engine, park.service.ring)


def test_a_job_ends_when_its_events_are_recorded_whoever_signed_for_them(park: Park) -> None:
    address = brought(park, BOTTLE, OTHER, BOTTLE)
    job = job_at(park, address)
    assert (True, True, [], []) == (job["running"], job["success"], job["errors"], job["verdicts"])
    assert ("rollback", False) == (job["captureErrorBehaviour"], "finishedAt" in job)
    assert 0 == settled(park)
    captured(desk_of(park), BOTTLE)
    assert 0 == settled(park)
    captured(desk_of(park), OTHER)
    assert 1 == settled(park)
    job = job_at(park, address)
    assert (False, True, ["ACCEPTED", "ACCEPTED", "DUPLICATE"]) == (job["running"], job["success"], told(job))
    assert job["finishedAt"].endswith("Z")
    assert 0 == settled(park)


def test_what_was_recorded_before_ends_at_once_and_asks_nobody_to_sign(park: Park) -> None:
    captured(desk_of(park), BOTTLE)
    address = brought(park, BOTTLE)
    assert [] == park.get("supplier", "/v1/captures/waiting").json()["jobs"]
    job = job_at(park, address)
    assert (False, True, ["DUPLICATE"]) == (job["running"], job["success"], told(job))


def test_what_is_reported_refused_is_an_error_and_what_is_recorded_stays_so_whatever_is_reported(park: Park) -> None:
    address = brought(park, BOTTLE, FUTURE, **{"GS1-Capture-Error-Behaviour": "proceed"})
    captured(desk_of(park), BOTTLE)
    lie, truth = ({"event": place, "code": "from_the_future", "params": {"index": 0}} for place in range(2))
    job = report(park, address, lie, truth)
    assert (False, False, "proceed") == (job["running"], job["success"], job["captureErrorBehaviour"])
    assert ["ACCEPTED", "from_the_future"] == told(job)
    (error,) = job["errors"]
    assert ("from_the_future", 422, job["verdicts"][1]["hash"]) == (error["code"], error["status"], error["instance"])
    assert job == report(park, address)


def test_a_report_waits_for_what_is_under_way(park: Park) -> None:
    address = brought(park, BOTTLE)
    captured(Desk(ParkClient(park, "supplier", later=True), park.members["supplier"]), BOTTLE)
    assert report(park, address)["running"]
    assert (0, []) == (settled(park), park.get("supplier", "/v1/captures/waiting").json()["jobs"])
    park.settle()
    assert (1, ["ACCEPTED"]) == (settled(park), told(job_at(park, address)))


def test_unsigned_it_lapses_and_says_so(park: Park) -> None:
    address = brought(park, BOTTLE)
    with park.engine.begin() as connection:
        connection.execute(update(CAPTURE_JOB).values(lapses_at=1))
    assert 1 == settled(park)
    job = job_at(park, address)
    assert (False, False, ["capture_lapsed"]) == (job["running"], job["success"], told(job))
    assert 410 == job["errors"][0]["status"]


def test_withdrawn_nobody_signs_it_and_its_text_is_gone(park: Park) -> None:
    job = brought(park, BOTTLE).rsplit("/", 1)[1]
    kept = park.get("supplier", f"/v1/captures/jobs/{job}/document").json()["document"]
    assert document(BOTTLE) == json.loads(kept)
    ended = park.ask("supplier", "POST", f"/v1/captures/jobs/{job}/withdraw").json()
    assert (False, ["capture_withdrawn"]) == (ended["success"], told(ended))
    assert 404 == park.get("supplier", f"/v1/captures/jobs/{job}/document").status_code


def test_no_word_of_a_document_stands_readable_in_the_database(park: Park) -> None:
    address = brought(park, BOTTLE | {"type": "park:Secret", "park:ingredient": "unobtainium"})
    tables = ("capture_job", "capture_job_event", "capture_job_part")
    for _ in range(2):
        with park.engine.begin() as connection:
            rows = [connection.exec_driver_sql(f"SELECT t::text FROM service.{name} t").scalars() for name in tables]
            stored = " ".join(row for each in rows for row in each)
        for word in ("unobtainium", "Secret", "4065432"):
            assert word not in stored
            assert word.encode().hex() not in stored
        report(park, address, {"event": 0, "code": "event_not_carried", "params": {"at": "park:Secret"}})
    assert "park:Secret" == job_at(park, address)["errors"][0]["params"]["at"]


def test_a_turned_ring_wraps_what_waits_anew_and_a_row_moved_to_another_job_does_not_open(park: Park) -> None:
    brought(park, BOTTLE)
    brought(park, OTHER)
    ring = Ring({**park.service.ring.versions, 2: bytes(32)})
    with park.engine.begin() as connection:
        assert 2 == rotate(connection, ring, most=10)
        assert 0 == rotate(connection, ring, most=10)
        # Of the two documents both rows hold the first's.
        swapped = "UPDATE service.capture_job_part SET sealed = (SELECT sealed FROM service.capture_job_part LIMIT 1)"
        connection.exec_driver_sql(swapped)
    captured(desk_of(park), BOTTLE, OTHER)
    assert 1 == settle_jobs(park.engine, Ring({2: bytes(32)}))


def drafted(park: Park, address: str) -> Any:
    job = address.rsplit("/", 1)[1]
    answer = park.get("supplier", f"/v1/captures/jobs/{job}/actions")
    assert 200 == answer.status_code, answer.text
    return answer.json()


def test_it_is_drafted_for_who_signs_in_a_browser_and_ends_when_that_is_mirrored(park: Park) -> None:
    desk = desk_of(park)
    captured(desk, OTHER)
    address = brought(park, OTHER, BOTTLE, BOTTLE)
    draft = drafted(park, address)
    (batch,) = draft["batches"]
    assert (True, [], 2) == (draft["is_current"], draft["refusals"], len(batch["actions"]))
    actions = [action_json.parse(batch["action"], action) for action in batch["actions"]]
    for action, details in zip(actions, batch["details"], strict=True):
        key = bytes.fromhex(details["event_key"][2:])
        assert action["root"] == fields.parse(details["schema"], details["fields"], key).root
    signed = park.members["supplier"].batch(batch["action"], *actions, mode=batch["mode"], details=batch["details"])
    assert 202 == park.submit("supplier", signed).status_code
    park.settle()
    assert 1 == settled(park)
    assert ["DUPLICATE", "ACCEPTED", "DUPLICATE"] == told(job_at(park, address))


def test_what_cannot_be_drafted_is_told_and_with_rollback_nothing_is(park: Park) -> None:
    crowd = BOTTLE | {"epcList": [f"urn:epc:id:sgtin:4065432.100001.{serial}" for serial in range(201)]}
    Books(park.engine, park.service.ring).create()
    rolled_back = drafted(park, brought(park, BOTTLE, crowd))
    assert ([], [1]) == (rolled_back["batches"], [refusal["event"] for refusal in rolled_back["refusals"]])
    proceeded = drafted(park, brought(park, BOTTLE, crowd, **{"GS1-Capture-Error-Behaviour": "proceed"}))
    assert (1, "event_too_large") == (len(proceeded["batches"]), proceeded["refusals"][0]["code"])


REFUSED: list[tuple[Any, dict[str, str], int, str]] = [
    ({"type": "EPCISDocument"}, {}, 422, "epcis_invalid"),
    (document() | {"type": "EPCISQueryDocument"}, {}, 422, "epcis_not_a_capture"),
    (document(*[BOTTLE] * (MOST_EVENTS + 1)), {}, 413, "capture_limit_exceeded"),
    (document(), {"GS1-Capture-Error-Behaviour": "hope"}, 422, "request_invalid"),
    (document(), {"Content-Type": "text/plain"}, 415, "media_type_unsupported"),
    (document(), {"Suyuan-Gateway-Mark": "zz"}, 422, "request_invalid"),
    (document(), {"GS1-EPCIS-Version": "1.2.0"}, 406, "version_not_spoken"),
    (document(), {"GS1-CBV-Min": "2.1"}, 406, "version_not_spoken"),
    (document(), {"GS1-EPCIS-Max": "two"}, 406, "version_not_spoken"),
    (b"{", {}, 422, "json_malformed"),
    (b"[" * 99_999, {}, 422, "document_too_deep"),
    (b" " * 2_900_000, {}, 413, "body_too_large"),
    (document(BOTTLE | {"\ud800": 1}), {}, 422, "json_malformed"),
]


def test_what_is_no_document_is_refused_at_once_and_leaves_no_job(park: Park) -> None:
    for content, headers, status, code in REFUSED:
        answer = bring(park, "supplier", content, **headers)
        assert (status, code) == (answer.status_code, answer.json()["code"]), code
    assert [] == park.get("supplier", "/epcis/capture").json()


def test_bringing_takes_the_right_to_stock_of_a_machine_as_of_a_person(park: Park) -> None:
    asked = {"GS1-EPCIS-Version": "2.0", "GS1-CBV-Min": "1.2.2", "GS1-CBV-Max": "3"}
    park.token("ada@supplier", Right.STOCK)
    park.token("bob@supplier", Right.ORDER)
    assert 202 == bring(park, "ada@supplier", document(BOTTLE), **asked).status_code
    answer = bring(park, "bob@supplier", document(BOTTLE))
    assert (403, "not_permitted") == (answer.status_code, answer.json()["code"])
    assert 401 == bring(park, None, document(BOTTLE)).status_code
    brought(park, OTHER)
    assert [None, "ada"] == [job["broughtBy"] for job in park.get("bob@supplier", "/epcis/capture").json()]


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MOST_OPEN", 3)


@pytest.mark.usefixtures("narrow")
def test_no_more_wait_than_are_kept_and_they_are_listed_page_by_page_to_their_organisation(park: Park) -> None:
    addresses = [brought(park, BOTTLE) for _ in range(3)]
    answer = bring(park, "supplier", document(BOTTLE))
    assert (429, "capture_full") == (answer.status_code, answer.json()["code"])
    assert 202 == bring(park, "tenant", document(BOTTLE)).status_code
    first = park.get("supplier", "/epcis/capture", perPage=2)
    second = park.get("supplier", first.headers["Link"].removeprefix("<").partition(">")[0])
    assert "Link" not in second.headers
    listed = [f"/epcis/capture/{job['captureID']}" for job in [*first.json(), *second.json()]]
    assert addresses[::-1] == listed
    assert 404 == park.get("tenant", addresses[0]).status_code
    assert 404 == park.get("operator", addresses[0]).status_code
    report(park, addresses[0], {"event": 0, "code": "stale_seq"})
    assert 202 == bring(park, "supplier", document(BOTTLE)).status_code


def test_it_says_what_it_speaks(park: Park) -> None:
    answer = park.ask(None, "OPTIONS", "/epcis/capture")
    assert (204, "2.0.0", "rollback", str(MOST_EVENTS)) == (
        answer.status_code,
        answer.headers["GS1-EPCIS-Version"],
        answer.headers["GS1-Capture-Error-Behaviour"],
        answer.headers["GS1-EPCIS-Capture-Limit"],
    )

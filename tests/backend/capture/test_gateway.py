"""The gateway: software that cannot sign brings EPCIS documents, and the member's machine signs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest

from backend.capture.export import exported
from backend.capture.gateway.marks import Marks
from backend.capture.jobs.models import Behaviour
from backend.capture.reading import read_document
from backend.epcis.document import capture_document
from backend.member.client import Client
from tests.backend.capture.benches import ParkClient, bring, document, gateway_of, marks_of, signing_of, told
from tests.backend.park import Park
from tests.backend.server import Server

BOTTLE = {"type": "ObjectEvent", "action": "OBSERVE", "epcList": ["urn:epc:id:sgtin:4065432.100001.1"]}
FUTURE = BOTTLE | {"eventTime": "2999-01-01T00:00:00Z"}


@pytest.fixture
def gateway(park: Park) -> Iterator[Server]:
    with Server(gateway_of(ParkClient(park, "supplier"), park.members["supplier"])) as server:
        yield server


def job_of(gateway: Server, *events: dict[str, Any], behaviour: str | None = None) -> dict[str, Any]:
    """The job of a document, when it has ended."""
    headers = {} if behaviour is None else {"GS1-Capture-Error-Behaviour": behaviour}
    answer = gateway.client.post("/epcis/capture", json=document(*events), headers=headers)
    assert 202 == answer.status_code, answer.text
    while (job := gateway.client.get(answer.headers["location"]).json())["running"]:
        time.sleep(0.05)
    assert isinstance(job, dict)
    return job


def test_a_document_is_signed_and_comes_out_of_the_service_with_the_same_hash(park: Park, gateway: Server) -> None:
    job = job_of(gateway, BOTTLE)
    assert (True, [], ["ACCEPTED"]) == (job["success"], job["errors"], told(job))
    document = capture_document(list(exported(ParkClient(park, "supplier"), {})), at=0)
    (event,) = read_document(json.dumps(document).encode()).events
    assert job["verdicts"][0]["hash"] == event.identity.name
    again = job_of(gateway, BOTTLE)
    assert (True, ["DUPLICATE"]) == (again["success"], told(again))
    newest = gateway.client.get("/epcis/capture?perPage=1")
    older = newest.headers["Link"].removeprefix("<").partition(">")[0]
    listed = [*newest.json(), *gateway.client.get(older).json()]
    assert [{name: each[name] for name in each if name != "verdicts"} for each in (again, job)] == listed


def test_rolled_back_or_proceeded_with_as_the_header_says(gateway: Server) -> None:
    rolled_back = job_of(gateway, BOTTLE, FUTURE)
    assert (False, "rollback") == (rolled_back["success"], rolled_back["captureErrorBehaviour"])
    assert ["document_refused", "from_the_future"] == told(rolled_back)
    assert "from_the_future" in [error.get("code") for error in rolled_back["errors"]]
    proceeded = job_of(gateway, BOTTLE, FUTURE, behaviour="proceed")
    assert (False, ["ACCEPTED", "from_the_future"]) == (proceeded["success"], told(proceeded))


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"json": {"type": "EPCISDocument"}}, 422, "epcis_invalid"),
    ({"json": document() | {"type": "EPCISQueryDocument"}}, 422, "epcis_not_a_capture"),
    ({"json": document(), "headers": {"GS1-Capture-Error-Behaviour": "hope"}}, 422, "request_invalid"),
    ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 422, "json_malformed"),
    ({"content": b"[" * 99_999, "headers": {"Content-Type": "application/ld+json"}}, 422, "document_too_deep"),
    ({"content": b" " * 2_900_000, "headers": {"Content-Type": "application/json"}}, 413, "body_too_large"),
    # What a page in a browser may send to any address without asking.
    ({"content": b"{}", "headers": {"Content-Type": "text/plain"}}, 415, "media_type_unsupported"),
    ({"json": document(), "headers": {"GS1-EPCIS-Version": "1.2"}}, 406, "version_not_spoken"),
    ({"json": document(), "headers": {"Host": "attacker.example"}}, 404, "not_found"),
]


def test_what_is_no_document_of_this_machine_is_refused(park: Park, gateway: Server) -> None:
    for sent, status, code in REFUSED:
        answer = gateway.client.post("/epcis/capture", **sent)
        assert (status, code) == (answer.status_code, answer.json()["code"]), code
    assert [] == park.get("supplier", "/epcis/capture").json()


def test_it_says_what_it_speaks_and_what_the_service_refuses(gateway: Server) -> None:
    answer = gateway.client.options("/epcis/capture")
    assert (204, "2.0.0", "rollback") == (
        answer.status_code,
        answer.headers["GS1-EPCIS-Version"],
        answer.headers["GS1-Capture-Error-Behaviour"],
    )
    assert "not_found" == gateway.client.get(f"/epcis/capture/{uuid4()}").json()["code"]
    assert "request_invalid" == gateway.client.get("/epcis/capture?perPage=0").json()["code"]


def test_without_the_service_it_keeps_nothing_and_says_so(park: Park) -> None:
    with Server(gateway_of(Client("http://127.0.0.1:1", "syt_none"), park.members["supplier"])) as gateway:
        answer = gateway.client.post("/epcis/capture", json=document(BOTTLE))
        assert (503, "service_unreachable") == (answer.status_code, answer.json()["code"])


def test_what_did_not_come_through_a_gateway_with_its_key_it_does_not_sign(park: Park) -> None:
    client, member = ParkClient(park, "supplier"), park.members["supplier"]
    own, stranger = marks_of(member), marks_of(park.members["rival"])
    content = json.dumps(document(BOTTLE)).encode()
    marks = [None, stranger.make(content, Behaviour.ROLLBACK), own.make(b"{}", Behaviour.ROLLBACK)]
    marks += [own.make(content, Behaviour.PROCEED), b"short"]
    for mark in marks:
        headers = {} if mark is None else {"Suyuan-Gateway-Mark": mark.hex()}
        assert 202 == bring(park, "supplier", content, **headers).status_code
    before = park.get("supplier", "/v1/submissions").json()
    signing_of(client, member).round()
    assert before == park.get("supplier", "/v1/submissions").json()
    assert len(marks) == len(park.get("supplier", "/v1/captures/waiting").json()["jobs"])
    signing_of(client, member, everything=True).round()
    assert [] == park.get("supplier", "/v1/captures/waiting").json()["jobs"]
    assert {True} == {job["success"] for job in park.get("supplier", "/epcis/capture").json()}


def test_a_mark_lasts_as_long_as_jobs_live(monkeypatch: pytest.MonkeyPatch) -> None:
    marks = Marks(bytes(32))
    mark = marks.make(b"{}", Behaviour.ROLLBACK)
    assert marks.holds(mark, b"{}", Behaviour.ROLLBACK)
    monkeypatch.setattr("backend.clock.now", lambda: int(time.time()) + 8 * 86_400)
    assert not marks.holds(mark, b"{}", Behaviour.ROLLBACK)


class Forgetful(ParkClient):
    """A service that does not hear what becomes of its jobs, and offers them again and again."""

    deaf = True
    submitted = 0

    def submit(self, *batches: Mapping[str, Any]) -> list[str]:
        self.submitted += len(batches)
        return super().submit(*batches)

    def post(self, path: str, body: object) -> Any:
        if self.deaf and path.endswith("/report"):
            raise ConnectionResetError("the report was lost")
        return super().post(path, body)


def test_what_it_has_signed_it_does_not_sign_again_whatever_the_service_offers(park: Park) -> None:
    client, member = Forgetful(park, "supplier"), park.members["supplier"]
    signing = signing_of(client, member)
    content = json.dumps(document(FUTURE)).encode()
    mark = {"Suyuan-Gateway-Mark": marks_of(member).make(content, Behaviour.ROLLBACK).hex()}
    bring(park, "supplier", content, **mark)
    for _ in range(2):
        with pytest.raises(ConnectionResetError):
            signing.round()
    client.deaf = False
    # The same under another name.
    bring(park, "supplier", content, **mark)
    signing.round()
    assert 1 == client.submitted
    for job in park.get("supplier", "/epcis/capture").json():
        assert ["from_the_future"] == [error["code"] for error in job["errors"]]

"""The gateway: software that cannot sign brings EPCIS documents, and the member's machine signs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from backend.capture.export import exported
from backend.capture.gateway.jobs import MOST_WAITING, Behaviour, Jobs
from backend.capture.gateway.routes import create_gateway
from backend.capture.reading import read_document
from backend.epcis.document import capture_document
from backend.errors import ServiceError
from tests.backend.capture.benches import ParkClient, desk_of, document
from tests.backend.park import Park
from tests.backend.server import Server

BOTTLE = {"type": "ObjectEvent", "action": "OBSERVE", "epcList": ["urn:epc:id:sgtin:4065432.100001.1"]}
FUTURE = BOTTLE | {"eventTime": "2999-01-01T00:00:00Z"}


@pytest.fixture
def gateway(park: Park) -> Iterator[Server]:
    with Server(create_gateway(Jobs(desk_of(park)))) as server:
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


def verdicts(job: dict[str, Any]) -> list[str]:
    return [event["code"] or event["verdict"] for event in job["verdicts"]]


def test_a_document_is_signed_and_comes_out_of_the_service_with_the_same_hash(park: Park, gateway: Server) -> None:
    job = job_of(gateway, BOTTLE)
    assert (True, [], ["ACCEPTED"]) == (job["success"], job["errors"], verdicts(job))
    document = capture_document(list(exported(ParkClient(park, "supplier"), {})), at=0)
    (event,) = read_document(json.dumps(document).encode()).events
    assert job["verdicts"][0]["hash"] == event.identity.name
    again = job_of(gateway, BOTTLE)
    assert (True, ["DUPLICATE"]) == (again["success"], verdicts(again))


def test_rolled_back_or_proceeded_with_as_the_header_says(gateway: Server) -> None:
    rolled_back = job_of(gateway, BOTTLE, FUTURE)
    assert (False, "rollback") == (rolled_back["success"], rolled_back["captureErrorBehaviour"])
    assert ["document_refused", "from_the_future"] == verdicts(rolled_back)
    assert "from_the_future" in [error.get("code") for error in rolled_back["errors"]]
    proceeded = job_of(gateway, BOTTLE, FUTURE, behaviour="proceed")
    assert (False, ["ACCEPTED", "from_the_future"]) == (proceeded["success"], verdicts(proceeded))


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"json": {"type": "EPCISDocument"}}, 422, "epcis_invalid"),
    ({"json": document() | {"type": "EPCISQueryDocument"}}, 422, "epcis_not_a_capture"),
    ({"json": document(), "headers": {"GS1-Capture-Error-Behaviour": "hope"}}, 422, "request_invalid"),
    ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 422, "json_malformed"),
    ({"content": b"[" * 99_999, "headers": {"Content-Type": "application/ld+json"}}, 422, "document_too_deep"),
    ({"content": b" " * 2_900_000, "headers": {"Content-Type": "application/json"}}, 413, "body_too_large"),
    # What a page in a browser may send to any address without asking.
    ({"content": b"{}", "headers": {"Content-Type": "text/plain"}}, 415, "media_type_unsupported"),
    ({"json": document(), "headers": {"Host": "attacker.example"}}, 404, "not_found"),
]


def test_what_is_no_document_of_this_machine_is_refused(gateway: Server) -> None:
    for sent, status, code in REFUSED:
        answer = gateway.client.post("/epcis/capture", **sent)
        assert (status, code) == (answer.status_code, answer.json()["code"]), code


def test_it_says_what_it_speaks(gateway: Server) -> None:
    answer = gateway.client.options("/epcis/capture")
    assert (204, "2.0.0", "rollback") == (
        answer.status_code,
        answer.headers["GS1-EPCIS-Version"],
        answer.headers["GS1-Capture-Error-Behaviour"],
    )
    assert 404 == gateway.client.get("/epcis/capture/nothing").status_code


def test_it_keeps_no_more_documents_than_it_can(park: Park) -> None:
    jobs = Jobs(desk_of(park))
    for _ in range(MOST_WAITING):
        jobs.add((), Behaviour.ROLLBACK)
    with pytest.raises(ServiceError, match="gateway_busy"):
        jobs.add((), Behaviour.ROLLBACK)

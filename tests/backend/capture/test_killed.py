"""Whatever is killed -9 on the way of a document, its job comes to its end and each event is recorded once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx

from backend.capture.jobs.settling import settle_jobs
from backend.sandbox.ports import free_port
from tests.backend.capture.benches import ParkClient, bring, captured, desk_of, document, signing_of, told, working
from tests.backend.capture.machine import Machine, deaf, kill_once
from tests.backend.faults import killed_at
from tests.backend.park import Park

BOTTLE = {"type": "ObjectEvent", "action": "OBSERVE", "epcList": ["urn:epc:id:sgtin:4065432.100001.1"]}
CASE = {"type": "ObjectEvent", "action": "ADD", "epcList": ["urn:epc:id:sscc:4065432.0123456789"]}


def recorded(park: Park) -> list[str]:
    """The states of the batches of events."""
    batches = park.get("supplier", "/v1/submissions").json()["submissions"]
    return [each["state"] for each in batches if each["action"] == "RecordLotEvent"]


def test_a_gateway_killed_between_submission_and_report_leaves_a_job_that_ends_right(
    park: Park, tmp_path: Path
) -> None:
    machine, port = Machine(park, tmp_path), free_port()
    answers: list[httpx.Response] = []

    def bring_it() -> None:
        answers.append(persist(f"http://127.0.0.1:{port}/epcis/capture", document(BOTTLE, CASE)))

    with working(park):
        with deaf(park, "/report", is_handed_on=False) as (address, reached):
            kill_once(reached, machine.gateway(port, api=address), bring_it)
        (answer,) = answers
        assert 202 == answer.status_code, answer.text
        while (job := park.get("supplier", answer.headers["location"]).json())["running"]:
            time.sleep(0.05)
        # Whoever comes after finds nothing left to sign.
        signing_of(ParkClient(park, "supplier"), park.members["supplier"]).round()
    assert (True, ["ACCEPTED", "ACCEPTED"]) == (job["success"], told(job))
    assert ["mirrored"] == recorded(park)


def persist(address: str, content: Any) -> httpx.Response:
    """POST until somebody listens."""
    for _ in range(1_200):
        try:
            return httpx.post(address, json=content, trust_env=False, timeout=30)
        except httpx.ConnectError:
            time.sleep(0.05)
    raise TimeoutError("nobody listened for a minute")


def test_a_worker_killed_between_any_two_steps_of_ending_a_job_ends_it_once(park: Park) -> None:
    address = bring(park, "supplier", document(BOTTLE, CASE)).headers["location"]
    captured(desk_of(park), BOTTLE, CASE)
    step, fired = 0, True
    while fired:
        with killed_at(step, park.engine, park.service.sender) as countdown:
            settle_jobs(park.engine, park.service.ring)
        fired = countdown.fired
        job = park.get("supplier", address).json()
        assert (job["running"], told(job)) in ((True, []), (False, ["ACCEPTED", "ACCEPTED"]))
        step += 1
    assert not job["running"]
    assert step > 5

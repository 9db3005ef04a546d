"""Following along: server-sent events of submissions and the mirror."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psycopg

from backend.submissions.stream import Position
from tests.backend.park import Park
from tests.backend.test_relayer import submit_a_record

Event = dict[str, str]


@contextmanager
def following(park: Park, name: str, last_event_id: str | None = None) -> Iterator[Iterator[Event]]:
    """The events a member gets, one after another; inside the context the stream is open."""
    headers = park._headers(name) | ({"Last-Event-ID": last_event_id} if last_event_id else {})
    with (
        httpx.Client(base_url=park.server.url, timeout=20, trust_env=False) as client,
        client.stream("GET", "/v1/stream", headers=headers) as stream,
    ):
        assert "text/event-stream; charset=utf-8" == stream.headers["content-type"]
        lines = stream.iter_lines()
        assert ": following" == next(lines)
        yield _events(lines)


def _events(lines: Iterator[str]) -> Iterator[Event]:
    event: Event = {}
    for line in lines:
        if line:
            field, _, value = line.partition(": ")
            event[field] = value
        elif event:
            if event.get("event"):
                yield event
            event = {}


def submissions(events: Iterator[Event], count: int) -> list[tuple[str, str]]:
    """The next `count` changes of submissions: (state, event id)."""
    found: list[tuple[str, str]] = []
    while len(found) < count:
        event = next(events)
        if event["event"] == "submission":
            found.append((json.loads(event["data"])["state"], event["id"]))
    return found


def test_a_follower_sees_each_change_of_its_submissions_in_order(park: Park) -> None:
    with following(park, "supplier") as events:
        submit_a_record(park)
        park.settle()
        states = [state for state, _ in submissions(events, 4)]
    assert ["accepted", "relayed", "mined", "mirrored"] == states


def test_a_follower_that_comes_back_gets_what_it_missed_and_nothing_twice(park: Park) -> None:
    with following(park, "supplier") as events:
        submit_a_record(park)
        ((_, last),) = submissions(events, 1)
    park.settle()
    submit_a_record(park)
    with following(park, "supplier", last) as events:
        caught_up = submissions(events, 4)
        park.settle()
        live = submissions(events, 3)
    assert ["relayed", "mined", "mirrored", "accepted"] == [state for state, _ in caught_up]
    assert ["relayed", "mined", "mirrored"] == [state for state, _ in live]


def test_a_follower_sees_nothing_of_others_submissions(park: Park) -> None:
    with following(park, "rival") as events, following(park, "operator") as overseer:
        submit_a_record(park, "supplier")
        submit_a_record(park, "rival")
        assert ["accepted"] == [state for state, _ in submissions(events, 1)]
        assert ["accepted", "accepted"] == [state for state, _ in submissions(overseer, 2)]


def test_a_follower_learns_how_far_the_mirror_is_at_once_and_whenever_it_moves(park: Park) -> None:
    before = int(str(park.chain.anvil.ask("eth_blockNumber")), 16)
    with following(park, "supplier") as events:
        mirrored = (json.loads(event["data"]) for event in events if event["event"] == "mirror")
        assert {"block": before, "finalised": before} == next(mirrored)
        park.make("supplier")
        assert {"block": before + 1, "finalised": before + 1} == next(mirrored)


def test_a_change_that_commits_late_is_not_passed_over(park: Park) -> None:
    """An identity is handed out before COMMIT: the second of two transactions may be seen before the first."""
    with following(park, "supplier") as events:
        url = submit_a_record(park)
        submissions(events, 1)
        digest = bytes.fromhex(url.rsplit("0x", 1)[1])
        change = "INSERT INTO service.submission_change (digest, state, changed_at) VALUES (%s, %s, 1)"
        with psycopg.connect(park.database_url) as early, psycopg.connect(park.database_url) as late:
            early.execute(change, (digest, "early"))
            late.execute(change, (digest, "late"))
            late.commit()
            threading.Event().wait(1.2)
            early.commit()
        assert ["early", "late"] == [state for state, _ in submissions(events, 2)]


def test_a_last_event_id_we_never_gave_begins_now(park: Park) -> None:
    assert None is Position.read("yesterday")
    with following(park, "supplier", "yesterday") as events:
        submit_a_record(park)
        assert ["accepted"] == [state for state, _ in submissions(events, 1)]

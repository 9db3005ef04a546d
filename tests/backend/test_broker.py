"""The broker: it hurries the relayer, carries ids alone, and nothing depends on it."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable

import pytest
import redis
from celery.contrib.testing.worker import start_worker

from backend.sandbox.valkey import Valkey
from backend.submissions.tasks import Broker, Sweep, register
from backend.worker import make_celery
from tests.backend.park import Park
from tests.backend.test_relayer import state_of, submit_a_record

DIGEST = bytes(range(32))


def test_a_nudge_carries_ids_and_no_payload(valkey: Valkey) -> None:
    valkey.flush()
    Broker(make_celery(valkey.url)).nudge([DIGEST])
    with redis.Redis.from_url(valkey.url) as client:
        (message,) = client.lrange("celery", 0, -1)
    envelope = json.loads(message)
    assert "submissions.relay" == envelope["headers"]["task"]
    arguments, options, _ = json.loads(base64.b64decode(envelope["body"]))
    assert ([[DIGEST.hex()]], {}) == (arguments, options)
    valkey.flush()


def test_a_broker_that_is_gone_stops_nobody_and_is_not_asked_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_celery("redis://127.0.0.1:1/0")
    broker = Broker(app)
    broker.nudge([DIGEST])
    monkeypatch.setattr(app, "send_task", None)
    broker.nudge([DIGEST])


def test_a_nudge_makes_the_worker_relay_at_once(park: Park, valkey: Valkey) -> None:
    valkey.flush()
    app = make_celery(valkey.url)
    register(app, park.relayer)
    url = submit_a_record(park)
    with start_worker(app, pool="threads", perform_ping_check=False, shutdown_timeout=20):
        Broker(app).nudge(park.nudged)
        _until(lambda: state_of(park, url)[0] != "accepted")


def test_the_sweep_relays_what_no_nudge_told_of(park: Park) -> None:
    url = submit_a_record(park)
    sweep = Sweep(park.relayer)
    sweep.start()
    try:
        _until(lambda: state_of(park, url)[0] != "accepted")
    finally:
        sweep.stop()


def test_the_sweep_outlives_a_round_that_fails(park: Park) -> None:
    url = submit_a_record(park)
    good = park.relayer.advance
    rounds: list[str] = []

    def fails_first() -> bool:
        rounds.append("round")
        if len(rounds) == 1:
            raise RuntimeError("a defect of ours")
        return good()

    park.relayer.advance = fails_first  # type: ignore[method-assign]  # one round with a defect
    sweep = Sweep(park.relayer)
    sweep.start()
    try:
        _until(lambda: state_of(park, url)[0] != "accepted")
    finally:
        sweep.stop()


def _until(reached: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.05)

"""What Prometheus is told of API and worker, and what it is never told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import anyio
import httpx
import pytest
import structlog
from prometheus_client import CollectorRegistry

from backend.app import create_app
from backend.db import open_engine
from backend.failures import UsageFailure
from backend.figures import Beat, LineFigures, StandingFigures, SubmissionFigures
from backend.logs import configure_logs
from backend.metrics import exposed, process_registry
from backend.submissions.news import Change, News, listen, tell
from tests.backend.park import Park
from tests.backend.test_bad_input import a_good_batch

# None of them is an organisation, a key, a lot, an order or a price.
LABELS = {"state", "code", "level", "event", "method", "route", "status", "le", "cause"}
OF_THE_PROCESS = {"implementation", "major", "minor", "patchlevel", "version"}


class Figures:
    """A registry, read by name."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()

    def __call__(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(f"suyuan_{name}", labels) or 0


@pytest.fixture
def figures() -> Figures:
    return Figures()


@pytest.fixture
def news(park: Park, figures: Figures) -> list[News]:
    """What the service of the park commits from here on."""
    heard: list[News] = []
    listen(park.engine, heard.append, SubmissionFigures(figures.registry))
    return heard


def test_a_submission_is_counted_in_each_state_it_comes_to(park: Park, figures: Figures, news: list[News]) -> None:
    assert 202 == park.submit("supplier", a_good_batch(park)).status_code
    park.settle()
    states = ("accepted", "relayed", "mined", "mirrored")
    assert (1, 1, 1, 1) == tuple(figures("submission_changes_total", state=state) for state in states)
    assert list(states) == [each.state for each in news if isinstance(each, Change)]
    assert (1, 0) == (figures("transactions_sent_total"), figures("transactions_resent_total"))


def test_what_is_rolled_back_is_told_to_nobody(park: Park, news: list[News]) -> None:
    lost, undone, kept = (Change(digest, "accepted", None) for digest in (b"lost", b"undone", b"kept"))
    with suppress(ZeroDivisionError), park.engine.begin() as connection:
        tell(connection, lost)
        raise ZeroDivisionError
    with park.engine.begin() as connection:
        with suppress(ZeroDivisionError), connection.begin_nested():
            tell(connection, undone)
            raise ZeroDivisionError
        with connection.begin_nested():
            tell(connection, kept)
        assert [] == news
    assert [kept] == news


def test_a_refusal_on_the_way_is_counted_by_its_code(
    park: Park, figures: Figures, news: list[News], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 202 == park.submit("supplier", a_good_batch(park)).status_code
    monkeypatch.setattr("backend.submissions.relay.clock.now", lambda: 1 << 50)
    park.relayer.sign_waiting()
    assert 1 == figures("submissions_refused_total", code="deadline_expired")


def test_what_waits_is_told_with_its_age_and_so_is_a_database_that_is_away(
    park: Park, figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(park.database_url, pool=1)
    StandingFigures(engine, figures.registry)
    assert 202 == park.submit("supplier", a_good_batch(park)).status_code
    monkeypatch.setattr("backend.figures.clock.now", lambda: (1 << 40) + 60)
    assert (1, 1) == (figures("outbox_submissions", state="accepted"), figures("database_up"))
    assert figures("outbox_oldest_seconds", state="accepted") > 60
    park.engine.dispose()
    engine.dispose()
    away, elsewhere = Figures(), open_engine("postgresql://suyuan@127.0.0.1:1/none", pool=1)
    StandingFigures(elsewhere, away.registry)
    assert None is away.registry.get_sample_value("suyuan_outbox_submissions", {"state": "accepted"})
    assert 0 == away.registry.get_sample_value("suyuan_database_up")


def test_requests_are_counted_by_the_form_of_their_address_and_strangers_invent_no_series(
    park: Park, figures: Figures
) -> None:
    app = create_app(replace(park.service), figures.registry)

    async def ask() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            for method, path in (
                ("GET", "/health"),
                ("GET", "/v1/holdings/0x12"),
                ("BREW", "/health"),
                ("GET", "/secret-of-acme"),
            ):
                await client.request(method, path)

    anyio.run(ask)
    counted = {
        (sample.labels["method"], sample.labels["route"], sample.labels["status"]): sample.value
        for family in figures.registry.collect()
        for sample in family.samples
        if sample.name == "suyuan_http_requests_total"
    }
    assert {
        ("GET", "/health", "200"): 1,
        ("GET", "/v1/holdings/{holding_id}", "401"): 1,
        ("other", "/health", "405"): 1,
        ("GET", "other", "404"): 1,
    } == counted


@pytest.fixture
def logged(figures: Figures) -> Iterator[Any]:
    """A logger of a process that counts its warnings."""
    before = structlog.get_config()
    configure_logs(also=[LineFigures(figures.registry)])
    yield structlog.get_logger("test")
    structlog.configure(**before)


def test_warnings_are_counted_and_passwords_in_addresses_are_masked(
    logged: Any, figures: Figures, capsys: pytest.CaptureFixture[str]
) -> None:
    logged.info("fine")
    logged.warning("relay_interrupted", detail="could not reach postgresql://suyuan:hush@db/suyuan", submissions=["ab"])
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert ["fine", "relay_interrupted"] == [line["event"] for line in lines]
    assert ("could not reach postgresql://***@db/suyuan", ["ab"]) == (lines[1]["detail"], lines[1]["submissions"])
    assert 1 == figures("log_lines_total", level="warning", event="relay_interrupted")
    assert 0 == figures("log_lines_total", level="info", event="fine")


def test_a_process_answers_on_a_port_of_its_own_without_names_of_anybody(park: Park) -> None:
    registry = process_registry()
    listen(park.engine, SubmissionFigures(registry))
    StandingFigures(park.engine, registry)
    Beat(registry)()
    park.make("supplier")
    with exposed(registry, "127.0.0.1", 0) as port:
        page = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
        with pytest.raises(UsageFailure, match="metrics_port_taken"), exposed(registry, "127.0.0.1", port):
            pass
    for name in ("suyuan_outbox_submissions", "suyuan_sweep_timestamp_seconds", "process_resident_memory_bytes"):
        assert f"\n{name}" in page
    assert set(re.findall(r'[{,](\w+)="', page)) <= LABELS | OF_THE_PROCESS
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False)


def test_nothing_is_served_where_no_port_is_given() -> None:
    with exposed(CollectorRegistry(), "127.0.0.1", None) as port:
        assert None is port

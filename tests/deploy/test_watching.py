"""What Prometheus and Grafana are told to look at is there, and documented."""

from __future__ import annotations

import json
import re
from typing import Any, cast

import pytest
import yaml
from prometheus_client import CollectorRegistry

from backend.figures import Beat, LineFigures, RequestFigures, SubmissionFigures
from indexer.metrics import MirrorMetrics
from tests.deploy.test_images import COMPOSE, REPOSITORY

WATCHING = REPOSITORY / "deploy" / "watching"
_SUFFIXES = re.compile(r"_(?:total|bucket|count|sum|created)$")


def configured(name: str) -> Any:
    return yaml.safe_load((WATCHING / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def figures() -> set[str]:
    """The names of everything we count, as they are declared."""
    registry = CollectorRegistry()
    MirrorMetrics(registry)
    SubmissionFigures(registry)
    LineFigures(registry)
    Beat(registry)
    RequestFigures(cast(Any, None), registry)
    source = (REPOSITORY / "backend" / "figures.py").read_text(encoding="utf-8")
    standing = set(re.findall(r'GaugeMetricFamily\(\s*"(\w+)"', source))
    return {family.name for family in registry.collect()} | standing


def named_in(text: str) -> set[str]:
    return {_SUFFIXES.sub("", name) for name in re.findall(r"\bsuyuan_[a-z_]+[a-z]", text)}


@pytest.mark.parametrize("name", ["alerts.yml", "dashboard.json"])
def test_whoever_watches_asks_for_figures_that_there_are(name: str, figures: set[str]) -> None:
    assert set() == named_in((WATCHING / name).read_text(encoding="utf-8")) - figures


def test_every_figure_is_documented_and_every_documented_one_is_there(figures: set[str]) -> None:
    text = (REPOSITORY / "docs" / "operating.md").read_text(encoding="utf-8")
    table = text.split("## Figures")[1].split("\n## ")[0]
    assert figures == named_in(table)


def test_prometheus_asks_the_processes_of_the_compose_file_where_they_answer() -> None:
    targets = {
        target
        for job in configured("prometheus.yml")["scrape_configs"]
        for static in job["static_configs"]
        for target in static["targets"]
    }
    answering = {
        f"{name}:{option.partition('=')[2]}"
        for name, service in COMPOSE["services"].items()
        for option in service.get("command", [])
        if option.startswith("--metrics-port=")
    }
    assert targets == answering
    assert 3 == len(targets)


def test_every_alert_says_what_to_do() -> None:
    rules = [rule for group in configured("alerts.yml")["groups"] for rule in group["rules"]]
    assert [] == [rule["alert"] for rule in rules if not {"summary", "next_step"} <= rule["annotations"].keys()]


def test_the_dashboard_has_a_place_for_each_panel() -> None:
    panels = json.loads((WATCHING / "dashboard.json").read_text(encoding="utf-8"))["panels"]
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(set(places)) == len(panels) == len({panel["id"] for panel in panels})

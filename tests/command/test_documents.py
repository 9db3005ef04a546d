"""`suyuan documents check`: a verdict for each file, offline."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from backend.cli import run
from tests.backend.procurement.papers import a_despatch_advice, an_order
from tests.backend.quality.papers import LOT, as_bytes, certificate, log


def verdicts(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["documents"]
    return told


def test_every_file_of_a_folder_gets_its_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "a.json").write_bytes(as_bytes(certificate()))
    (tmp_path / "in/b.xml").write_text(an_order(), encoding="utf-8")
    (tmp_path / "in/c.xml").write_text(a_despatch_advice(), encoding="utf-8")
    (tmp_path / "in/d.csv").write_text(log("4.0", "5.0"), encoding="utf-8")
    (tmp_path / "in/notes.md").write_text("not a document")
    assert 0 == run(["documents", "check", str(tmp_path), "--json"])
    told = verdicts(capsys)
    assert ["certificate", "Order", "DespatchAdvice", "logger_file"] == [each["kind"] for each in told]
    assert {"ACCEPTED"} == {each["verdict"] for each in told}
    assert hashlib.sha256((tmp_path / "a.json").read_bytes()).hexdigest() == told[0]["sha256"]


def test_one_refused_file_is_a_finding_with_its_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.xml", tmp_path / "bad.xml"
    good.write_text(an_order(), encoding="utf-8")
    bad.write_text("<!DOCTYPE x><x/>")
    assert 1 == run(["documents", "check", str(good), str(bad), "--json"])
    assert [("ACCEPTED", None), ("REFUSED", "xml_doctype_refused")] == [
        (each["verdict"], each["code"]) for each in verdicts(capsys)
    ]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (as_bytes(certificate()), "certificate"),
        (an_order(prolog='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16"), "Order"),
        (log("4").encode("gb18030"), "logger_file"),
    ],
    ids=["certificate", "order", "logger file"],
)
def test_a_file_is_known_by_its_content(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, kind: str
) -> None:
    path = tmp_path / "document"
    path.write_bytes(content)
    assert 0 == run(["documents", "check", str(path), "--json"])
    assert [kind] == [each["kind"] for each in verdicts(capsys)]


def test_findings_are_told_and_refuse_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paper, export = tmp_path / "a.json", tmp_path / "b.csv"
    paper.write_bytes(as_bytes(certificate()))
    export.write_text(log("4", "9"), encoding="utf-8")
    limits = ["--lowest", "2000", "--highest", "8000"]
    assert 0 == run(["documents", "check", str(paper), str(export), "--lot", "another", *limits, "--json"])
    assert [["certificate_other_lot"], ["cold_chain_broken"]] == [
        [finding["code"] for finding in each["findings"]] for each in verdicts(capsys)
    ]
    assert 0 == run(["documents", "check", str(paper), str(export), "--lot", LOT])
    assert [f"ACCEPTED certificate {paper}", f"ACCEPTED logger_file {export}"] == capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("arguments", [[], ["nowhere"]], ids=["no path", "no such path"])
def test_a_call_that_names_no_file_is_a_wrong_call(arguments: list[str]) -> None:
    assert 2 == run(["documents", "check", *arguments])


def test_a_file_past_every_bound_is_refused_by_its_first_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "endless.json"
    with path.open("wb") as file:
        file.truncate(1 << 32)
    assert 1 == run(["documents", "check", str(path), "--json"])
    assert ["document_too_large"] == [each["code"] for each in verdicts(capsys)]

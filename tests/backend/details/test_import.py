"""`suyuan details import`: what the service lost is brought back from files by the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from backend.books.store import Books
from backend.books.verify import verify
from backend.cli import FINDING, OK, USAGE, run
from backend.details import commands, fields
from backend.details.fields import Details
from backend.details.importing import import_files
from backend.details.models import DETAILS, DETAILS_READER
from backend.member.client import Refusal
from backend.member.signer import ADD, MADE, OBJECT, SUBJECT
from contracts.signatures import keccak
from tests.backend.park import Park

RECORDS = 20
NEVER_RECORDED = RECORDS


def details(number: int) -> Details:
    return fields.parse(1, {"type": "ObjectEvent", "bizStep": f"step {number}"}, keccak(b"key %d" % number))


def recorded(park: Park) -> None:
    """A member records as many actions as there are details, under one signature."""
    member = park.members["supplier"]
    events = [
        member.lot_event(OBJECT, ADD, {member.new_holding(): (SUBJECT, MADE)}) | {"root": details(number).root}
        for number in range(RECORDS)
    ]
    batch = member.batch("RecordLotEvent", *events, details=[details(number).to_json() for number in range(RECORDS)])
    assert 202 == park.submit("supplier", batch).status_code
    park.settle()


def kept_by_member(folder: Path, numbers: range) -> None:
    """The member's own copies, one record a file."""
    folder.mkdir()
    for number in numbers:
        (folder / f"{number:02}.json").write_text(json.dumps(details(number).to_json()), encoding="utf-8")


def test_a_tenth_dropped_and_a_tenth_shredded_the_command_heals_the_dropped_and_may_be_repeated(
    park: Park, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded(park)
    dropped, destroyed = {3, 11}, {7, 19}
    with park.engine.begin() as connection:
        for table in (DETAILS_READER, DETAILS):
            connection.execute(delete(table).where(table.c.root.in_([details(each).root for each in dropped])))
        commands.shred(connection, [details(each).root for each in destroyed], by="a test")
    books = Books(park.engine, park.service.ring)
    books.create()
    books.catch_up()
    before = park.get("supplier", "/v1/books/coverage").json()
    kept_by_member(tmp_path / "kept", range(RECORDS + 1))
    (tmp_path / "kept" / "broken.json").write_text("{", encoding="utf-8")
    (tmp_path / "token").write_text(park.token("tenant"), encoding="utf-8")
    call = ["details", "import", str(tmp_path / "kept"), "--api", park.server.url]
    call += ["--token-file", str(tmp_path / "token"), "--json"]
    for healed in ("HELD", "ALREADY"):
        capsys.readouterr()
        assert FINDING == run(call)
        verdicts = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith('{"file"')]
        said = {Path(each["file"]).stem: each["code"] or each["verdict"] for each in verdicts}
        expected = {f"{number:02}": "ALREADY" for number in range(RECORDS)}
        expected |= {f"{number:02}": healed for number in dropped}
        expected |= {f"{number:02}": "details_shredded" for number in destroyed}
        assert expected | {f"{NEVER_RECORDED}": "details_unmatched", "broken": "details_invalid"} == said
    books.catch_up()
    after = park.get("supplier", "/v1/books/coverage").json()
    assert before | {"held": before["held"] + 2, "missing": before["missing"] - 2} == after
    verdict = verify(park.engine, park.service.ring)
    assert (True, 0) == (verdict.identical, verdict.behind)

    assert OK == run([*call[:2], str(tmp_path / "kept" / "03.json"), *call[3:]])
    assert USAGE == run([*call[:2], str(tmp_path / "nowhere"), *call[3:]])
    assert FINDING == run([*call[:4], "http://127.0.0.1:1", *call[5:]])
    assert "service_unreachable" in capsys.readouterr().err


class Choosy:
    """A service that cannot read one of those it is given, and says so of all it was given at once."""

    def __init__(self, unreadable: bytes) -> None:
        self._unreadable = "0x" + unreadable.hex()

    def post(self, path: str, body: Any) -> Any:
        given = [
            fields.parse(each["schema"], each["fields"], bytes.fromhex(each["event_key"][2:]))
            for each in body["details"]
        ]
        if self._unreadable in ["0x" + each.root.hex() for each in given]:
            raise Refusal("details_invalid", "the schema is not known here", "", {})
        return {"results": [{"outcome": "kept"} for _ in given]}


def test_one_that_the_service_cannot_read_does_not_keep_the_others_out(tmp_path: Path) -> None:
    kept_by_member(tmp_path / "kept", range(3))
    verdicts = import_files(Choosy(details(1).root), sorted((tmp_path / "kept").iterdir()))
    assert ["HELD", "details_invalid", "HELD"] == [each.code or each.word.value for each in verdicts]


def test_a_file_that_names_another_root_than_its_fields_give_is_not_sent(tmp_path: Path) -> None:
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(details(1).to_json() | {"root": "0x" + details(2).root.hex()}), encoding="utf-8")
    (verdict,) = import_files(Choosy(b""), [path])
    assert "details_of_another_root" == verdict.code

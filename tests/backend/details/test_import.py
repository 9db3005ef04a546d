"""`suyuan details export` and `import`: what the service lost is brought back from the copies that members keep."""

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

RECORDS = 60
"""More than a page of the export has."""


def details(number: int) -> Details:
    return fields.parse(1, {"type": "ObjectEvent", "bizStep": f"step {number}"}, keccak(b"key %d" % number))


def name(number: int) -> str:
    """A record's file, as the export names it."""
    return f"0x{details(number).root.hex()}"


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


def written(folder: Path, numbers: range) -> None:
    """Files of records, as a client of one's own may keep them."""
    folder.mkdir(exist_ok=True)
    for number in numbers:
        (folder / f"{name(number)}.json").write_text(json.dumps(details(number).to_json()), encoding="utf-8")


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if not line.startswith('{"method"')]


def test_a_tenth_dropped_and_a_tenth_shredded_the_copies_heal_the_dropped_and_all_may_be_repeated(
    park: Park, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded(park)
    folder, token = tmp_path / "copies", tmp_path / "token"
    token.write_text(park.token("supplier"), encoding="utf-8")
    service = ["--api", park.server.url, "--token-file", str(token), "--json"]
    capsys.readouterr()
    for new in (RECORDS, 0):
        assert OK == run(["details", "export", "-o", str(folder), *service])
        assert [{"folder": str(folder), "records": RECORDS, "new": new}] == told(capsys)
    assert {0o600} == {path.stat().st_mode & 0o777 for path in folder.iterdir()}

    dropped, destroyed = set(range(0, RECORDS, 10)), set(range(5, RECORDS, 10))
    with park.engine.begin() as connection:
        for table in (DETAILS_READER, DETAILS):
            connection.execute(delete(table).where(table.c.root.in_([details(each).root for each in dropped])))
        commands.shred(connection, [details(each).root for each in destroyed], by="a test")
    books = Books(park.engine, park.service.ring)
    books.create()
    books.catch_up()
    before = park.get("tenant", "/v1/books/coverage").json(), park.get("supplier", "/v1/books/coverage").json()
    written(folder, range(RECORDS, RECORDS + 1))
    (folder / "broken.json").write_text("{", encoding="utf-8")
    expected = {name(number): "ALREADY" for number in range(RECORDS)}
    expected |= {name(number): "details_shredded" for number in destroyed}
    expected |= {name(RECORDS): "details_unmatched", "broken": "details_invalid"}
    for healed in ("HELD", "ALREADY"):
        assert FINDING == run(["details", "import", str(folder), *service])
        said = {Path(each["file"]).stem: each["code"] or each["verdict"] for each in told(capsys)}
        assert expected | {name(number): healed for number in dropped} == said
    while books.follow_changes():
        pass
    after = park.get("tenant", "/v1/books/coverage").json(), park.get("supplier", "/v1/books/coverage").json()
    moved = {"held": before[1]["held"] + len(dropped), "missing": before[1]["missing"] - len(dropped)}
    assert (before[0], before[1] | moved) == after
    verdict = verify(park.engine, park.service.ring)
    assert (True, 0) == (verdict.identical, verdict.behind)

    (file,) = folder.glob(f"{name(0)}*")
    assert OK == run(["details", "import", str(file), *service])
    assert USAGE == run(["details", "import", str(tmp_path / "nowhere"), *service])
    assert FINDING == run(["details", "import", str(file), "--api", "http://127.0.0.1:1", *service[2:]])
    assert USAGE == run(["details", "export", "-o", str(file), *service])
    codes = [json.loads(line)["code"] for line in capsys.readouterr().err.splitlines() if '"next_step"' in line]
    assert ["file_missing", "service_unreachable", "file_unwritable"] == codes


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
    written(tmp_path / "copies", range(3))
    files = [tmp_path / "copies" / f"{name(number)}.json" for number in range(3)]
    verdicts = import_files(Choosy(details(1).root), files)
    assert ["HELD", "details_invalid", "HELD"] == [each.code or each.word.value for each in verdicts]


def test_a_file_that_names_another_root_than_its_fields_give_is_not_sent(tmp_path: Path) -> None:
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(details(1).to_json() | {"root": "0x" + details(2).root.hex()}), encoding="utf-8")
    (verdict,) = import_files(Choosy(b""), [path])
    assert "details_of_another_root" == verdict.code

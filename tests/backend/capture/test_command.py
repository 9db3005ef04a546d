"""`suyuan capture` and `suyuan epcis export`, as a member's machine runs them."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from backend.cli import FINDING, OK, USAGE, run
from backend.keyring import Keyring
from backend.sandbox.service import SUYUAN
from backend.settings import surrounding_variables
from tests.backend.capture.benches import document, working
from tests.backend.capture.official import complaints
from tests.backend.park import Park, member_key

BOTTLE = {"type": "ObjectEvent", "action": "OBSERVE", "epcList": ["urn:epc:id:sgtin:4065432.100001.1"]}
CASE = {"type": "ObjectEvent", "action": "ADD", "epcList": ["urn:epc:id:sscc:4065432.0123456789"]}

LITRES = {
    "type": "ObjectEvent",
    "action": "OBSERVE",
    "quantityList": [{"epcClass": "https://id.gs1.org/01/14065432000021/10/A1", "quantity": 5, "uom": "LTR"}],
}


class Machine:
    """A member's folder: its keys, its token, and what it captures."""

    def __init__(self, park: Park, folder: Path) -> None:
        self._park = park
        self._folder = folder
        self._ring = Keyring(folder / "keys")
        for name in ("supplier", "rival"):
            self._ring.ensure(name, member_key(name))
        self._token = folder / "token"
        self._token.write_text(park.token("supplier") + "\n", encoding="utf-8")

    def file(self, name: str, content: Any) -> str:
        path = self._folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    def capture(self, *files: str, api: str | None = None, key: str = "supplier") -> list[str]:
        """The words of the call."""
        keys = ["--keystore", str(self._ring.path(key)), "--password-file", str(self._ring.password_file)]
        return ["capture", *files, *keys, *self._service(api), "--json"]

    def export(self, output: Path, *words: str) -> list[str]:
        return ["epcis", "export", *self._service(None), "-o", str(output), *words, "--json"]

    def _service(self, api: str | None) -> list[str]:
        return ["--api", api or self._park.server.url, "--token-file", str(self._token)]


@pytest.fixture
def machine(park: Park, tmp_path: Path) -> Machine:
    return Machine(park, tmp_path)


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if not line.startswith('{"method"')]


def test_a_verdict_a_file_and_what_was_captured_comes_out_again(
    park: Park, machine: Machine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [
        machine.file("good.json", document(BOTTLE, CASE, LITRES)),
        machine.file("bad.json", document({"type": "ObjectEvent"})),
        machine.file("query.json", document() | {"type": "EPCISQueryDocument"}),
        machine.file("bomb.json", "[" * 100_000),
    ]
    capsys.readouterr()
    with working(park):
        assert FINDING == run(machine.capture(*files))
        first, *others = told(capsys)
        assert "ACCEPTED" == first["verdict"]
        assert ["ACCEPTED"] * 3 == [event["verdict"] for event in first["events"]]
        assert ["epcis_invalid", "epcis_not_a_capture", "document_too_deep"] == [each["code"] for each in others]
        assert OK == run(machine.capture(files[0]))
        (again,) = told(capsys)
        assert ("DUPLICATE", first["events"][0]["action_hash"]) == (
            again["verdict"],
            again["events"][0]["action_hash"],
        )
    out = tmp_path / "out.json"
    assert OK == run(machine.export(out))
    exported = json.loads(out.read_bytes())
    assert [] == complaints(exported)
    assert 3 == len(exported["epcisBody"]["eventList"])
    assert OK == run(machine.export(out, "--identifier", "https://id.gs1.org/01/14065432000014/21/1"))
    assert [BOTTLE["epcList"]] == [event["epcList"] for event in json.loads(out.read_bytes())["epcisBody"]["eventList"]]
    assert OK == run(machine.export(out, "--identifier", "urn:epc:class:lgtin:4065432.100002.A1"))
    assert [LITRES["quantityList"]] == [
        event["quantityList"] for event in json.loads(out.read_bytes())["epcisBody"]["eventList"]
    ]


def test_a_key_of_another_organisation_signs_nothing(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    file = machine.file("good.json", document(BOTTLE))
    assert FINDING == run(machine.capture(file, key="rival"))
    assert "key_not_of_organisation" in capsys.readouterr().err
    assert USAGE == run(machine.capture(file, api="nowhere"))
    assert USAGE == run(machine.capture(f"{file}.gone"))
    assert FINDING == run(machine.capture(file, api="http://127.0.0.1:1"))
    assert "service_unreachable" in capsys.readouterr().err


@pytest.fixture
def deaf(park: Park) -> Iterator[tuple[str, threading.Event]]:
    """An address that hands everything on to the service, and never brings the answer to a submission back."""
    submitted = threading.Event()
    ended = threading.Event()

    class Between(BaseHTTPRequestHandler):
        def _hand_on(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name: self.headers[name] for name in ("Authorization", "Content-Type")}
            content = self.rfile.read(length)
            answer = park.client.request(self.command, self.path, content=content, headers=headers)
            if self.path == "/v1/submissions":
                submitted.set()
                ended.wait()
                return
            self.send_response(answer.status_code)
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = _hand_on  # noqa: N815 (the names that http.server looks for)

        def log_message(self, *arguments: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Between)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", submitted
    ended.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_killed_between_submission_and_answer_it_is_called_again_and_nothing_is_recorded_twice(
    park: Park, machine: Machine, deaf: tuple[str, threading.Event], capsys: pytest.CaptureFixture[str]
) -> None:
    address, submitted = deaf
    file = machine.file("good.json", document(BOTTLE, CASE))
    with working(park):
        with subprocess.Popen([*SUYUAN, *machine.capture(file, api=address)], env=surrounding_variables()) as program:
            was_submitted = submitted.wait(60)
            program.kill()
        assert was_submitted
        capsys.readouterr()
        assert OK == run(machine.capture(file))
    (verdict,) = told(capsys)
    assert ["DUPLICATE", "DUPLICATE"] == [event["verdict"] for event in verdict["events"]]
    batches = park.get("supplier", "/v1/submissions").json()["submissions"]
    assert ["mirrored"] == [each["state"] for each in batches if each["action"] == "RecordLotEvent"]

"""A clerk's sheet of thousands of rows, from the file to the books, in a whole stack: `python -m tests.bench.sheet`.

No peer does this, so it stands beside `make bench`; docs/spreadsheets.md has the figures. The capture is a program of
its own, as at a member's; its time and its memory are told. Killed after `--kill-after` seconds, it is called
again; and once more at the end, when every row is a duplicate.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

from backend.db import open_engine
from backend.identity.actor import ALL_RIGHTS, Role
from backend.identity.commands import create_token
from backend.keyring import Keyring
from backend.member.client import Client
from backend.member.signer import Member, Place, admission
from backend.sandbox.service import SUYUAN
from backend.sandbox.stack import Stack
from backend.settings import surrounding_variables
from contracts.deployer import Deployment
from contracts.signatures import keccak
from tests.backend.capture.sheets.filled import HEADER, made, xlsx

_OPERATOR, _AUTHORITY, _SUPPLIER = 1, 2, 3
_LOOK_EACH_SECONDS: Final = 0.1
_KEY: Final = keccak(b"supplier of the sheet bench")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sheet", description=__doc__)
    parser.add_argument("--rows", type=int, default=3_000)
    parser.add_argument("--kill-after", type=float, help="seconds")
    arguments = parser.parse_args()
    with Stack() as stack, tempfile.TemporaryDirectory() as folder:
        _admit(stack)
        call = _call(stack, Path(folder), arguments.rows)
        if arguments.kill_after is not None:
            _run("killed", call, kill_after=arguments.kill_after)
        _run("captured", call)
        _run("again", call)
        with open_engine(stack.database_url, pool=1).connect() as connection:
            counted = connection.exec_driver_sql("SELECT count(*), count(DISTINCT hash) FROM books.epcis_event").one()
            batches = connection.exec_driver_sql("SELECT count(*) FROM service.submission").scalar()
    sys.stdout.write(
        f"{counted[0]} events in the books, {counted[1]} different; {batches} batches, admission and all\n"
    )
    return 0


def _row(number: int) -> list[object]:
    """A lot is made and shipped, another received and a part of it used up: four rows, six records."""
    moment = f"2025-03-{1 + number % 28:02} {number // 60 % 24:02}:{number % 60:02}"
    match number % 4:
        case 0:
            return made(date=moment, lot=f"L{number}")
        case 1:
            return made(date=moment, event="发货", lot=f"L{number - 1}")
        case 2:
            return made(date=moment, event="收货", gtin="", item=f"R-{number}", lot=f"S{number}", quantity=3)
    return made(date=moment, event="用完", gtin="", item=f"R-{number - 1}", lot=f"S{number - 1}", quantity=2)


def _admit(stack: Stack) -> None:
    deployment = Deployment.load(stack.deployment_path)
    place = Place(deployment.chain_id, {name: each.address for name, each in deployment.contracts.items()})
    operator = Member(_OPERATOR, stack.keys.key("operator"), place, b"bench")
    authority = Member(_AUTHORITY, stack.keys.key("authority"), place, b"bench")
    supplier = Member(_SUPPLIER, _KEY, place, b"bench")
    proposals, confirmations, enrolments = admission(operator, authority, {supplier: int(Role.SUPPLIER)})
    client = Client(stack.api_url, _token(stack, _OPERATOR))
    client.wait(client.submit(proposals, confirmations, *enrolments))


def _token(stack: Stack, organisation: int) -> str:
    engine = open_engine(stack.database_url, pool=1)
    with engine.begin() as connection:
        _, token = create_token(connection, organisation=organisation, rights=ALL_RIGHTS, label="bench", days=1)
    engine.dispose()
    return token


def _call(stack: Stack, folder: Path, rows: int) -> Sequence[str]:
    ring, sheet, mapping, token = (folder / name for name in ("keys", "sheet.xlsx", "mapping.json", "token"))
    keys = Keyring(ring)
    keys.ensure("supplier", _KEY)
    sheet.write_bytes(xlsx(HEADER, *(_row(number) for number in range(rows))))
    mapping.write_text('{"namespace": "https://id.acme.example"}', encoding="utf-8")
    token.write_text(_token(stack, _SUPPLIER), encoding="utf-8")
    service = ("--api", stack.api_url, "--token-file", str(token))
    signed = ("--keystore", str(keys.path("supplier")), "--password-file", str(keys.password_file))
    return (*SUYUAN, "capture", str(sheet), "--mapping", str(mapping), *service, *signed, "--json")


def _run(name: str, call: Sequence[str], *, kill_after: float | None = None) -> None:
    begun, peak = perf_counter(), 0
    with tempfile.TemporaryFile() as told:
        program = subprocess.Popen(call, env=surrounding_variables(), stdout=told)
        while program.poll() is None:
            # Asked for while it runs: what the system says afterwards counts the memory of whoever started it.
            peak = _peak_kilobytes(program.pid) or peak
            if kill_after is not None and perf_counter() - begun > kill_after:
                program.kill()
            time.sleep(_LOOK_EACH_SECONDS)
        took = perf_counter() - begun
        told.seek(0)
        verdicts = Counter(event["verdict"] for line in told for event in json.loads(line)["events"])
    said = f"{name}: {took:.1f} s, {peak / 1024:.0f} MB, exit {program.returncode}, {dict(verdicts)}\n"
    sys.stdout.write(said)
    sys.stdout.flush()


def _peak_kilobytes(pid: int) -> int | None:
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    except OSError:
        return None
    return None if found is None else int(found[1])


if __name__ == "__main__":
    sys.exit(main())

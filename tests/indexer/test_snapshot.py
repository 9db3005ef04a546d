"""A mirror that was restored from a file is the one that was exported; a file that lies is not restored."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from sqlalchemy import Engine, text, update

from backend.cli import run
from indexer import schema
from indexer.digest import digest
from indexer.errors import Halt, Retryable
from indexer.snapshot import export, restore
from indexer.source import Charter
from indexer.status import read_status
from tests.indexer.conftest import FINALITY_DEPTH, Mirror
from tests.indexer.history import History
from tests.indexer.test_crashes import Crash, crash_at


@pytest.fixture
def charter(history: History) -> Charter:
    return Charter.of(history.deployment)


@pytest.fixture
def taken(history: History, mirror: Mirror, charter: Charter, tmp_path: Path) -> Path:
    """A snapshot of a mirror that has gone on since."""
    history.pack(history.make(), [history.make()])
    history.split(history.make())
    history.anvil.ask("anvil_mine", hex(FINALITY_DEPTH))
    history.make()
    mirror.catch_up()
    export(mirror.engine, charter, tmp_path / "mirror.snapshot")
    return tmp_path / "mirror.snapshot"


def whole_digest(engine: Engine) -> tuple[int, bytes]:
    with engine.connect() as connection:
        status = read_status(connection)
        assert status is not None
        return status.block, digest(connection, 0, status.block).digest


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The same archive with other members; None leaves one out."""
    other = path.with_name("rewritten.snapshot")
    with ZipFile(path) as old, ZipFile(other, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return other


def with_header(path: Path, **changed: Any) -> Path:
    return rewritten(
        path, lambda name, held: json.dumps(json.loads(held) | changed).encode() if name == "header.json" else held
    )


@pytest.mark.usefixtures("settings")
def test_a_restored_mirror_is_what_was_exported_and_goes_on_from_there(
    history: History, mirror: Mirror, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    history.transform(history.split(history.make()))
    history.anvil.ask("anvil_mine", hex(FINALITY_DEPTH))
    mirror.catch_up()
    file = str(tmp_path / "mirror.snapshot")
    assert 0 == run(["index", "snapshot", "export", file, "--json"])
    said = json.loads(capfd.readouterr().out)
    assert history.height - FINALITY_DEPTH == said["block"]
    complete = whole_digest(mirror.engine)
    with mirror.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA mirror CASCADE"))
    assert 0 == run(["index", "snapshot", "restore", file, "--digest", said["digest"], "--json"])
    assert (said["block"], said["digest"]) == (
        whole_digest(mirror.engine)[0],
        f"0x{whole_digest(mirror.engine)[1].hex()}",
    )
    mirror.catch_up()
    assert complete == whole_digest(mirror.engine)
    assert mirror.verify().identical
    assert [file] == [str(path) for path in tmp_path.glob("mirror*")]


def test_what_is_no_snapshot_of_this_chain_is_refused_and_the_mirror_serves_on(
    history: History, mirror: Mirror, charter: Charter, taken: Path
) -> None:
    before = whole_digest(mirror.engine)
    short = taken.with_name("short.snapshot")
    short.write_bytes(taken.read_bytes()[:-100])
    flipped = bytearray(taken.read_bytes())
    flipped[flipped.index(b"holding.copy") + 60] ^= 1
    taken.with_name("flipped.snapshot").write_bytes(flipped)
    (taken.parent / "no").write_text("no archive")

    def without_holdings(name: str, held: bytes) -> bytes | None:
        return None if name == "holding.copy" else held

    def with_empty_holdings(name: str, held: bytes) -> bytes:
        return b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"\xff\xff" if name == "holding.copy" else held

    def with_garbage(name: str, held: bytes) -> bytes:
        return b"garbage" if name == "holding.copy" else held

    cases: list[tuple[Path | Callable[[], Path], str]] = [
        (taken.parent / "nowhere", "snapshot_unreadable"),
        (taken.parent / "no", "snapshot_unreadable"),
        (short, "snapshot_unreadable"),
        (taken.with_name("flipped.snapshot"), "snapshot_unreadable"),
        (lambda: rewritten(taken, without_holdings), "snapshot_unreadable"),
        (lambda: rewritten(taken, with_garbage), "snapshot_unreadable"),
        (lambda: rewritten(taken, with_empty_holdings), "snapshot_digest_differs"),
        (lambda: with_header(taken, format=2), "snapshot_unreadable"),
        (lambda: with_header(taken, hash="0xzz"), "snapshot_unreadable"),
        (lambda: with_header(taken, surprise=1), "snapshot_unreadable"),
        (lambda: with_header(taken, block="7"), "snapshot_unreadable"),
        (lambda: with_header(taken, digest="0x" + "11" * 50_000), "snapshot_unreadable"),
        (lambda: with_header(taken, chain_id=1), "snapshot_of_another_chain"),
        (lambda: with_header(taken, fingerprint="0x" + "11" * 32), "snapshot_of_another_release"),
        (lambda: with_header(taken, hash="0x" + "11" * 32), "snapshot_not_on_chain"),
        (lambda: with_header(taken, digest="0x" + "11" * 32), "snapshot_digest_differs"),
    ]
    for path, code in cases:
        with pytest.raises(Halt) as halt:
            restore(mirror.engine, mirror.source, charter, path if isinstance(path, Path) else path())
        assert code == halt.value.code, (path, halt.value)
        assert before == whole_digest(mirror.engine)
    with pytest.raises(Halt, match="snapshot_not_expected"):
        restore(mirror.engine, mirror.source, charter, taken, expected=bytes(32))
    with pytest.raises(Retryable, match="node_behind"):
        restore(mirror.engine, mirror.source, charter, with_header(taken, block=history.height + 1))


def test_a_crash_at_any_statement_of_a_restore_leaves_the_old_mirror_serving(
    history: History, mirror: Mirror, charter: Charter, taken: Path
) -> None:
    with mirror.engine.begin() as connection:
        # A mirror that somebody spoilt: whoever restores has a reason to.
        connection.execute(update(schema.holding).values(creator=666))
    spoilt = whole_digest(mirror.engine)
    for statement in (2, 80, 160, 220, 400):
        try:
            with crash_at(mirror.engine, statement):
                restore(mirror.engine, mirror.source, charter, taken)
        except Crash:
            assert spoilt == whole_digest(mirror.engine)
        else:
            break
    else:
        pytest.fail("a restore took more statements than this test crashes at")
    mirror.catch_up()
    assert mirror.verify().identical

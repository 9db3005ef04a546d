"""`suyuan secrets`: what it makes, for whom, and that it makes it once."""

from pathlib import Path

import pytest

from backend.cli import OK, run
from backend.keyring import Keyring
from backend.settings import DatabaseSettings, load


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    folders = [f"--{name}={tmp_path / name}" for name in ("into", "relayer", "founders", "details")]
    return ["secrets", *folders, "--database=db.example:5432/park", "--broker=broker.example:6379/0"]


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_every_secret_is_in_a_file_of_its_owner_alone(tmp_path: Path, arguments: list[str]) -> None:
    assert OK == run(arguments)
    assert {
        "into/broker_password",
        "into/database_password",
        "into/suyuan_broker_url",
        "into/suyuan_database_url",
        "into/valkey.conf",
        "relayer/relayer.json",
        "relayer/password",
        "details/1.json",
        "details/password",
        "founders/authority.json",
        "founders/deployer.json",
        "founders/operator.json",
        "founders/password",
    } == set(contents(tmp_path))
    assert {0o600} == {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()}
    assert {0o700} == {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}


def test_a_second_run_changes_nothing(tmp_path: Path, arguments: list[str]) -> None:
    run(arguments)
    before = contents(tmp_path)
    assert OK == run(arguments)
    assert before == contents(tmp_path)


def test_the_settings_find_the_addresses_in_the_folder(
    tmp_path: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(arguments)
    monkeypatch.delenv("SUYUAN_DATABASE_URL", raising=False)
    monkeypatch.setenv("SUYUAN_SECRETS_DIR", str(tmp_path / "into"))
    password = (tmp_path / "into/database_password").read_text()
    expected = f"postgresql://suyuan:{password}@db.example:5432/park"
    assert expected == load(DatabaseSettings).database_url.get_secret_value()
    monkeypatch.setenv("SUYUAN_DATABASE_URL", "postgresql://from-the@environment/park")
    assert "postgresql://from-the@environment/park" == load(DatabaseSettings).database_url.get_secret_value()


def test_the_keys_open_with_the_password_beside_them(tmp_path: Path, arguments: list[str]) -> None:
    run(arguments)
    founders = Keyring(tmp_path / "founders")
    assert 3 == len({founders.key(name) for name in ("deployer", "operator", "authority")})
    assert 32 == len(Keyring(tmp_path / "relayer").key("relayer"))

"""The settings: what they take, what they refuse, and what the refusal says."""

from pathlib import Path

import pytest

from backend.failures import UsageFailure
from backend.settings import (
    DatabaseSettings,
    MirrorSettings,
    Mode,
    SandboxSettings,
    Settings,
    load,
    surrounding_variables,
)

COMPLETE = {
    "SUYUAN_DATABASE_URL": "postgresql://app:long-and-random@db.example:5432/suyuan?sslmode=require",
    "SUYUAN_BROKER_URL": "amqp://app:long-and-random@broker.example//",
    "SUYUAN_RPC_URL": "http://127.0.0.1:8545",
    "SUYUAN_DEPLOYMENT": "/etc/suyuan/deployment.json",
    "SUYUAN_RELAYER_KEYSTORE": "/etc/suyuan/relayer.json",
    "SUYUAN_RELAYER_PASSWORD_FILE": "/etc/suyuan/relayer.password",
    "SUYUAN_DETAILS_RING": "/etc/suyuan/details",
}


@pytest.fixture(autouse=True)
def complete(monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole production environment, and nothing of the surroundings."""
    for name in ("SUYUAN_MODE", "SUYUAN_FINALITY_DEPTH", "SUYUAN_API_HOST", "SUYUAN_API_PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)


def test_a_complete_environment_gives_settings_with_the_written_defaults() -> None:
    settings = load(Settings)
    assert (Mode.PRODUCTION, 1, "127.0.0.1", 8000) == (
        settings.mode,
        settings.finality_depth,
        settings.api_host,
        settings.api_port,
    )
    assert "postgresql+psycopg://app:long-and-random@db.example:5432/suyuan?sslmode=require" == settings.sqlalchemy_url


def test_settings_cannot_be_changed() -> None:
    settings = load(Settings)
    with pytest.raises(ValueError, match="frozen"):
        settings.api_port = 9  # type: ignore[misc]  # the point of this test


def test_secrets_are_not_shown() -> None:
    assert "long-and-random" not in repr(load(Settings))


def test_every_missing_variable_is_named_at_once_with_the_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUYUAN_RPC_URL")
    monkeypatch.delenv("SUYUAN_BROKER_URL")
    with pytest.raises(UsageFailure) as refusal:
        load(Settings)
    assert "setting_missing" == refusal.value.code
    assert "SUYUAN_RPC_URL, SUYUAN_BROKER_URL not set" == refusal.value.message
    assert "suyuan sandbox" in refusal.value.next_step
    assert 2 == refusal.value.exit_status


def test_a_command_asks_only_for_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SUYUAN_BROKER_URL", "SUYUAN_RELAYER_KEYSTORE", "SUYUAN_RELAYER_PASSWORD_FILE"):
        monkeypatch.delenv(name)
    assert load(MirrorSettings).rpc_url == COMPLETE["SUYUAN_RPC_URL"]
    for name in ("SUYUAN_RPC_URL", "SUYUAN_DEPLOYMENT"):
        monkeypatch.delenv(name)
    assert load(DatabaseSettings).mode is Mode.PRODUCTION
    monkeypatch.delenv("SUYUAN_DATABASE_URL")
    assert load(SandboxSettings).database_url is None


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("SUYUAN_DATABASE_URL", "mysql://app:topsecret@db/suyuan", "must begin with postgresql://"),
        ("SUYUAN_DATABASE_URL", "postgresql+psycopg://app:topsecret@db/suyuan", "must begin with postgresql://"),
        ("SUYUAN_BROKER_URL", "memory://topsecret", "must begin with redis://"),
        ("SUYUAN_RPC_URL", "ws://topsecret", "must begin with http://"),
        ("SUYUAN_FINALITY_DEPTH", "-1", "greater than or equal to 0"),
        ("SUYUAN_API_PORT", "topsecret", "valid integer"),
        ("SUYUAN_MODE", "development", "'production' or 'demo'"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name_and_never_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, complaint: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageFailure) as refusal:
        load(Settings)
    assert "setting_invalid" == refusal.value.code
    assert refusal.value.message.startswith(name)
    assert complaint in refusal.value.message
    assert "topsecret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SUYUAN_DATABASE_URL", "postgresql://postgres:postgres@db/suyuan"),
        ("SUYUAN_DATABASE_URL", "postgresql://suyuan:@db/suyuan"),
        ("SUYUAN_BROKER_URL", "amqp://guest:guest@broker//"),
        ("SUYUAN_BROKER_URL", "redis://:change%6De@broker/0"),
    ],
)
def test_a_default_password_is_refused_in_production_and_allowed_in_a_demo(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageFailure, match=rf"{name} holds a default password, which SUYUAN_MODE=demo alone allows"):
        load(Settings)
    monkeypatch.setenv("SUYUAN_MODE", "demo")
    assert load(Settings).mode is Mode.DEMO


def test_an_address_without_a_password_is_no_default_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUYUAN_DATABASE_URL", "postgresql://app@/suyuan?host=/run/postgresql")
    load(Settings)


def test_the_relayers_password_comes_from_its_file_without_the_last_newline(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text("long and random\n")
    file.chmod(0o600)
    monkeypatch.setenv("SUYUAN_RELAYER_PASSWORD_FILE", str(file))
    assert "long and random" == load(Settings).relayer_password().get_secret_value()


@pytest.mark.parametrize(
    ("text", "rights", "code"),
    [(None, 0, "password_file_unreadable"), ("good", 0o644, "password_file_open"), ("secret", 0o600, "default_secret")],
)
def test_a_password_file_that_is_missing_open_or_default_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str | None, rights: int, code: str
) -> None:
    file = tmp_path / "password"
    if text is not None:
        file.write_text(text)
        file.chmod(rights)
    monkeypatch.setenv("SUYUAN_RELAYER_PASSWORD_FILE", str(file))
    with pytest.raises(UsageFailure) as refusal:
        load(Settings).relayer_password()
    assert code == refusal.value.code


def test_a_process_of_ours_inherits_everything_but_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    surroundings = surrounding_variables()
    assert "zh_CN.UTF-8" == surroundings["LANG"]
    assert [] == [name for name in surroundings if name.startswith("SUYUAN_")]

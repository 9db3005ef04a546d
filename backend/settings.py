"""The settings: the one place that reads environment variables, all of them prefixed `SUYUAN_`.

A setting may stand in a file instead: where SUYUAN_SECRETS_DIR names a folder, `suyuan_database_url` in it is read as
SUYUAN_DATABASE_URL would be. The environment wins. This is how containers get addresses that hold passwords.

    Surroundings                nothing required
    ├── SandboxSettings         nothing required; SUYUAN_DATABASE_URL may be there
    ├── ChainSettings           SUYUAN_RPC_URL, SUYUAN_DEPLOYMENT
    └── DatabaseSettings        SUYUAN_DATABASE_URL
        └── MirrorSettings      both of these
    ├── BrokerSettings          SUYUAN_BROKER_URL
    ├── RelayerSettings         SUYUAN_RELAYER_KEYSTORE, SUYUAN_RELAYER_PASSWORD_FILE
    └── RingSettings            SUYUAN_DETAILS_RING
        └── Settings            all of these

A command loads the smallest class that has what it needs, so that an indexer's container, for example, never sees the
relayer's key. They are frozen, and passed on as arguments.
"""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self, TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from backend.failures import UsageFailure

PREFIX = "SUYUAN_"

# Passwords that images, tutorials and brokers ship with.
_DEFAULT_SECRETS = frozenset({"", "admin", "changeme", "guest", "password", "postgres", "secret", "suyuan", "test"})


class Mode(StrEnum):
    PRODUCTION = "production"
    DEMO = "demo"


def _postgresql(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith("postgresql://"):
        raise ValueError("must begin with postgresql://")
    return url


def _broker(url: SecretStr) -> SecretStr:
    if urlsplit(url.get_secret_value()).scheme not in {"redis", "rediss", "amqp", "amqps"}:
        raise ValueError("must begin with redis://, rediss://, amqp:// or amqps://")
    return url


def _http(url: str) -> str:
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ValueError("must begin with http:// or https://")
    return url


class Surroundings(BaseSettings):
    """What every command may look at; nothing here is required."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, hide_input_in_errors=True, extra="ignore")

    mode: Mode = Mode.PRODUCTION

    @model_validator(mode="after")
    def _refuses_default_secrets(self) -> Self:
        if self.mode is Mode.PRODUCTION:
            for name in type(self).model_fields:
                value = getattr(self, name)
                if isinstance(value, SecretStr) and _password_of(value) in _DEFAULT_SECRETS:
                    raise ValueError(
                        f"{PREFIX}{name.upper()} holds a default password, which {PREFIX}MODE=demo alone allows"
                    )
        return self

    def _password_in(self, path: Path, variable: str) -> SecretStr:
        try:
            open_to_others = path.stat().st_mode & 0o077
            password = path.read_text(encoding="utf-8").rstrip("\n")
        except OSError as error:
            raise UsageFailure(
                "password_file_unreadable",
                f"{path}: {error.strerror}",
                f"point {variable} at the file with the password",
            ) from error
        if self.mode is Mode.PRODUCTION and open_to_others:
            raise UsageFailure("password_file_open", f"others may read {path}", f"run `chmod 600 {path}`")
        if self.mode is Mode.PRODUCTION and password in _DEFAULT_SECRETS:
            raise UsageFailure(
                "default_secret", f"{path} holds a default password", "encrypt the keystore with one of your own"
            )
        return SecretStr(password)


class SandboxSettings(Surroundings):
    """For a sandbox: a PostgreSQL server to put its database on, instead of one of its own."""

    mode: Mode = Mode.DEMO
    database_url: Annotated[SecretStr, AfterValidator(_postgresql)] | None = None


class DatabaseSettings(Surroundings):
    """For commands that need the database alone."""

    database_url: Annotated[SecretStr, AfterValidator(_postgresql)]
    """`postgresql://user:password@host:port/name`, without a driver."""

    @property
    def sqlalchemy_url(self) -> str:
        """The database's address with our driver, psycopg 3, named in it. It holds the password."""
        return self.database_url.get_secret_value().replace("postgresql://", "postgresql+psycopg://", 1)


class ChainSettings(Surroundings):
    """For commands that need the chain alone."""

    rpc_url: Annotated[str, AfterValidator(_http)]
    deployment: Path
    """Where our contracts are: the record that `suyuan chain deploy` writes."""


class MirrorSettings(DatabaseSettings, ChainSettings):
    """For the indexer."""

    finality_depth: int = Field(default=1, ge=0)
    """Blocks after which a block counts as final: 1 on QBFT, 12 on Clique."""
    metrics_host: str = "127.0.0.1"
    """Where `--metrics-port` listens. What it tells is the operator's alone."""


class BrokerSettings(Surroundings):
    """For what needs the broker alone."""

    broker_url: Annotated[SecretStr, AfterValidator(_broker)]


class RelayerSettings(Surroundings):
    """For what needs the account that pays."""

    relayer_keystore: Path
    """Web3 Secret Storage (JSON) of the account that pays for transactions; it has no rights in the contracts."""
    relayer_password_file: Path
    """Holds the keystore's password and nothing else; readable by its owner alone."""

    def relayer_password(self) -> SecretStr:
        """The keystore's password.

        Raises:
            UsageFailure: `password_file_unreadable`, `password_file_open` (others may read it), `default_secret`.
        """
        return self._password_in(self.relayer_password_file, f"{PREFIX}RELAYER_PASSWORD_FILE")


class RingSettings(Surroundings):
    """For what opens details."""

    details_ring: Path
    """Folder of the keys that details are sealed by: `1.json`, `2.json`, ... (Web3 Secret Storage), and `password`."""

    def details_password(self) -> SecretStr:
        """The password of the keystores of the ring. Raises as `relayer_password` of RelayerSettings does."""
        return self._password_in(self.details_ring / "password", f"{PREFIX}DETAILS_RING")


class Settings(RingSettings, RelayerSettings, BrokerSettings, MirrorSettings):
    """For the API and the worker: everything."""

    api_host: str = "127.0.0.1"
    api_port: int = Field(default=8000, ge=1, le=65535)


_Loaded = TypeVar("_Loaded", bound=Surroundings)


def load(kind: type[_Loaded]) -> _Loaded:
    """Read `kind` from the environment.

    Raises:
        UsageFailure: `setting_missing` or `setting_invalid`, naming every variable concerned and never its value.
    """
    try:
        return kind(_secrets_dir=_secrets_folder())
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        missing = [_variable(problem["loc"]) for problem in problems if problem["type"] == "missing"]
        if missing:
            raise UsageFailure(
                "setting_missing",
                f"{', '.join(missing)} not set",
                "set it in the environment, or run the command inside `suyuan sandbox -- ...`",
            ) from None
        details = "; ".join(
            f"{_variable(problem['loc'])} {problem['msg'].removeprefix('Value error, ')}".strip()
            for problem in problems
        )
        raise UsageFailure("setting_invalid", details, "correct the environment variable") from None


def surrounding_variables() -> dict[str, str]:
    """What a process we start gets of our own environment: everything but the settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


def _secrets_folder() -> Path | None:
    name = os.environ.get(f"{PREFIX}SECRETS_DIR")
    if name is None:
        return None
    folder = Path(name)
    if not folder.is_dir():
        raise UsageFailure(
            "secrets_dir_missing", f"{PREFIX}SECRETS_DIR: {folder} is no folder", "mount it, or unset it"
        )
    return folder


def _variable(location: tuple[int | str, ...]) -> str:
    return f"{PREFIX}{str(location[0]).upper()}" if location else ""


def _password_of(secret: SecretStr) -> str | None:
    """The password inside an address; None where there is none, as with peer authentication."""
    password = urlsplit(secret.get_secret_value()).password
    return None if password is None else unquote(password)

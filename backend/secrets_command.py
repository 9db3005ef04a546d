"""`suyuan secrets`: make the secrets of an installation, once, each in a file of its owner alone."""

import secrets as randomness
from pathlib import Path
from typing import Annotated

import typer

from backend.keyring import Keyring, write_secret


def secrets(
    *,
    into: Annotated[Path, typer.Option(help="Folder for the passwords of database and broker.")],
    relayer: Annotated[Path, typer.Option(help="Folder for the relayer's key: the account that pays.")],
    details: Annotated[Path, typer.Option(help="Folder for the ring of keys that details are sealed by.")],
    founders: Annotated[Path, typer.Option(help="Folder for the first keys of operator and authority.")],
    database: Annotated[str, typer.Option(help="HOST:PORT/NAME of the database.")] = "postgres:5432/suyuan",
    broker: Annotated[str, typer.Option(help="HOST:PORT/NUMBER of the broker.")] = "valkey:6379/0",
    as_json: Annotated[bool, typer.Option("--json", help="Say errors as JSON.")] = False,  # noqa: ARG001 (backend.cli reads it)
) -> None:
    """Make random passwords and keys; files that are there already stay as they are, so this is safe to repeat.

    For a trial installation. In a park the operator and the authority make their own keys, each on its own machine,
    and give us nothing but the addresses.
    """
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_secret(into / "database_password", randomness.token_urlsafe(24))
    write_secret(into / "broker_password", randomness.token_urlsafe(24))
    database_password = (into / "database_password").read_text(encoding="ascii")
    broker_password = (into / "broker_password").read_text(encoding="ascii")
    write_secret(into / "suyuan_database_url", f"postgresql://suyuan:{database_password}@{database}")
    write_secret(into / "suyuan_broker_url", f"redis://:{broker_password}@{broker}")
    write_secret(into / "valkey.conf", f"requirepass {broker_password}\nappendonly no\n")
    Keyring(relayer).ensure("relayer")
    Keyring(details).ensure("1")
    for name in ("deployer", "operator", "authority"):
        Keyring(founders).ensure(name)

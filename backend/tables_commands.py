"""`suyuan db` and `token`: the service's own tables, and the tokens in them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from backend.db import open_engine
from backend.failures import UsageFailure
from backend.identity.actor import ALL_RIGHTS, Right
from backend.identity.commands import create_token, revoke_token
from backend.settings import DatabaseSettings, load

_JSON = typer.Option("--json", help="Answer as JSON.")

db = typer.Typer()
token = typer.Typer()


@db.callback()
def _db() -> None:
    """The service's own tables."""


@db.command()
def migrate(
    as_json: Annotated[bool, _JSON] = False,  # noqa: FBT002 (a Typer flag)
) -> None:
    """Bring the schema `service` to this release. Safe to repeat."""
    settings = load(DatabaseSettings)
    migrate_database(settings.database_url.get_secret_value())
    typer.echo(json.dumps({"migrated": True}) if as_json else "The schema `service` is up to date.")


def migrate_database(database_url: str) -> None:
    """Run every migration the database does not have yet."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    engine = config.attributes["engine"] = open_engine(database_url, pool=1)
    try:
        command.upgrade(config, "head")
    finally:
        engine.dispose()


@token.callback()
def _token() -> None:
    """API tokens of machines and people."""


@token.command("create")
def create(
    *,
    organisation: Annotated[int, typer.Option(help="The organisation's number on the chain.")],
    label: Annotated[str, typer.Option(help="What the token is for.")] = "made by hand",
    rights: Annotated[str, typer.Option(help="all, or names with commas: stock,receive.")] = "all",
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it lives.")] = 30,
    person: Annotated[str | None, typer.Option(help="Who of the organisation holds it; none for a machine.")] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Make an API token and print it, once; only its hash is kept."""
    with _database() as connection:
        number, made = create_token(
            connection, organisation=organisation, rights=_rights(rights), label=label, days=days, person=person
        )
    typer.echo(json.dumps({"number": number, "token": made, "organisation": organisation}) if as_json else made)


@token.command("revoke")
def revoke(
    number: Annotated[int, typer.Argument(help="The token's number in service.api_token.")],
    as_json: Annotated[bool, _JSON] = False,  # noqa: FBT002 (a Typer flag)
) -> None:
    """Make a token useless at once."""
    with _database() as connection:
        revoked = revoke_token(connection, number=number)
    if not revoked:
        raise UsageFailure("token_unknown", f"there is no valid token {number}", "look it up in service.api_token")
    typer.echo(json.dumps({"revoked": number}) if as_json else f"Token {number} is revoked.")


@contextmanager
def _database() -> Iterator[Connection]:
    """One transaction on the service's database."""
    engine = open_engine(load(DatabaseSettings).database_url.get_secret_value(), pool=1)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _rights(text: str) -> Right:
    if text == "all":
        return ALL_RIGHTS
    try:
        return Right(sum(Right[name.strip().upper()] for name in text.split(",")))
    except KeyError as error:
        known = ", ".join(right.name.lower() for right in Right if right.name)
        raise UsageFailure("right_unknown", f"there is no right {error}", f"choose from {known}") from None

"""`suyuan chain`: put the contracts on a chain, once, and write down where they are."""

import json
from pathlib import Path
from typing import Annotated

import typer
from contracts.deployer import Founders, deploy
from eth_account import Account

from backend.failures import Failure, UsageFailure
from backend.settings import ChainSettings, load

app = typer.Typer()


@app.callback()
def chain() -> None:
    """Put the contracts on a chain."""


@app.command("deploy")
def deploy_contracts(
    keystore: Annotated[Path, typer.Option(help="Web3 Secret Storage of the account that pays for the deployment.")],
    password_file: Annotated[Path, typer.Option(help="File with the keystore's password.")],
    operator: Annotated[str, typer.Option(help="Address of the operator's first key.")],
    authority: Annotated[str, typer.Option(help="Address of the authority's first key.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the record as JSON.")] = False,  # noqa: FBT002 (a Typer flag)
) -> None:
    """Deploy what is not there yet on SUYUAN_RPC_URL, and write the record to SUYUAN_DEPLOYMENT.

    Safe to repeat: contracts that the chain has already are found, not deployed again.
    """
    settings = load(ChainSettings)
    key = _unlock(keystore, password_file)
    deployment = deploy(settings.rpc_url, key, Founders(operator=operator, authority=authority))
    deployment.save(settings.deployment)
    typer.echo(settings.deployment.read_text(encoding="utf-8") if as_json else f"recorded in {settings.deployment}")


def _unlock(keystore: Path, password_file: Path) -> bytes:
    try:
        encrypted = json.loads(keystore.read_text(encoding="utf-8"))
        password = password_file.read_text(encoding="utf-8").rstrip("\n")
    except OSError as error:
        raise UsageFailure("keystore_unreadable", f"{error.filename}: {error.strerror}", "check the path") from error
    try:
        return bytes(Account.decrypt(encrypted, password))
    except ValueError as error:
        raise Failure("keystore_locked", f"{keystore}: {error}", f"check the password in {password_file}") from error

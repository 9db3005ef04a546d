"""`suyuan chain`: put the contracts on a chain, once, and write down where they are."""

from pathlib import Path
from typing import Annotated

import typer
from eth_utils.address import is_address, to_checksum_address

from backend.failures import Failure, UsageFailure
from backend.keyring import address_in, unlock
from backend.settings import ChainSettings, load
from contracts.deployer import Deployment, Founders, deploy

app = typer.Typer()


@app.callback()
def chain() -> None:
    """Put the contracts on a chain."""


@app.command("deploy")
def deploy_contracts(
    *,
    keystore: Annotated[Path, typer.Option(help="Web3 Secret Storage of the account that pays for the deployment.")],
    password_file: Annotated[Path, typer.Option(help="File with the keystore's password.")],
    operator: Annotated[str, typer.Option(help="Address of the operator's first key, or a keystore that holds it.")],
    authority: Annotated[str, typer.Option(help="Address of the authority's first key, or a keystore that holds it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the record as JSON.")] = False,
) -> None:
    """Deploy what is not there yet on SUYUAN_RPC_URL, and write the record to SUYUAN_DEPLOYMENT.

    Safe to repeat: contracts that the chain has already are found, not deployed again.
    """
    settings = load(ChainSettings)
    founders = Founders(operator=_address(operator), authority=_address(authority))
    deployment = deploy(settings.rpc_url, unlock(keystore, _password(password_file)), founders)
    if settings.deployment.exists() and Deployment.load(settings.deployment).genesis_hash != deployment.genesis_hash:
        raise Failure(
            "deployment_of_another_chain",
            f"{settings.deployment} records contracts on another chain than the one at SUYUAN_RPC_URL",
            "point SUYUAN_DEPLOYMENT at a file of its own for each chain",
        )
    deployment.save(settings.deployment)
    typer.echo(settings.deployment.read_text(encoding="utf-8") if as_json else f"recorded in {settings.deployment}")


def _address(given: str) -> str:
    """The checksummed address that `given` is, or that the keystore at `given` names."""
    return to_checksum_address(given) if is_address(given) else address_in(Path(given))


def _password(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").rstrip("\n")
    except OSError as error:
        raise UsageFailure("password_file_unreadable", f"{file}: {error.strerror}", "check the path") from error

"""`suyuan checkpoint`: a witness vouches for a block of its own node; members hold what was signed against theirs."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from backend.db import open_engine
from backend.evidence.command import Api, As, AsJson, TokenFile
from backend.evidence.givers import giver
from backend.evidence.schemas import CheckpointIn
from backend.evidence.witnessing import NO_MIRROR, Chain, checkpoint_over, differences, read_checkpoint
from backend.failures import Failure, UsageFailure
from backend.keyring import address_in, unlock
from backend.settings import ChainSettings, DatabaseSettings, load
from contracts.signatures import sign as sign_digest
from indexer.digest import digest
from indexer.proofs import ProvingNode
from indexer.status import read_status

app = typer.Typer()

Rpc = Annotated[str | None, typer.Option(help="Address of your own node; SUYUAN_RPC_URL if left out.")]
WithMirror = Annotated[
    bool, typer.Option("--mirror", help="With the digest of your own mirror, at SUYUAN_DATABASE_URL.")
]


@app.callback()
def _checkpoint() -> None:
    """Vouch for blocks, spread what witnesses signed, and see whether your own node agrees."""


@app.command("sign")
def sign(
    *,
    keystore: Annotated[Path, typer.Option(help="The witness's key: Web3 Secret Storage.")],
    password_file: Annotated[Path, typer.Option(help="A file with the keystore's password.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    rpc: Rpc = None,
    block: Annotated[
        int | None,
        typer.Option(min=0, help="The block; left out, the newest but one, or what your mirror has as final."),
    ] = None,
    with_mirror: WithMirror = False,
    as_json: AsJson = False,
) -> None:
    """Sign the hash of a block of your own node, which is held against its header first."""
    key = unlock(keystore, _password(password_file))
    node = _node(rpc)
    with _mirror() if with_mirror else _no_mirror() as mirror:
        number = block if block is not None else mirror.final if mirror.final is not None else node.head().number - 1
        found = mirror.digest_at(max(0, number))
    if with_mirror and found is None:
        raise Failure("range_not_mirrored", f"your mirror does not have block {number} as final", "sign an earlier one")
    signers = {address_in(keystore): lambda asked: sign_digest(asked, key)}
    content = checkpoint_over(node, max(0, number), found or NO_MIRROR, signers)
    try:
        output.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageFailure("file_unwritable", f"{output}: {error.strerror}", "check the path") from error
    if as_json:
        typer.echo(json.dumps(content))
    else:
        typer.echo(f"{output}: {address_in(keystore)} vouches for block {content['number']}, {content['hash']}")


@app.command("publish")
def publish(
    *,
    paths: Annotated[list[Path], typer.Argument(help="Files that `sign` wrote, of any witness.")],
    api: Api = None,
    token_file: TokenFile = None,
    organisation: As = None,
    as_json: AsJson = False,
) -> None:
    """Bring signed checkpoints to the service, from where every member gets them. Safe to repeat."""
    given = [(path, read_checkpoint(path)) for path in paths]
    with giver(api, token_file, organisation) as service:
        for path, checkpoint in given:
            new = service.publish(checkpoint)
            told = {"file": str(path), "number": checkpoint.number, "new": new}
            typer.echo(
                json.dumps(told, ensure_ascii=False)
                if as_json
                else f"{path}: block {checkpoint.number}, {new} new signatures"
            )


@app.command("check")
def check(
    *,
    paths: Annotated[list[Path] | None, typer.Argument(help="Files; those the service holds if left out.")] = None,
    rpc: Rpc = None,
    with_mirror: WithMirror = False,
    api: Api = None,
    token_file: TokenFile = None,
    organisation: As = None,
    as_json: AsJson = False,
) -> None:
    """Hold every known checkpoint against your own node; 1, naming the earliest that differs, if one does."""
    node = _node(rpc)
    known = [(str(path), read_checkpoint(path)) for path in paths or ()]
    if not paths or api is not None:
        with giver(api, token_file, organisation) as service:
            known += [("service", CheckpointIn.model_validate(each)) for each in service.checkpoints()]
    chain = Chain.of(node)
    known.sort(key=lambda each: each[1].number)
    with _mirror() if with_mirror else _no_mirror() as mirror:
        findings = [
            {"number": checkpoint.number, "from": origin, "difference": difference}
            for origin, checkpoint in known
            for difference in differences(checkpoint, chain, node, mirror.digest_at)
        ]
    if as_json:
        typer.echo(json.dumps({"checkpoints": len(known), "differences": findings}, ensure_ascii=False))
    else:
        typer.echo(f"{len(known)} checkpoints, {len(findings)} differences")
        for finding in findings[:1]:
            typer.echo(f"block {finding['number']} ({finding['from']}): {finding['difference']}")
    if findings:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Mirror:
    """One's own mirror, if it is asked for: the highest final block, and its digest up to one."""

    final: int | None
    digest_at: Callable[[int], bytes | None]


@contextmanager
def _no_mirror() -> Iterator[_Mirror]:
    yield _Mirror(None, lambda _: None)


@contextmanager
def _mirror() -> Iterator[_Mirror]:
    engine = open_engine(load(DatabaseSettings).database_url.get_secret_value(), pool=1)
    try:
        with engine.connect() as connection:
            snapshot = connection.execution_options(isolation_level="REPEATABLE READ")
            status = read_status(snapshot)
            if status is None:
                raise Failure("mirror_missing", "there is no mirror to digest", "run `suyuan index run`")
            final = status.finalised
            yield _Mirror(final, lambda number: digest(snapshot, 0, number).digest if number <= final else None)
    finally:
        engine.dispose()


def _node(rpc: str | None) -> ProvingNode:
    return ProvingNode(load(ChainSettings).rpc_url if rpc is None else rpc)


def _password(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageFailure("file_unreadable", f"{path}: {error}", "check the path, and who may read it") from error

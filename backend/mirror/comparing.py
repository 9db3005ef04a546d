"""`suyuan index digest` and `compare`: hold two mirrors against each other that do not share their databases."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from backend.failures import UsageFailure
from backend.member.credentials import client_of
from backend.mirror.ground import Ground, ground
from backend.mirror.peers import FilePeer, ServicePeer
from backend.mirror.schemas import DigestsOut, RangeOut, RowOut
from backend.mirror.telling import FINDING, AsJson, answer, row_named
from indexer.compare import Comparison, Parting
from indexer.compare import compare as compare_mirrors
from indexer.digest import Digest, ranges, rows_of
from indexer.digest import digest as digest_of


def digest(
    *,
    first: Annotated[int, typer.Option("--from", min=0, help="First block.")] = 0,
    last: Annotated[
        int | None, typer.Option("--to", min=0, help="Last block; the highest final one if left out.")
    ] = None,
    every: Annotated[
        int | None, typer.Option(min=1, help="In ranges of so many blocks, for `suyuan index compare` elsewhere.")
    ] = None,
    rows: Annotated[bool, typer.Option("--rows", help="Of every row too; for a block or a few.")] = False,
    as_json: AsJson = False,
) -> None:
    """Digest what the mirror holds of some blocks, to compare with somebody else's mirror of the same chain."""
    with ground() as at, at.mirror() as (connection, found):
        last = found.finalised if last is None else last
        if every is None and not rows:
            _say(digest_of(connection, first, last), as_json=as_json)
            return
        runs = ranges(first, last, every or max(1, last + 1 - first))
        told = _about(at, found.fingerprint, found.finalised)
        told.ranges = [RangeOut.told(digest_of(connection, *run)) for run in runs]
        if rows:
            told.rows = [RowOut.told(row) for row in rows_of(connection, first, last)]
    if as_json:
        typer.echo(told.model_dump_json(exclude_none=True))
        return
    for each in told.ranges:
        state = "final" if each.final else "not final"
        typer.echo(f"{each.first}-{each.last}  {state}  0x{each.digest.hex()}")
    for row in told.rows or ():
        typer.echo(f"{row_named(row.table, row.key)}  0x{row.digest.hex()}")


def compare(
    *,
    other: Annotated[
        str,
        typer.Option(
            "--with", help="Digests of the other mirror (a file), or the address of its service.", metavar="FILE|URL"
        ),
    ],
    token_file: Annotated[
        Path | None, typer.Option(help="With a URL: a file with an API token of that service.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find the first place where this mirror and another of the same chain part. Ends with 1 if they do.

    The other party writes `suyuan index digest --every 1000 --json > FILE`, or its service is asked; neither sees the
    other's rows. Compared is what is final in both.
    """
    peer = _peer(other, token_file)
    with ground() as at, at.mirror() as (connection, found):
        _check_comparable(_about(at, found.fingerprint, found.finalised), peer.about)
        result = compare_mirrors(connection, peer, min(found.finalised, peer.about.finalised))
    if result.last is None:
        raise UsageFailure(
            "nothing_to_compare",
            f"no range of it is final and mirrored here up to block {found.finalised}",
            "let the mirror catch up, or ask for earlier blocks",
        )
    answer(_fields(result, as_json=as_json), as_json=as_json)
    if result.parting is not None:
        raise typer.Exit(FINDING)


def _say(found: Digest, *, as_json: bool) -> None:
    """One digest, as people compare it by eye."""
    if as_json:
        answer(asdict(found), as_json=True)
    else:
        answer({"from": found.first, "to": found.last, "final": found.final, "digest": found.digest}, as_json=False)


def _peer(other: str, token_file: Path | None) -> FilePeer | ServicePeer:
    if not other.startswith(("http://", "https://")):
        return FilePeer(Path(other))
    if token_file is None:
        raise UsageFailure(
            "token_file_missing", "a service tells its members only", "give --token-file, with a token of that service"
        )
    return ServicePeer(client_of(other, token_file))


def _about(at: Ground, fingerprint: bytes, finalised: int) -> DigestsOut:
    return DigestsOut(
        chain_id=at.deployment.chain_id,
        genesis_hash=bytes.fromhex(at.deployment.genesis_hash[2:]),
        fingerprint=fingerprint,
        finalised=finalised,
        ranges=[],
    )


def _check_comparable(ours: DigestsOut, theirs: DigestsOut) -> None:
    if (ours.chain_id, ours.genesis_hash) != (theirs.chain_id, theirs.genesis_hash):
        raise UsageFailure(
            "mirrors_of_two_chains",
            f"this mirror is of chain {ours.chain_id} from 0x{ours.genesis_hash.hex()},"
            f" the other of chain {theirs.chain_id} from 0x{theirs.genesis_hash.hex()}",
            "compare mirrors of one chain",
        )
    if ours.fingerprint != theirs.fingerprint:
        raise UsageFailure(
            "mirrors_of_two_releases",
            f"this mirror is of fingerprint 0x{ours.fingerprint.hex()}, the other of 0x{theirs.fingerprint.hex()}",
            "run the same release over the same deployment on both sides, `suyuan index rebuild` where it is new",
        )


def _fields(result: Comparison, *, as_json: bool) -> dict[str, Any]:
    parting = result.parting
    fields: dict[str, Any] = {
        "compare": "same" if parting is None else "different",
        "ranges": result.ranges,
        "last": result.last,
    }
    if parting is None:
        return fields
    row = parting.row
    fields |= {
        "from": parting.first,
        "to": parting.last,
        "tables": parting.tables if as_json else ", ".join(parting.tables) or None,
    }
    if as_json:
        fields["row"] = None if row is None else {"table": row.table, "key": row.key, "how": row.how}
    elif row is not None:
        fields["row"] = f"{row_named(row.table, row.key) if row.table else 'one'}: {row.how}"
    return fields | {"next_step": _next_step(parting)}


def _next_step(parting: Parting) -> str:
    span = f"--from {parting.first} --to {parting.last}"
    if parting.row is not None:
        return "run `suyuan index verify` on both sides: it says whose mirror is not what the chain says"
    if parting.first == parting.last:
        return f"ask the other party for `suyuan index digest {span} --rows --json`, and compare with that"
    every = max(1, (parting.last + 1 - parting.first) // 100)
    return f"ask the other party for `suyuan index digest {span} --every {every} --json`, and compare with that"

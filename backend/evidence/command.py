"""`suyuan evidence` and `suyuan trace`: files that prove records without us, and what there is to prove."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from backend.evidence.exporting import LATEST, Asked
from backend.evidence.givers import giver
from backend.failures import UsageFailure
from verifier.evidence import read

app = typer.Typer()

Api = Annotated[str | None, typer.Option(help="Address of the service; the one of the settings if left out.")]
TokenFile = Annotated[Path | None, typer.Option(help="With --api: a file with an API token of your organisation.")]
As = Annotated[
    int | None, typer.Option("--as", help="Without --api: in whose name, by number; the operator's if left out.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be said of a file that was written."""

    file: str
    bytes: int
    subjects: int
    records: int
    depth: int
    witnesses: int
    trust: str | None


@app.callback()
def _evidence() -> None:
    """Files that prove records without us: `suyuan-verify FILE --trust TRUST.json` asks no service and no chain."""


@app.command("export")
def export(
    *,
    subject: Annotated[
        str, typer.Argument(metavar="ID", help="A lot, holding or order: 0x..., or a lot's identifier.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    depth: Annotated[int, typer.Option(min=0, max=1_000, help="Levels of what it was made from.")] = 0,
    fields: Annotated[
        list[str] | None, typer.Option("--fields", help="A field of details to show; may be given several times.")
    ] = None,
    more_fields: Annotated[list[str] | None, typer.Argument(metavar="[PATH]...", help="More fields to show.")] = None,
    at: Annotated[
        str | None, typer.Option(help="A block, or `latest`; the newest block that witnesses vouch for if left out.")
    ] = None,
    trust_out: Annotated[
        Path | None,
        typer.Option(help="Write the service's trust file, too. Give it on with care: see docs/evidence.md."),
    ] = None,
    api: Api = None,
    token_file: TokenFile = None,
    organisation: As = None,
    as_json: AsJson = False,
) -> None:
    """Write the evidence of a lot's holdings, a holding or an order.

    It shows whole trails, and every clear field of what was signed, to whoever gets the file; of the details it shows
    the fields you name, and no others.
    """
    asked = Asked(subject, depth, (*(fields or ()), *(more_fields or ())), _block(at))
    with giver(api, token_file, organisation) as source:
        content = source.evidence(asked)
        trust = None if trust_out is None else json.dumps(source.trust(), indent=1, ensure_ascii=False) + "\n"
    write_file(output, content)
    if trust_out is not None and trust is not None:
        write_file(trust_out, trust.encode())
    evidence = read(content)
    told = Told(
        file=str(output),
        bytes=len(content),
        subjects=len(evidence.subjects),
        records=len(evidence.actions),
        depth=evidence.depth,
        witnesses=0 if evidence.checkpoint is None else len(evidence.checkpoint.signatures),
        trust=None if trust_out is None else str(trust_out),
    )
    if as_json:
        typer.echo(json.dumps(asdict(told), ensure_ascii=False))
    else:
        typer.echo(
            f"{told.file}: {told.records} records of {told.subjects} subjects, {told.witnesses} witnesses, "
            f"{told.bytes:,} bytes"
        )


def trace(
    *,
    subject: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="A lot, holding or order: 0x..., or a lot's identifier.")
    ] = None,
    any_: Annotated[bool, typer.Option("--any", help="Name a lot to try things on instead.")] = False,
    api: Api = None,
    token_file: TokenFile = None,
    organisation: As = None,
    as_json: AsJson = False,
) -> None:
    """Print what led to a lot or holding and what became of it, event by event, or what was done to an order; or name a
    lot to try that on."""
    if (subject is None) is not any_:
        raise UsageFailure("subject_missing", "an id or --any is needed, one of them", "see `suyuan trace --help`")
    with giver(api, token_file, organisation) as source:
        found = source.example() if subject is None else source.trace(subject)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    elif subject is None:
        for name, value in found.items():
            typer.echo(f"{name:<12}  {'-' if value is None else value}")
    elif "steps" in found:
        for step in found["steps"]:
            who = "somebody" if step["recorded_by"] is None else f"organisation {step['recorded_by']}"
            typer.echo(f"block {step['block']}: {step['kind']} by {who}")
    else:
        _tell(found)


def _tell(found: Mapping[str, Any]) -> None:
    ids = {holding["node"]: holding["id"] for holding in found["holdings"]}
    typer.echo(f"{len(ids)} holdings, {len(found['events'])} events")
    for event in found["events"]:
        recorder = event["recorded_by"]["organisation"]
        who = "somebody" if recorder is None else f"organisation {recorder}"
        typer.echo(f"block {event['block']}: {event['kind']} by {who}")
        for edge in found["edges"]:
            if edge["target"] == event["node"]:
                typer.echo(f"  used  {ids[edge['source']]}")
        for edge in found["edges"]:
            if edge["source"] == event["node"]:
                typer.echo(f"  made  {ids[edge['target']]}")
    if found["truncated"]:
        typer.echo(f"... cut by {found['cut_by']}: go on from {', '.join(found['continue_from'])}")


def _block(at: str | None) -> int | str | None:
    if at is None or at == LATEST:
        return at
    if not at.isdecimal():
        raise UsageFailure("block_invalid", f"{at} is no block", f"give a number, or {LATEST}")
    return int(at)


def write_file(path: Path, content: bytes) -> None:
    """Write a file.

    Raises:
        UsageFailure: `file_unwritable`.
    """
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UsageFailure("file_unwritable", f"{path}: {error.strerror}", "check the path") from error

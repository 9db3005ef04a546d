"""`suyuan epcis export`: every event that the caller may read, as one document that anybody's software captures."""

import json
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from backend import clock
from backend.epcis.document import capture_document
from backend.failures import Failure, UsageFailure
from backend.member.credentials import client_of

_PER_PAGE = 500


class Pages(Protocol):
    """What the export asks of a service: `backend.member.client.Client`."""

    def page(self, path: str, **query: str | int) -> tuple[Any, str | None]: ...


def export(
    *,
    api: Annotated[str, typer.Option(help="Address of the service.")],
    token_file: Annotated[Path, typer.Option(help="A file with an API token of your organisation.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    identifier: Annotated[
        list[str] | None, typer.Option(help="Only events that name this object or lot; may be given several times.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Say how many as JSON.")] = False,
) -> None:
    """Write the events your organisation may read into an EPCIS 2.0 document, word for word as they were told."""
    asked = {"identifier": "|".join(identifier)} if identifier else {}
    try:
        events = list(exported(client_of(api, token_file), asked))
    except (OSError, HTTPException, ValueError) as error:
        raise Failure("service_unreachable", f"{api}: {error}", "check the address, and try again") from error
    document = capture_document(events, at=clock.now())
    try:
        output.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageFailure("file_unwritable", f"{output}: {error.strerror}", "check the path") from error
    typer.echo(json.dumps({"events": len(events), "file": str(output)}) if as_json else f"{len(events)} events")


def exported(client: Pages, asked: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The events that match, page by page, in the order of the chain."""
    path: str | None = "/epcis/events"
    query: dict[str, str | int] = {**asked, "perPage": _PER_PAGE}
    while path is not None:
        document, path = client.page(path, **query)
        query = {}
        yield from document["epcisBody"]["queryResults"]["resultsBody"]["eventList"]

"""The caller's own copies: what its organisation may read, a file a record, as `suyuan details import` takes it."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from backend.failures import UsageFailure


class Service(Protocol):
    """What the export asks of a service: `backend.member.client.Client`."""

    def get(self, path: str, **query: str | int) -> Any: ...


@dataclass(slots=True)
class Exported:
    """What is in the folder now: of so many records, so many were not there before."""

    records: int = 0
    new: int = 0


def export_to(service: Service, folder: Path) -> Exported:
    """Write every record that is not in the folder yet. Killed at any moment, it may be called again.

    Raises:
        UsageFailure: `file_unwritable`.
        Refusal: the service refuses; its own code.
    """
    exported = Exported()
    try:
        # Confidential, all of it: for its owner alone, from before it is there.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for record in _records(service):
            exported.records += 1
            path = folder / f"{record['root']}.json"
            if not path.exists():
                _write(path, json.dumps(record, ensure_ascii=False) + "\n")
                exported.new += 1
    except OSError as error:
        if error.filename is None:
            raise
        raise UsageFailure("file_unwritable", f"{error.filename}: {error.strerror}", "check the folder") from error
    return exported


def _records(service: Service) -> Iterator[Mapping[str, Any]]:
    page = service.get("/v1/details")
    yield from page["details"]
    while page["next_after"] is not None:
        page = service.get("/v1/details", after=page["next_after"])
        yield from page["details"]


def _write(path: Path, text: str) -> None:
    # Whole or not at all: half a record would be taken for one that is there.
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)

"""Sheets at the desk: their rows as events to capture, and what is wrong with them where their clerk sees it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend import clock
from backend.capture.reading import Reading
from backend.capture.sheets import layout
from backend.capture.sheets.faults import CellError
from backend.capture.sheets.layout import Layout
from backend.capture.sheets.reading import read_sheet
from backend.capture.sheets.report import report
from backend.capture.sheets.table import LONGEST_FILE
from backend.capture.telling import told
from backend.epcis.rules import Finding
from backend.errors import ServiceError
from backend.failures import Failure, UsageFailure

SUFFIXES: Final = (".xlsx", ".xlsm", ".xls", ".csv", ".tsv", ".txt")
"""What is read as a sheet; by its first bytes it is found out which."""


@dataclass(frozen=True, slots=True)
class SheetDesk:
    """How sheets are read in one call."""

    layout: Layout
    report: Path | None
    """Where the workbook goes that marks what is wrong."""

    def read(self, path: Path, *, proceed: bool) -> tuple[Reading, tuple[CellError, ...]]:
        """The events of a sheet; none, if a cell of it is wrong, unless those of the other rows are wanted.

        Raises:
            UsageFailure: `file_unreadable`, `file_unwritable`.
        """
        try:
            found = read_sheet(_content(path), self.layout)
        except ServiceError as error:
            sentence = f"{error.kind.title} {dict(error.params)} {error.kind.next_step}"
            return Reading(code=error.code, findings=(Finding(error.code, "", sentence),)), ()
        errors = tuple(found.errors)
        if errors and self.report is not None:
            _write(self.report, report(found))
        if errors and not proceed:
            return Reading(code=errors[0].code), errors
        return Reading(tuple(told(found.to_document(clock.now())))), errors


def sheet_desk(mapping: Path | None, to: Path | None, paths: list[Path]) -> SheetDesk:
    """How sheets are read, by the words of the call.

    Raises:
        Failure: the mapping is none.
        UsageFailure: `file_unreadable`, `report_ambiguous`.
    """
    if to is not None and (len(paths) != 1 or to.resolve() == paths[0].resolve()):
        raise UsageFailure("report_ambiguous", "a report is about one other file", "capture the sheets one by one")
    try:
        return SheetDesk(Layout() if mapping is None else layout.read(_content(mapping)), to)
    except ServiceError as error:
        raise Failure(error.code, f"{mapping}: {dict(error.params)}", error.kind.next_step) from error


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # One byte past the longest: enough to know that it is longer.
            return file.read(LONGEST_FILE + 1)
    except OSError as error:
        raise UsageFailure("file_unreadable", f"{path}: {error.strerror}", "check the path") from error


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UsageFailure("file_unwritable", f"{path}: {error.strerror}", "check the path") from error

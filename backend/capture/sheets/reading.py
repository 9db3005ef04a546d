"""A spreadsheet as the events its rows tell, and everything that is wrong with it, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from backend import clock
from backend.capture.sheets import delimited, quantities, rows, workbook
from backend.capture.sheets import layout as layouts
from backend.capture.sheets.acts import CONTEXT, Told, event_of
from backend.capture.sheets.example import ABOUT, is_example, namespace_in
from backend.capture.sheets.faults import CellError, CellFault, told
from backend.capture.sheets.header import Header, find
from backend.capture.sheets.layout import Layout
from backend.capture.sheets.moments import in_utc
from backend.capture.sheets.rows import Terms
from backend.capture.sheets.table import LONGEST_FILE, Row, Table
from backend.capture.sheets.words import Column
from backend.errors import ServiceError

MOST_ERRORS: Final = 500

_ZIP: Final = b"PK\x03\x04"
_OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0"
"""The container of .xls, and of any workbook with a password."""

_OUR_DEFAULTS: Final = Layout()


@dataclass(frozen=True, slots=True)
class SheetEvent:
    """An event, and the row that tells it."""

    sheet: str
    row: int
    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SheetEvents:
    """What a file tells. With errors, the events are those of the rows that are right."""

    events: Sequence[SheetEvent]
    errors: Sequence[CellError]
    """The first 500, in the order of the rows."""
    skipped: Sequence[str] = ()
    """Names of sheets that have none of our columns; hidden ones are not looked at."""
    tables: Sequence[Table] = field(default=(), repr=False)
    """The sheets that were read, as they stand in the file."""

    def to_document(self, created_at: int) -> dict[str, Any]:
        """The events as one EPCIS capture document, created at a moment in Unix seconds."""
        return {
            "@context": [CONTEXT],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": in_utc(created_at),
            "epcisBody": {"eventList": [each.event for each in self.events]},
        }


def read_sheet(content: bytes, layout: Layout = _OUR_DEFAULTS, *, now: int | None = None) -> SheetEvents:
    """Read a .xlsx, .csv or .tsv; nothing in it is computed or fetched.

    Args:
        content: the file; which of the forms it has shows by its first bytes, not by its name.
        layout: the mapping, if the sheet is not our template.
        now: Unix seconds after which nothing can have happened; without it, the clock's.

    Raises:
        ServiceError: `document_too_large`, `sheet_format_unknown`, `sheet_encoding_unknown`, `sheet_malformed`,
            `sheet_too_large`, `sheet_columns_unknown`, `sheet_column_twice`, `sheet_mapping_invalid` (the namespace on
            the page of a template).
    """
    tables = tables_of(content)
    wanted = [table for table in tables if layout.sheet is None or table.name == layout.sheet]
    found = [(table, header) for table in wanted if (header := find(table, layout)) is not None]
    if not found:
        raise ServiceError("sheet_columns_unknown", sheets=[{"name": table.name} for table in tables])
    own = namespace_in(tables)
    namespace = layout.namespace or (layouts.of({"namespace": own}).namespace if own else None)
    moment = clock.now() if now is None else now
    reading = _Reading()
    for table, header in found:
        reading.read(table, header, _terms(table, header, layout, namespace, moment))
    read = [table for table, _ in found]
    skipped = tuple(table.name for table in tables if table not in read and table.name not in ABOUT)
    # A constant that cannot be read is wrong in every row, and told once.
    errors = tuple(dict.fromkeys(reading.errors))[:MOST_ERRORS]
    return SheetEvents(tuple(reading.events), errors, skipped, tuple(read))


def tables_of(content: bytes) -> Sequence[Table]:
    """Every visible sheet of a file.

    Raises:
        ServiceError: as `read_sheet`, up to `sheet_too_large`.
    """
    if len(content) > LONGEST_FILE:
        raise ServiceError("document_too_large", bytes=len(content), most_bytes=LONGEST_FILE)
    if content.startswith(_ZIP):
        return workbook.read(content)
    # Some ERPs call a page of HTML .xls.
    if content.startswith((_OLD_WORKBOOK, b"%PDF")) or content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise ServiceError("sheet_format_unknown")
    return (delimited.read(content),)


def _terms(table: Table, header: Header, layout: Layout, namespace: str | None, now: int) -> Terms:
    place = header.places.get(Column.QUANTITY)
    point = layout.decimal
    if point is None and place is not None:
        point = quantities.point_of(row.cell(place) for row in _rows(table, header))
    return Terms(header.places, layout, namespace, point, now)


class _Reading:
    """A file on its way through: what its sheets tell, and what is wrong with them."""

    def __init__(self) -> None:
        self.events: list[SheetEvent] = []
        self.errors: list[CellError] = []
        self._seen: set[Told] = set()

    def read(self, table: Table, header: Header, terms: Terms) -> None:
        for row in _rows(table, header):
            said, faults = rows.read(row, terms)
            # A note is not in the hash. Rows with one hash are one event: the second would be taken for captured.
            mute = said and replace(said, note="")
            if mute in self._seen:
                faults = [CellFault("sheet_row_twice", terms.place(row, Column.DATE))]
            elif said is not None and mute is not None:
                self._seen.add(mute)
                self.events.append(SheetEvent(table.name, row.number, event_of(said)))
            self.errors += [told(table.name, fault) for fault in faults]


def _rows(table: Table, header: Header) -> Iterator[Row]:
    """The rows that say something in a column of ours, without the example of the template."""
    note = header.places.get(Column.NOTE)
    for row in table.rows:
        is_said = row.number > header.row and any(not row.cell(place).is_empty for place in header.places.values())
        if is_said and (note is None or not is_example(row.cell(note).text)):
            yield row

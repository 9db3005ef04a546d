"""Text files with separators: .csv and .tsv in whichever encoding a spreadsheet or an ERP wrote them."""

import csv
import io
import re
from collections.abc import Iterator

from backend.capture.sheets.table import LONGEST_TEXT, MOST_COLUMNS, MOST_ROWS, Cell, Kind, Row, Table, letter
from backend.errors import ServiceError
from backend.reading.encodings import decoded

_SEPARATORS = ",;\t|"
_LINES_LOOKED_AT = 20


def read(content: bytes) -> Table:
    """The rows of a text file; a cell that begins with `=` is a formula here too.

    Raises:
        ServiceError: `sheet_encoding_unknown`, `sheet_malformed`, `sheet_too_large`.
    """
    text = decoded(content)
    if text is None:
        raise ServiceError("sheet_encoding_unknown")
    hint = re.match(r"sep=(.)\r?\n", text)
    lines = text.split("\n", _LINES_LOOKED_AT)[:_LINES_LOOKED_AT]
    separator = hint[1] if hint else max(_SEPARATORS, key=lambda mark: sum(line.count(mark) for line in lines))
    # Strict: a quote that is never closed would make one cell of all the rest, silently.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    return Table("", tuple(_rows(reader, skipped=1 if hint else 0)))


def _rows(reader: Iterator[list[str]], skipped: int) -> Iterator[Row]:
    number = kept = 0
    try:
        for number, texts in enumerate(reader, 1):
            # Rows are counted as a spreadsheet that opens the file numbers them.
            at = number - skipped
            if at < 1 or not any(text.strip() for text in texts):
                continue
            kept += 1
            if kept > MOST_ROWS or len(texts) > MOST_COLUMNS:
                raise ServiceError("sheet_too_large", row=at, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)
            yield Row(at, tuple(_cell(f"{letter(column)}{at}", text) for column, text in enumerate(texts)))
    except csv.Error as error:
        raise ServiceError("sheet_malformed", row=number + 1 - skipped, problem=str(error)[:200]) from None


def _cell(at: str, text: str) -> Cell:
    return Cell(at, text[: LONGEST_TEXT + 1], Kind.FORMULA if text.lstrip().startswith("=") else Kind.VALUE)

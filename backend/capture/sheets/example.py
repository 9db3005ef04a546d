"""What our own template holds beside a clerk's rows: an example, and the page that explains."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from backend.capture.sheets.table import Table, halved

Language = Literal["zh", "en"]

ABOUT: Final = ("说明", "About")
"""The names of the page that explains."""

NOTES: Final[Mapping[Language, str]] = {
    "zh": "示例行，采集时跳过，可删除",
    "en": "Example: this row is left out; delete it if you like",
}
"""The note of the example row; whoever overwrites the row writes a note of their own, or none."""

NAMESPACE: Final[Mapping[Language, str]] = {"zh": "命名空间", "en": "Namespace"}
"""The cell of that page beside which the organisation's namespace stands."""


def is_example(note: str) -> bool:
    """Whether a row with this note is the example of the template."""
    return note in {halved(text) for text in NOTES.values()}


def namespace_in(tables: Iterable[Table]) -> str | None:
    """The namespace that the page of a template names."""
    for table in tables:
        if table.name in ABOUT:
            for row in table.rows:
                if row.cell(0).text in NAMESPACE.values() and not row.cell(1).is_empty:
                    return row.cell(1).text
    return None

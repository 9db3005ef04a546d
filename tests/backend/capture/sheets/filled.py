"""Sheets as clerks fill them, as bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

from backend.capture.sheets import layout
from backend.capture.sheets.layout import Layout
from backend.capture.sheets.reading import SheetEvents, read_sheet
from backend.epcis.gs1 import check_digit

NOW = 1_795_334_400
"""2026-11-22 16:00 in Shanghai."""

GTIN = "0690123456789" + check_digit("0690123456789")
SSCC = "06901234500000000" + check_digit("06901234500000000")
LOT = f"https://id.gs1.org/01/{GTIN}/10/A1"
BOX = f"https://id.gs1.org/00/{SSCC}"
OWN = layout.of({"namespace": "https://id.acme.example"})

HEADER = ("日期", "事件", "GTIN", "物料编号", "批号", "数量", "单位", "箱号")
MADE = ("2026-11-21", "生产", GTIN, "", "A1", "12.5", "公斤", "")


def csv(*rows: Sequence[str], encoding: str = "utf-8", separator: str = ",") -> bytes:
    """Rows as a text file, no cell of them quoted."""
    return "\r\n".join(separator.join(row) for row in rows).encode(encoding)


def xlsx(*rows: Sequence[Any], title: str = "Sheet") -> bytes:
    """Rows as a workbook; a text that begins with = becomes a formula."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    """A workbook as bytes."""
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read(content: bytes, mapping: Layout = OWN) -> SheetEvents:
    """What a file tells."""
    return read_sheet(content, mapping, now=NOW)


def made(**changed: Any) -> list[Any]:
    """The row of something made, with other values in some columns."""
    names = ("date", "event", "gtin", "item", "lot", "quantity", "unit", "box")
    return [changed.get(name, value) for name, value in zip(names, MADE, strict=True)]


def errors(read: SheetEvents) -> list[tuple[str, str]]:
    """Cell and code of everything wrong."""
    return [(error.cell, error.code) for error in read.errors]

"""Files of every form a spreadsheet or an ERP writes, and files that only look like one."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import Workbook

from backend.capture.sheets import layout
from backend.capture.sheets.reading import SheetEvents
from backend.capture.sheets.table import LONGEST_FILE, MOST_COLUMNS, MOST_ROWS
from backend.errors import ServiceError
from tests.backend.capture.sheets.filled import HEADER, LOT, csv, errors, made, read, saved, xlsx

SHEET = "xl/worksheets/sheet1.xml"
OPENING = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def code_of(content: bytes) -> str:
    with pytest.raises(ServiceError) as refused:
        read(content)
    return refused.value.code


def lots(found: SheetEvents) -> list[str]:
    return [each.event["quantityList"][0]["epcClass"] for each in found.events]


def with_part(name: str, change: Callable[[bytes], bytes], content: bytes | None = None) -> bytes:
    """A workbook with one of its parts written anew."""
    source, target = zipfile.ZipFile(io.BytesIO(content or xlsx(HEADER, made()))), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in source.infolist():
            text = source.read(part)
            archive.writestr(part.filename, change(text) if part.filename == name else text)
    return target.getvalue()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"]
)  # fmt: skip
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_text_is_read_in_its_encoding_whatever_parts_its_cells(encoding: str, separator: str) -> None:
    found = read(csv(HEADER, made(), encoding=encoding, separator=separator))
    assert ([], [LOT]) == (errors(found), lots(found))


def test_a_separator_that_the_file_names_is_no_row() -> None:
    found = read(b"sep=;\r\n" + csv(HEADER, made(), made(event="?"), separator=";"))
    assert ([LOT], [("B3", "sheet_event_unknown")]) == (lots(found), errors(found))


def test_titles_and_empty_rows_before_the_header_do_not_matter_and_cells_keep_their_names() -> None:
    rows = [["出货明细表"], [], ["", *HEADER], ["", *made()], [], ["", *made(event="?")]]
    for content in (csv(*rows), xlsx(*rows)):
        found = read(content)
        assert ([LOT], [("C6", "sheet_event_unknown")]) == (lots(found), errors(found))


def test_every_visible_sheet_with_our_columns_is_read_and_the_others_are_named() -> None:
    book = Workbook()
    for name, state in (("一月", "visible"), ("二月", "visible"), ("价格", "visible"), ("旧", "hidden")):
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        sheet.append(["产品", "价格"] if name == "价格" else HEADER)
        sheet.append(made(lot=name[0].translate(str.maketrans("一二旧价", "1239"))))
    del book["Sheet"]
    found = read(saved(book))
    assert (["一月", "二月"], ("价格",)) == ([each.sheet for each in found.events], found.skipped)
    only = read(saved(book), layout.of({"sheet": "二月"}))
    assert ["二月"] == [each.sheet for each in only.events]


def test_a_size_that_a_sheet_claims_hides_no_rows_and_makes_none_up() -> None:
    for claimed in (b"A1:B1", b"A1:XFD1048576"):
        content = with_part(SHEET, lambda text, claimed=claimed: text.replace(b"A1:H2", claimed))  # type: ignore[misc]  # a default argument of a lambda
        assert [LOT] == lots(read(content))


def test_what_is_no_spreadsheet_is_refused_by_its_first_bytes() -> None:
    assert "sheet_format_unknown" == code_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
    assert "sheet_format_unknown" == code_of(b"\xef\xbb\xbf \r\n<html><table><tr><td>1</td></tr></table></html>")
    assert "sheet_format_unknown" == code_of(b"%PDF-1.7")
    assert "sheet_encoding_unknown" == code_of(csv(HEADER) + b"\xff\xff\xff")
    assert "sheet_encoding_unknown" == code_of(csv(HEADER) + bytes(7))
    assert "sheet_malformed" == code_of(b"PK\x03\x04" + bytes(100))
    assert "sheet_malformed" == code_of(xlsx(HEADER, made())[:-200])
    assert "sheet_columns_unknown" == code_of(with_part("xl/workbook.xml", lambda _: b"<no/>"))
    assert "sheet_malformed" == code_of(with_part("[Content_Types].xml", lambda text: text[:50]))
    assert "sheet_malformed" == code_of(with_part(SHEET, lambda text: text.replace(b'r="A2"', b'r="?"')))
    assert "sheet_malformed" == code_of(csv(HEADER, made()) + b'\r\n"never closed,')
    assert "sheet_columns_unknown" == code_of(b"")
    assert "sheet_columns_unknown" == code_of(csv(["产品", "价格"], ["a", "1"]))


def test_a_column_named_twice_is_refused_until_the_mapping_says_which() -> None:
    content = csv((*HEADER, "Quantity"), [*made(), "3"])
    assert "sheet_column_twice" == code_of(content)
    found = read(content, layout.of({"columns": {"quantity": "I"}}))
    assert [3] == [each.event["quantityList"][0]["quantity"] for each in found.events]


def test_a_file_larger_than_any_clerks_is_refused() -> None:
    assert "document_too_large" == code_of(bytes(LONGEST_FILE + 1))
    assert "sheet_too_large" == code_of(csv(HEADER, *(made() for _ in range(MOST_ROWS + 1))))
    assert "sheet_too_large" == code_of(xlsx(HEADER, ["x"] * (MOST_COLUMNS + 1)))


BOMBS: dict[str, Callable[[bytes], bytes]] = {
    "unpacked": lambda text: text.replace(b"</worksheet>", b" " * 41_000_000 + b"</worksheet>"),
    "cells": lambda _: (OPENING + "<sheetData><row>" + "<c/>" * 700_000 + "</row></sheetData></worksheet>").encode(),
    "rows": lambda _: (OPENING + "<sheetData>" + "<row/>" * 700_000 + "</sheetData></worksheet>").encode(),
    "far row": lambda _: (
        OPENING + '<sheetData><row r="2000000000"><c r="A2000000000"><v>1</v></c></row></sheetData></worksheet>'
    ).encode(),
    "entity": lambda text: b'<!DOCTYPE a [<!ENTITY b "' + b"x" * 1000 + b'">]>' + text,
    "utf-16": lambda text: text.decode().encode("utf-16"),
    "nesting": lambda _: (OPENING + "<a>" * 50_000 + "</a>" * 50_000 + "</worksheet>").encode(),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_bounded_memory(name: str) -> None:
    content = with_part(SHEET, BOMBS[name])
    assert len(content) < LONGEST_FILE
    tracemalloc.start()
    assert code_of(content) in ("sheet_too_large", "sheet_malformed", "sheet_columns_unknown")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 150_000_000


def test_a_format_of_numbers_that_would_take_for_ever_is_refused() -> None:
    long = b'formatCode="' + b"[" * 100_000 + b'"'
    content = with_part(
        "xl/styles.xml",
        lambda text: text.replace(b"<fonts", b'<numFmts><numFmt numFmtId="999" ' + long + b"/></numFmts><fonts", 1),
    )
    assert "sheet_malformed" == code_of(content)


def test_what_an_archive_hides_behind_a_smaller_size_is_not_unpacked() -> None:
    content = bytearray(
        with_part(SHEET, lambda text: text.replace(b"</worksheet>", b" " * 1_000_000 + b"</worksheet>"))
    )
    # The size in the directory at the end of the archive: the one that is believed.
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(SHEET.encode()))
    content[at + 24 : at + 28] = (100).to_bytes(4, "little")
    assert "sheet_malformed" == code_of(bytes(content))

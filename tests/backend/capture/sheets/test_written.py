"""What we write ourselves: the template, the report, a proposed mapping; nothing in it is ever a formula."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from backend.capture.sheets import layout
from backend.capture.sheets.escaping import escaped
from backend.capture.sheets.example import Language
from backend.capture.sheets.faults import CellError
from backend.capture.sheets.reading import SheetEvents, read_sheet
from backend.capture.sheets.report import report
from backend.capture.sheets.sentences import CHINESE
from backend.capture.sheets.table import MOST_ROWS, Cell, Row, Table, letter
from backend.capture.sheets.template import template
from backend.capture.sheets.words import ACTS, HEADERS, Column, act_of, column_of
from backend.cli import FINDING, OK, USAGE, run
from backend.errors.sheets import CELLS
from backend.reading import units
from tests.backend.capture.sheets.filled import HEADER, NOW, SSCC, errors, made, read, saved, xlsx

LANGUAGES: list[Language] = ["zh", "en"]


def opened(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def formulas(book: Workbook) -> list[str]:
    return [cell.coordinate for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_untouched_template_tells_nothing_and_has_nothing_wrong(language: Language) -> None:
    found = read_sheet(template(language), now=NOW)
    assert ((), (), ()) == (found.events, found.errors, found.skipped)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_clerk_fills_the_template_and_it_is_read_without_a_mapping(language: Language) -> None:
    book = opened(template(language, "https://id.acme.example"))
    sheet = book.worksheets[0]
    place = LANGUAGES.index(language)
    for values in ACTS.values():
        row = {"date": "2026-11-21", "event": values[place], "item": "R-7", "lot": "A1", "quantity": 3, "unit": "kg"}
        row |= {"box": SSCC} if values[1] == "packed" else {}
        sheet.append([row.get(column.value) for column in Column])
    found = read_sheet(saved(book), now=NOW)
    assert [] == errors(found)
    assert [3, 4, 5, 6, 7, 8] == [each.row for each in found.events]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_template_offers_words_that_are_known_and_keeps_long_numbers_as_text(language: Language) -> None:
    book = opened(template(language))
    sheet = book.worksheets[0]
    offered = [str(each.formula1).strip('"').split(",") for each in sheet.data_validations.dataValidation]
    assert all(act_of(word) for word in offered[0])
    assert all(units.code_of(word) for word in offered[1])
    # A longer list is silently damaged by spreadsheet programs.
    assert all(len(",".join(words)) <= 255 for words in offered)
    assert list(Column) == [column_of(str(cell.value)) for cell in sheet[1]]
    assert "@" == sheet.column_dimensions["C"].number_format == sheet.column_dimensions["H"].number_format
    assert ([], None) == (formulas(book), book.vba_archive)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lists_to_choose_from_are_such_as_every_spreadsheet_program_shows(language: Language) -> None:
    sheet = opened(template(language)).worksheets[0]
    columns = {column_of(str(cell.value)): letter(place) for place, cell in enumerate(sheet[1])}
    lists = sheet.data_validations.dataValidation
    # Over every row that is read, in the column of its words, and over no other cell.
    expected = [f"{columns[column]}2:{columns[column]}{MOST_ROWS + 1}" for column in (Column.EVENT, Column.UNIT)]
    assert expected == [str(each.sqref) for each in lists]
    for each in lists:
        # ECMA-376 part 1, 18.3.1.32: the arrow is shown unless `showDropDown` is set; a literal list is one text in
        # quotes, of words between commas whatever the country, which hold neither.
        assert ("list", False, True, False) == (each.type, each.showDropDown, each.allowBlank, each.showErrorMessage)
        literal = str(each.formula1)
        assert literal[0] == literal[-1] == '"'
        words = literal[1:-1].split(",")
        assert '"' not in literal[1:-1]
        assert [word.strip() for word in words if word] == words
        assert len(set(words)) == len(words)


def test_a_namespace_in_a_template_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    arguments = ["template", "-o", str(tmp_path / "t.xlsx"), "--namespace", "=1+1", "--json"]
    assert FINDING == run(arguments)
    assert "sheet_mapping_invalid" == json.loads(capsys.readouterr().err)["code"]


def test_the_command_writes_a_workbook_and_never_over_another_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "events.xlsx"
    assert OK == run(["template", "-o", str(path), "--lang", "en", "--json"])
    assert {"file": str(path)} == json.loads(capsys.readouterr().out)
    content = path.read_bytes()
    assert USAGE == run(["template", "-o", str(path)])
    assert content == path.read_bytes()
    assert USAGE == run(["template", "-o", str(tmp_path / "no" / "where.xlsx")])
    assert USAGE == run(["template", "-o", str(tmp_path / "m.json"), "--from", str(tmp_path / "nothing.xlsx")])


def test_a_mapping_is_proposed_for_a_layout_of_ones_own_and_reads_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    theirs = [["Lieferungen 2026"], ["Date", "Item code", "Batch", "Qty", "UoM", "Price"]]
    theirs += [["2026-11-21", "R-7", "A1", "1.234,5", "Sack", "9"], ["2026-11-21", "R-7", "A2", "1.234", "Sack", "9"]]
    sheet, mapping = tmp_path / "theirs.xlsx", tmp_path / "mapping.json"
    sheet.write_bytes(xlsx(*theirs, title="Deliveries"))
    name = "https://id.acme.example/"
    assert OK == run(["template", "--from", str(sheet), "-o", str(mapping), "--namespace", name, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (["Price"], True) == (told["not_read"], "event" in told["not_found"])
    proposed = json.loads(mapping.read_text(encoding="utf-8"))
    assert {
        "sheet": "Deliveries",
        "header_row": 2,
        "columns": {"date": "Date", "item": "Item code", "lot": "Batch", "quantity": "Qty", "unit": "UoM"},
        "namespace": "https://id.acme.example",
    } == proposed
    completed = proposed | {"constants": {"event": "shipped"}, "units": {"sack": "SA"}}
    found = read(sheet.read_bytes(), layout.read(json.dumps(completed).encode()))
    assert [] == errors(found)
    quantities = [each.event["quantityList"][0] for each in found.events]
    assert [("SA", "1234.5"), ("SA", "1234")] == [(each["uom"], str(each["quantity"])) for each in quantities]


def test_the_report_lists_and_marks_what_is_wrong_in_both_languages() -> None:
    found = read(xlsx(HEADER, made(), made(unit=""), made(event="?", unit="")))
    book = opened(report(found))
    listing, copy = book.worksheets
    assert ["B4", "G3", "G4"] == sorted(str(cell.value) for cell in listing["B"][1:])
    assert "不认识的事件。 The word names none of the events." == listing["D3"].value
    marked = [cell.coordinate for row in copy.iter_rows() for cell in row if cell.comment]
    assert ["G3", "B4", "G4"] == marked
    assert "1 Sheet" == copy.title


def test_every_code_of_a_cell_has_its_chinese_sentence() -> None:
    assert CELLS.keys() == CHINESE.keys()


@pytest.mark.parametrize(
    "text",
    ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "#N/A", "\x01\ud800", "x" * 40_000],
    ids=repr,
)
def test_whatever_a_stranger_wrote_is_text_in_what_we_write(text: str) -> None:
    error = CellError(text, "A2", "event", "sheet_event_unknown", text)
    table = Table(text, (Row(2, (Cell("A2", text), Cell("B2", text))),))
    book = opened(report(SheetEvents((), (error,), tables=(table,))))
    assert [] == formulas(book)
    assert {"s"} == {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value}
    assert not escaped(text).startswith(("=", "+", "-", "@", "\t", "\r", "＝"))


def test_our_columns_have_names_that_mean_nothing_else() -> None:
    assert all(column_of(name) is column for column, names in HEADERS.items() for name in names)
    assert all(act_of(name) is act for act, names in ACTS.items() for name in names)
    # The code KG is a keg, which nobody means.
    assert ["KGM"] * 3 == [units.code_of(word) for word in ("kg", "KG", "KGM")]

"""Opening stock from an ERP: all of a file or nothing of it, and each wrong cell by its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend.stock.opening_sheet import COLUMNS, MOST_ROWS, Problem, read_sheet
from tests.backend.items.scene import item
from tests.backend.stock.shelf import CY, Shelf

HEADER = "物料编码,物料名称,英文名称,单位,批号,有效期至,数量,库位,是否待检,开封后天数,放行人"
ROWS = (
    "AC-500,乙腈（色谱级）,acetonitrile,瓶,B2026,2027.11.21,１２,A库-01,否,30,",
    "TIPS-1,吸头,,盒,T-9,,1,A库-01,,,",
    "FBS-1,胎牛血清,serum,瓶,F-7,2099年1月2日,3.00,冰箱1,是,7,bo",
)
FILE = "\n".join((HEADER, *ROWS))


def import_file(shelf: Shelf, content: str | bytes, *, who: str = "ada@tenant") -> tuple[int, dict[str, object]]:
    body = content.encode() if isinstance(content, str) else content
    answer = shelf.ask("POST", "/v1/stock/import", body, who=who)
    return answer.status_code, answer.json()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_an_erp_s_list_becomes_items_rooms_and_lots(shelf: Shelf, encoding: str) -> None:
    assert (200, {"items": 3, "rooms": 2, "lots": 3, "first_tap": 1, "last_tap": 3}) == import_file(
        shelf, FILE.encode(encoding)
    )
    parts = shelf.good("GET", "/v1/stock")["parts"]
    assert {
        ("AC-500", "B2026", "A库-01", 12, "2027-11-21"),
        ("TIPS-1", "T-9", "A库-01", 1, None),
        ("FBS-1", "F-7", "冰箱1", 3, "2099-01-02"),
    } == {(part["item"], part["lot_number"], part["room"], part["quantity"], part["expires_on"]) for part in parts}
    acetonitrile = shelf.good("GET", "/v1/items/AC-500")
    assert ("乙腈（色谱级）", "acetonitrile", "BO", 30, False) == tuple(
        acetonitrile[name] for name in ("name_zh", "name_en", "unit", "shelf_after_opening_days", "quarantine")
    )


def test_the_same_file_again_changes_nothing(shelf: Shelf) -> None:
    first = import_file(shelf, FILE)
    assert first == import_file(shelf, FILE, who=CY)
    assert 3 == len(shelf.good("GET", "/v1/stock/taps")["taps"])


def test_what_was_released_before_our_time_is_usable_and_the_rest_is_not(shelf: Shelf) -> None:
    import_file(shelf, FILE + "\n" + "FBS-1,胎牛血清,serum,瓶,F-8,2099-01-02,3,冰箱1,是,7,")
    lots = {part["lot_number"]: part["lot_id"] for part in shelf.good("GET", "/v1/stock?item=FBS-1")["parts"]}
    shelf.tap("consume", lots["F-7"], room="冰箱1")
    assert "stock_not_released" == shelf.refused_tap("consume", lots["F-8"], room="冰箱1")[0]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("AC-500,,x,瓶,B,,1,A,,,", ("name_zh", "missing")),
        ("AC 500,乙腈,x,瓶,B,,1,A,,,", ("item", "not_a_code")),
        ("AC-500,乙腈,x,大瓶,B,,1,A,,,", ("unit", "unit_unknown")),
        ("AC-500,乙腈,x,瓶,B,2027-02-30,1,A,,,", ("expires_on", "not_a_day")),
        ("AC-500,乙腈,x,瓶,B,,1.5,A,,,", ("quantity", "not_a_quantity")),
        ("AC-500,乙腈,x,瓶,B,,0,A,,,", ("quantity", "not_a_quantity")),
        ("AC-500,乙腈,x,瓶,B,,-1,A,,,", ("quantity", "not_a_quantity")),
        ("AC-500,乙腈,x,瓶,B,,1,A,maybe,,", ("quarantine", "not_yes_or_no")),
        ("AC-500,乙腈,x,瓶,B,,1,A,,soon,", ("shelf_after_opening_days", "not_a_number")),
        (f"AC-500,{'乙' * 121},x,瓶,B,,1,A,,,", ("name_zh", "too_long")),
        ("AC-500,乙\x07腈,x,瓶,B,,1,A,,,", ("name_zh", "control_character")),
    ],
)
def test_a_wrong_cell_is_named_by_line_and_column(row: str, expected: tuple[str, str]) -> None:
    sheet = read_sheet(f"{HEADER}\n{ROWS[1]}\n{row}".encode())
    assert [Problem(3, *expected)] == sheet.problems


def test_of_a_file_with_a_wrong_cell_nothing_is_taken_over(shelf: Shelf) -> None:
    rows = (
        ROWS[1],
        "AC-500,乙腈,x,盒,B,,1,A,,,",
        "AC-500,乙腈,x,瓶,B,,1,A,,,",
        "FBS-1,血清,x,瓶,B,,1,A,是,,ada",
    )
    status, body = import_file(shelf, "\n".join((HEADER, *rows)))
    assert (422, "import_invalid") == (status, body["code"])
    assert {
        "rows": [
            {"line": 4, "column": "unit", "problem": "unit_differs"},
            {"line": 5, "column": "released_by", "problem": "released_by_importer"},
        ]
    } == body["params"]
    assert [] == shelf.good("GET", "/v1/stock")["parts"]


def test_an_item_keeps_its_unit_and_its_description(shelf: Shelf) -> None:
    shelf.good("PUT", "/v1/items/AC-500", item(name_en="kept", unit="LTR"))
    _, body = import_file(shelf, FILE)
    assert {"rows": [{"line": 2, "column": "unit", "problem": "unit_differs"}]} == body["params"]
    shelf.good("PUT", "/v1/items/TIPS-1", item(name_en="kept", unit="BX"))
    import_file(shelf, f"{HEADER}\n{ROWS[1]}")
    assert "kept" == shelf.good("GET", "/v1/items/TIPS-1")["name_en"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", Problem(1, "item", "missing")),
        (b"\xff\xff\xff", Problem(1, "", "encoding_unknown")),
        ("物料编码,单位".encode(), Problem(1, "name_zh", "missing")),
        (f'{HEADER}\n"{"x" * 200_000}'.encode(), Problem(2, "item", "missing")),
    ],
    ids=["empty", "no text", "columns missing", "a quote never closed"],
)
def test_a_file_that_is_no_list_is_refused(content: bytes, problem: Problem) -> None:
    assert problem == read_sheet(content).problems[0]


def test_a_header_without_rows_is_refused(shelf: Shelf) -> None:
    _, body = import_file(shelf, HEADER)
    assert {"rows": [{"line": 2, "column": "", "problem": "missing"}]} == body["params"]


def test_a_list_is_read_up_to_its_bound_and_no_further() -> None:
    row = ROWS[1] + "\n"
    assert MOST_ROWS == len(read_sheet(f"{HEADER}\n{row * MOST_ROWS}".encode()).rows)
    sheet = read_sheet(f"{HEADER}\n{row * (MOST_ROWS + 1)}".encode())
    assert ["too_many_rows"] == [each.problem for each in sheet.problems]
    wrong = read_sheet(f"{HEADER}\n{'x,,,,,,,,,,' * 1}\n{('x' + ',' * 10 + chr(10)) * 5_000}".encode())
    assert 100 <= len(wrong.problems) < 110


def test_a_thousand_lots_are_one_request(shelf: Shelf) -> None:
    rows = "\n".join(f"I-{i % 200},物料{i % 200},,瓶,L-{i},2030-01-01,{i + 1},R-{i % 20},,," for i in range(1_000))
    status, body = import_file(shelf, f"{HEADER}\n{rows}")
    assert (200, 1_000, 200, 20) == (status, body["lots"], body["items"], body["rooms"])


def test_every_column_name_in_the_docs_is_read() -> None:
    docs = (Path(__file__).parents[3] / "docs/stock.md").read_text(encoding="utf-8").split("## Opening from an ERP")[1]
    names = {
        name
        for first, others in re.findall(r"^\| `(\w+)` \| (.*?) \|", docs, re.MULTILINE)
        for name in (first, *re.findall(r"[\u4e00-\u9fff]+", others))
    }
    assert len(names) > 20
    assert set() == names - {known for aliases in COLUMNS.values() for known in aliases}

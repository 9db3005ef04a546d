"""Cells as people write them, and what is said of those that cannot be read."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.capture.sheets import layout
from backend.capture.sheets.identifiers import gs1_lot, own_lot
from backend.capture.sheets.quantities import amount_of, point_of
from backend.capture.sheets.reading import MOST_ERRORS
from backend.capture.sheets.table import Cell
from backend.epcis import gs1
from backend.errors.sheets import CELLS
from tests.backend.capture.sheets.filled import GTIN, HEADER, MADE, NOW, OWN, SSCC, csv, errors, made, read, xlsx


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026.11.21", "2026-11-21T00:00:00+08:00"),
        ("2026年11月21日", "2026-11-21T00:00:00+08:00"),
        ("2026年1月2日8时30分", "2026-01-02T08:30:00+08:00"),
        ("2026/11/21 8:30", "2026-11-21T08:30:00+08:00"),
        ("２０２６－１１－２１　０８：３０：１５", "2026-11-21T08:30:15+08:00"),
        ("2026-11-21T08:30:00.250Z", "2026-11-21T08:30:00+00:00"),
        ("2026-11-21T08:30:00-05:00", "2026-11-21T08:30:00-05:00"),
        ("20261121", "2026-11-21T00:00:00+08:00"),
        ("46347", "2026-11-21T00:00:00+08:00"),
        ("46347.354166667", "2026-11-21T08:30:00+08:00"),
        ("21.11.2026", "2026-11-21T00:00:00+08:00"),
        (46347, "2026-11-21T00:00:00+08:00"),
        (46347.35416666666, "2026-11-21T08:30:00+08:00"),
        (20261121, "2026-11-21T00:00:00+08:00"),
        (datetime(2026, 11, 21, 8, 30), "2026-11-21T08:30:00+08:00"),  # noqa: DTZ001 - as Excel has it
    ],
    ids=repr,
)
def test_a_day_is_read_however_it_is_written(written: Any, moment: str) -> None:
    (told,) = read(xlsx(HEADER, made(date=written))).events
    assert (moment, moment[-6:]) == (told.event["eventTime"], told.event["eventTimeZoneOffset"])


def test_a_day_with_the_year_last_is_what_the_mapping_says() -> None:
    content = csv(HEADER, made(date="03/04/2026"))
    found = {order: read(content, layout.of({"dates": order})) for order in ("ymd", "dmy", "mdy")}
    assert [("A2", "sheet_date_ambiguous")] == errors(found["ymd"])
    assert "2026-04-03" == found["dmy"].events[0].event["eventTime"][:10]
    assert "2026-03-04" == found["mdy"].events[0].event["eventTime"][:10]


@pytest.mark.parametrize(
    ("column", "written", "wrong"),
    [
        ("date", "2026-13-01", ("A2", "sheet_date_invalid")),
        ("date", "2026-11-21 8", ("A2", "sheet_date_invalid")),
        ("date", "2026-11-211", ("A2", "sheet_date_invalid")),
        ("date", "昨天", ("A2", "sheet_date_invalid")),
        ("date", "1926-11-21", ("A2", "sheet_date_invalid")),
        ("date", 1e300, ("A2", "sheet_date_invalid")),
        ("date", time(8, 30), ("A2", "sheet_date_invalid")),
        ("date", "2026-11-23", ("A2", "sheet_date_in_future")),
        ("date", "", ("A2", "sheet_cell_missing")),
        ("event", "出库", ("B2", "sheet_event_unknown")),
        ("gtin", GTIN[:-1] + str((int(GTIN[-1]) + 1) % 10), ("C2", "sheet_gtin_invalid")),
        ("gtin", "123", ("C2", "sheet_gtin_invalid")),
        ("gtin", "6.90123E+12", ("C2", "sheet_digits_lost")),
        ("lot", "A1 批", ("E2", "sheet_lot_invalid")),
        ("lot", "A" * 21, ("E2", "sheet_lot_invalid")),
        ("lot", "A\u200b1", ("E2", "sheet_text_invalid")),
        ("lot", datetime(2026, 11, 1), ("E2", "sheet_became_a_date")),  # noqa: DTZ001 - as Excel has it
        ("lot", 1234567890123456, ("E2", "sheet_digits_lost")),
        ("lot", "", ("E2", "sheet_cell_missing")),
        ("quantity", "0", ("F2", "sheet_quantity_invalid")),
        ("quantity", "-1", ("F2", "sheet_quantity_invalid")),
        ("quantity", "12 kg", ("F2", "sheet_quantity_invalid")),
        ("quantity", "NaN", ("F2", "sheet_quantity_invalid")),
        ("quantity", 1e13, ("F2", "sheet_quantity_invalid")),
        ("quantity", True, ("F2", "sheet_quantity_invalid")),
        ("quantity", "1,234", ("F2", "sheet_number_ambiguous")),
        ("quantity", "", ("F2", "sheet_cell_missing")),
        ("unit", "KG!", ("G2", "sheet_unit_unknown")),
        ("unit", "", ("G2", "sheet_cell_missing")),
        ("box", SSCC, ("H2", "sheet_not_with_event")),
        ("box", "123", ("H2", "sheet_sscc_invalid")),
        ("box", 123456789012345678, ("H2", "sheet_digits_lost")),
        ("quantity", "=1+1", ("F2", "sheet_formula")),
        ("lot", "#N/A", ("E2", "sheet_cell_error")),
    ],
    ids=repr,
)
def test_what_is_wrong_is_said_of_its_cell(column: str, written: Any, wrong: tuple[str, str]) -> None:
    found = read(xlsx(HEADER, made(**{column: written})))
    assert ([], wrong) == (list(found.events), errors(found)[0])


def test_everything_wrong_is_told_at_once_with_what_stands_there_and_what_to_do() -> None:
    found = read(csv(HEADER, ("gestern", "?", "1", "", "", "x", "?", "")))
    assert ["B2", "A2", "C2", "E2", "F2", "G2"] == [cell for cell, _ in errors(found)]
    assert {
        "sheet": "",
        "cell": "A2",
        "column": "date",
        "code": "sheet_date_invalid",
        "value": "gestern",
        "title": CELLS["sheet_date_invalid"].title,
        "next_step": CELLS["sheet_date_invalid"].next_step,
    } == found.errors[1].to_json()


def test_no_more_errors_are_told_than_a_person_reads() -> None:
    found = read(csv(HEADER, *(made(event="?") for _ in range(MOST_ERRORS + 5))))
    assert MOST_ERRORS == len(found.errors)


def test_a_column_that_the_sheet_lacks_is_missed_in_the_row() -> None:
    found = read(csv(("日期", "事件", "GTIN", "批号", "数量"), (*MADE[:3], *MADE[4:6])))
    assert [("2:2", "sheet_cell_missing", "unit")] == [(each.cell, each.code, each.column) for each in found.errors]


@pytest.mark.parametrize(
    ("word", "code"),
    [("公斤", "KGM"), ("千克", "KGM"), ("㎏", "KGM"), ("ＫＧ", "KGM"), ("g", "GRM"), ("克", "GRM"), ("升", "LTR"),
     ("mL", "MLT"), ("瓶", "BO"), ("箱", "CT"), ("个", "C62"), ("件", "C62"), ("µg", "MC"), ("KGM", "KGM")],
)  # fmt: skip
def test_units_are_known_by_their_words(word: str, code: str) -> None:
    (told,) = read(csv(HEADER, made(unit=word))).events
    assert code == told.event["quantityList"][0]["uom"]


@pytest.mark.parametrize(
    ("column", "amounts"),
    [
        (["1,234.5", "1,234"], ["1234.5", "1234"]),
        (["1.234,5", "1.234"], ["1234.5", "1234"]),
        (["1,5", "1.234"], ["1.5", "1234"]),
        (["12.5", "1,234"], ["12.5", "1234"]),
        (["1,234,567", "0.250"], ["1234567", "0.25"]),
        (["1.250", "1 234", "１２"], ["1.25", "1234", "12"]),
        (["0,250"], ["0.25"]),
        (["1234567.25"], ["1234567.25"]),
    ],
)
def test_what_commas_and_points_mean_is_decided_by_the_column(column: list[str], amounts: list[str]) -> None:
    cells = [Cell(f"F{row}", text) for row, text in enumerate(column, 2)]
    point = point_of(cells)
    assert [Decimal(amount) for amount in amounts] == [amount_of(cell, point) for cell in cells]


def test_a_column_that_contradicts_itself_is_refused_where_it_is_in_doubt() -> None:
    rows = [made(quantity=text, lot=text) for text in ("1.234,5", "1,234.5", "1.5", "7")]
    content = csv(HEADER, *rows, separator=";")
    found = read(content, layout.of({"decimal": ","}))
    assert [("F3", "sheet_number_ambiguous"), ("F4", "sheet_number_ambiguous")] == errors(found)


@given(st.decimals(min_value="0.001", max_value=10**9, places=3))
def test_a_number_comes_back_however_its_marks_are_set(amount: Decimal) -> None:
    english = f"{amount:,.3f}"
    continental = english.translate(str.maketrans(",.", ".,"))
    assert amount == amount_of(Cell("F2", english), ".") == amount_of(Cell("F2", continental), ",")
    assert amount == amount_of(Cell("F2", float(amount)), None)


@given(st.text(st.sampled_from("!\"%&'()*+,-./:;<=>?_09AZaz"), min_size=1, max_size=20))
def test_the_link_of_a_lot_is_its_canonical_form_and_that_of_its_urn(lot: str) -> None:
    link = gs1_lot(GTIN, Cell("E2", lot))
    assert link == gs1.canonical(link)
    # An EPC URN escapes less than a link does.
    escaped = "".join(f"%{ord(sign):02X}" if sign in '"%&/<>?' else sign for sign in lot)
    assert link == gs1.canonical(f"urn:epc:class:lgtin:{GTIN[1:8]}.{GTIN[0]}{GTIN[8:13]}.{escaped}")


@given(
    st.one_of(st.text(min_size=1), st.sampled_from(["01", "00", "8004", "gtin", "sscc", "401"])), st.text(min_size=1)
)
def test_a_number_of_ones_own_is_never_taken_for_one_of_gs1(item: str, lot: str) -> None:
    namespace = OWN.namespace
    assert namespace is not None
    try:
        uri = own_lot(namespace, item, lot)
    except UnicodeEncodeError:
        return
    assert gs1.canonical(uri) is None


def test_a_gtin_may_be_short_or_have_lost_its_zeros_as_a_number() -> None:
    ean8 = "9638507" + gs1.check_digit("9638507")
    twelve = "03600029145" + gs1.check_digit("03600029145")
    written: list[Any] = [ean8, twelve, int(twelve), f"{GTIN[1:4]}-{GTIN[4:]}"]
    found = read(xlsx(HEADER, *(made(gtin=text, lot=f"L{at}") for at, text in enumerate(written))))
    classes = [each.event["quantityList"][0]["epcClass"].split("/")[4] for each in found.events]
    assert [ean8.zfill(14), twelve.zfill(14), twelve.zfill(14), GTIN] == classes


def test_what_has_happened_by_now_is_past() -> None:
    assert 1_795_334_400 == NOW
    found = read(csv(HEADER, made(date="2026-11-22 16:04"), made(date="2026-11-22 16:06")))
    assert [("A3", "sheet_date_in_future")] == errors(found)

"""UBL documents in our words: what is carried comes back equal, what is wrong is named with its place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import ServiceError
from backend.procurement.ubl.check_digits import is_valid
from backend.procurement.ubl.despatch import DespatchAdvice
from backend.procurement.ubl.documents import Remark, read, read_any, write
from backend.procurement.ubl.orders import Order
from backend.procurement.ubl.words import Identifier, Item, Measure, Price
from tests.backend.procurement.papers import ORDER_LINE, a_despatch_advice, an_order, paper


def an_order_read() -> Order:
    return read(Order, an_order().encode())[0]


def faults(content: str) -> list[Any]:
    with pytest.raises(ServiceError) as refusal:
        read_any(content.encode())
    assert "document_invalid" == refusal.value.code
    fields = refusal.value.params["fields"]
    assert isinstance(fields, list)
    return [fault["at"] for fault in fields]


def test_an_order_says_who_what_how_much_at_which_price_and_by_when() -> None:
    order = an_order_read()
    (line,) = order.lines
    assert ("PO-7", "2026-11-21") == (order.number, order.issue_date)
    assert (Identifier(value="6901234500004", scheme="0088"), Identifier(value="tenant 5")) == order.buyer.identifiers
    assert ("溯源生物", "Solvents & Co") == (order.buyer.legal_name, order.seller.name)
    assert Measure(value=Decimal("2.50"), unit="LTR") == line.quantity
    assert isinstance(line.price, Price)
    assert ("128.000", "CNY") == (str(line.price.amount.value), line.price.amount.currency)
    assert ("ACN-25", "06901234500004") == (line.item.sellers_id, line.item.standard_id and line.item.standard_id.value)
    assert "2026-12-05" == (line.requested and line.requested.end_date)


def test_a_despatch_advice_says_lots_expiry_and_boxes() -> None:
    advice, _ = read(DespatchAdvice, a_despatch_advice().encode())
    (line,) = advice.lines
    assert [("20261101-A", "2028-11-01")] == [(each.lot_number, each.expires_on) for each in line.item.instances]
    assert ["069012345000000011", "069012345000000028"] == [unit.sscc for unit in line.shipments[0].units]


@pytest.mark.parametrize("content", [an_order(), a_despatch_advice()], ids=["order", "despatch advice"])
def test_what_was_read_is_written_and_read_again_equal(content: str) -> None:
    reading = read_any(content.encode())
    assert reading == read_any(write(reading.document))
    assert ((), ()) == (reading.remarks, reading.not_carried)


def test_what_our_words_have_no_place_for_is_named() -> None:
    reading = read_any(an_order(head="<cbc:ID>PO-7</cbc:ID><cbc:UUID>1</cbc:UUID>").encode())
    assert ("UUID",) == reading.not_carried


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ("<cbc:ID>PO-7</cbc:ID>", "", "cbc:ID"),
        ("<cbc:ID>PO-7</cbc:ID>", "<cbc:ID> </cbc:ID>", "cbc:ID"),
        ("2026-11-21", "2026-11-31", "cbc:IssueDate"),
        ("2026-11-21", "21.11.2026", "cbc:IssueDate"),
        ("2.50", "2,50", "cac:OrderLine[1]/cac:LineItem/cbc:Quantity"),
        ("2.50", "1e9", "cac:OrderLine[1]/cac:LineItem/cbc:Quantity"),
        ("2.50", "NaN", "cac:OrderLine[1]/cac:LineItem/cbc:Quantity"),
        (' currencyID="CNY"', "", "cac:OrderLine[1]/cac:LineItem/cac:Price/cbc:PriceAmount/@currencyID"),
        (ORDER_LINE, "", "cac:OrderLine"),
        ("<cbc:ID>PO-7</cbc:ID>", "<cbc:ID>PO-7</cbc:ID><cbc:ID>PO-8</cbc:ID>", "cbc:ID"),
    ],
    ids=[
        "no number", "blank number", "no such day", "not a date", "decimal comma", "exponent", "no number at all",
        "no currency", "no lines", "two numbers",
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_refused_with_its_place(old: str, new: str, at: str) -> None:
    assert [at] == faults(an_order().replace(old, new))


def test_more_lines_than_any_real_order_has_are_refused() -> None:
    assert ["cac:OrderLine"] == faults(an_order(lines=ORDER_LINE * 2_001))


def test_a_document_of_another_kind_is_refused_by_name() -> None:
    for content, kind in ((paper("Invoice", ""), "Invoice"), ("<Order/>", "Order")):
        with pytest.raises(ServiceError) as refusal:
            read_any(content.encode())
        assert "document_kind_unknown" == refusal.value.code
        assert kind in str(refusal.value.params["kind"])


def test_a_despatch_advice_is_not_taken_for_an_order() -> None:
    with pytest.raises(ServiceError) as refusal:
        read(Order, a_despatch_advice().encode())
    assert ("document_kind_unknown", "DespatchAdvice") == (refusal.value.code, refusal.value.params["kind"])


def test_a_wrong_check_digit_is_remarked_on_and_refuses_nothing() -> None:
    order = read_any(an_order().replace("06901234500004", "06901234500005").encode())
    assert (Remark("gtin_check_digit_wrong", "1", "06901234500005"),) == order.remarks
    advice = read_any(a_despatch_advice().replace("069012345000000028", "069012345000000029").encode())
    assert (Remark("sscc_check_digit_wrong", "1", "069012345000000029"),) == advice.remarks


@pytest.mark.parametrize(
    ("kind", "number", "verdict"),
    [
        ("GTIN", "4006381333931", True),
        ("GTIN", "4006381333932", False),
        ("GTIN", "96385074", True),
        ("GTIN", "036000291452", True),
        ("GTIN", "9638507", False),
        ("GTIN", "４００６３８１３３３９３１", False),
        ("SSCC", "106141412345678908", True),
        ("SSCC", "106141412345678909", False),
    ],
)
def test_check_digits_are_those_of_gs1(kind: str, number: str, verdict: bool) -> None:
    assert verdict == is_valid(kind, number)


_texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1).filter(
    str.strip
)
_numbers = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12)


@given(name=_texts, note=_texts, quantity=_numbers, unit=_texts)
def test_any_text_and_any_number_comes_back_as_it_went_out(name: str, note: str, quantity: Decimal, unit: str) -> None:
    order = an_order_read()
    line = order.lines[0].model_copy(
        update={"item": Item(name=name), "note": note.strip(), "quantity": Measure(value=quantity, unit=unit)}
    )
    told = order.model_copy(update={"lines": (line, line)})
    assert told == read_any(write(told)).document


def test_our_words_travel_as_json_without_losing_a_digit() -> None:
    order = an_order_read()
    assert '"value":"2.50"' in order.model_dump_json()
    assert order == Order.model_validate_json(order.model_dump_json())
    with pytest.raises(ValueError, match="in JSON as a string"):
        Measure.model_validate_json('{"value": 2.5, "unit": "LTR"}')

"""What a certificate says against releasing the goods: values, lot, expiry, declaration."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.quality.certificate import read_certificate
from backend.quality.findings import Cause, assess
from backend.quality.specification import Verdict, judge
from tests.backend.quality.papers import LOT, as_bytes, certificate, inspection, with_inspections

TODAY = date(2026, 11, 22)


def causes(document: dict[str, Any], *, lot_number: str | None = LOT) -> list[Cause]:
    read = read_certificate(as_bytes(document))
    return [finding.cause for finding in assess(read, lot_number=lot_number, today=TODAY)]


def test_nothing_stands_against_a_good_certificate() -> None:
    assert [] == causes(certificate())


@pytest.mark.parametrize(
    ("value", "minimum", "maximum", "verdict"),
    [
        ("5", "5", "5", "within"),
        ("5.0", "5", "5.00", "within"),
        ("4.9999999999999999999", "5", None, "outside"),
        ("5.0000000000000000001", None, "5", "outside"),
        ("-3", "-5", "-1", "within"),
        ("1e-3", None, "0.001", "within"),
        ("0.002", None, "1E-3", "outside"),
        ("7", "", "-", "within"),
        ("<0.05", None, "0.1", "within"),
        ("<0.2", None, "0.1", "outside"),
        ("<0.05", "0.01", None, "outside"),
        ("≥ 99.9", "99.5", None, "within"),
        (">99", "99.5", None, "outside"),
        (">5", None, "10", "outside"),
        ("30,5", "30", "31", "unreadable"),
        ("1,000", "900", None, "unreadable"),
        ("conforms", "1", None, "unreadable"),
        ("5 mg", None, "10", "unreadable"),
        ("5", "as agreed", None, "unreadable"),
        ("５", None, "10", "unreadable"),
        ("", None, "1", "unreadable"),
        ("NaN", None, "1", "unreadable"),
        ("Infinity", None, "1", "unreadable"),
        ("not measured", None, None, "unreadable"),
        ("12", None, None, "within"),
    ],
)
def test_a_number_is_judged_by_its_limits(value: str, minimum: str | None, maximum: str | None, verdict: str) -> None:
    assert Verdict(verdict) == judge(value, value_type="number", minimum=minimum, maximum=maximum)


@pytest.mark.parametrize(
    ("value", "kind", "minimum", "maximum", "verdict"),
    [
        ("clear", "string", None, None, "within"),
        ("7", "string", None, "5", "outside"),
        ("clear", "string", None, "5", "unreadable"),
        ("true", "boolean", None, None, "within"),
        ("2026-11-02", "date", "2026-11-01", "2026-11-30", "within"),
        ("2026-12-01", "date", None, "2026-11-30", "outside"),
        ("2026-11-31", "date", None, "2026-12-30", "unreadable"),
        ("2026-11-02T10:00:00Z", "date-time", None, "2026-11-02T10:00:00+00:00", "within"),
        ("2026-11-02T10:00:00Z", "date-time", None, "2026-11-02", "unreadable"),
    ],
)
def test_other_types_are_judged_as_what_they_are(
    value: str, kind: str, minimum: str | None, maximum: str | None, verdict: str
) -> None:
    """A number that calls itself a text escapes no limit."""
    assert Verdict(verdict) == judge(value, value_type=kind, minimum=minimum, maximum=maximum)


_decimals = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9)


@given(value=_decimals, low=_decimals, high=_decimals)
def test_a_value_is_within_exactly_when_it_is_neither_below_nor_above(
    value: Decimal, low: Decimal, high: Decimal
) -> None:
    verdict = judge(str(value), value_type="number", minimum=format(low, "f"), maximum=format(high, "f"))
    assert (Verdict.WITHIN if low <= value <= high else Verdict.OUTSIDE) == verdict


def test_each_value_outside_is_a_finding_of_its_own_that_names_it() -> None:
    document = with_inspections(
        inspection(Property="Assay", Value="99.8", Minimum="99.9", Unit="%"),
        inspection(Property="Water", Value="0.01", Maximum="0.005"),
        inspection(Property="Lead", Value="traces", Maximum="1"),
    )
    assert [Cause.OUT_OF_RANGE, Cause.OUT_OF_RANGE, Cause.VALUE_UNREADABLE] == causes(document)
    (assay, *_) = assess(read_certificate(as_bytes(document)), lot_number=LOT, today=TODAY)
    told = {"property": "Assay", "value": "99.8", "minimum": "99.9", "maximum": None, "unit": "%"}
    assert told == assay.params


def test_a_certificate_without_analysis_is_judged_by_the_rest() -> None:
    document = certificate()
    del document["Certificate"]["Analysis"]
    assert [] == causes(document)


@pytest.mark.parametrize("label", [LOT, f" {LOT} ", "２０２６１１０１-Ａ", "F 1", "F1", "P-1"])
def test_the_label_may_show_any_of_the_certificates_lot_numbers(label: str) -> None:
    assert [] == causes(certificate(FillingBatchId="F 1", ProductionBatchId="P-1"), lot_number=label)


@pytest.mark.parametrize("label", ["20261101-B", "20261101-a", "20261101", ""])
def test_a_certificate_of_another_lot_is_a_finding(label: str) -> None:
    assert [Cause.OTHER_LOT] == causes(certificate(), lot_number=label)


def test_without_a_label_nobody_can_say_that_the_lot_is_another() -> None:
    assert [] == causes(certificate(), lot_number=None)


@pytest.mark.parametrize(("day", "expected"), [("2026-11-22", []), ("2026-11-21", [Cause.EXPIRED])])
def test_goods_may_be_used_on_their_last_day_and_not_after(day: str, expected: list[Cause]) -> None:
    assert expected == causes(certificate(ExpirationDate=day))


@pytest.mark.parametrize(
    ("declaration", "denies"),
    [
        ("This document is valid without signature.", False),
        ("The product conforms to its specification.", False),
        ("The product does NOT  conform to its specification.", True),
        ("Non-conforming lot", True),
        ("Die Ware entspricht nicht der Spezifikation.", True),
        ("检验结论：不合格", True),
        ("检验结论：合格", False),
    ],
)
def test_a_declaration_that_says_no_is_a_finding(declaration: str, denies: bool) -> None:
    document = certificate()
    document["Certificate"]["DeclarationOfConformity"]["Declaration"] = declaration
    assert [Cause.NOT_CONFORMING] * denies == causes(document)

"""GS1 identifiers: one canonical link for every way of writing one."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.epcis.gs1 import _KEYS, LINK, canonical, check_digit
from tests.support.third_party import files

WRITTEN = {
    "urn:epc:id:sgtin:4065432.100001.XY-1": "/01/14065432000014/21/XY-1",
    "urn:epc:id:sgtin:4065432.100001.a!b(c)": "/01/14065432000014/21/a%21b%28c%29",
    "urn:epc:class:lgtin:4065432.100001.LOT.7": "/01/14065432000014/10/LOT.7",
    "urn:epc:idpat:sgtin:4065432.100001.*": "/01/14065432000014",
    "urn:epc:id:sscc:4065432.0123456789": "/00/040654321234567895",
    "urn:epc:id:sgln:4065432.00012.0": "/414/4065432000123",
    "urn:epc:id:sgln:4065432.00012.room-3": "/414/4065432000123/254/room-3",
    "urn:epc:id:pgln:4065432.00012": "/417/4065432000123",
    "urn:epc:id:grai:4065432.00012.55": "/8003/0406543200012355",
    "urn:epc:id:giai:4065432.A7": "/8004/4065432A7",
    "https://id.gs1.org/01/14065432000014/10/LOT7/21/9": "/01/14065432000014/21/9",
    "https://shop.example/some/path/gtin/4065432000018/lot/L1?17=261231#x": "/01/04065432000018/10/L1",
    "http://shop.example:8080/01/40654328/": "/01/00000040654328",
    "https://id.gs1.org/01/14065432000014/22/2A/10/L": "/01/14065432000014/10/L",
    "https://id.gs1.org/sscc/040654321234567895": "/00/040654321234567895",
}


@pytest.mark.parametrize(("written", "path"), WRITTEN.items())
def test_every_way_of_writing_has_one_canonical_link(written: str, path: str) -> None:
    assert LINK + path == canonical(written)
    assert LINK + path == canonical(LINK + path)


@pytest.mark.parametrize(
    "other",
    [
        "",
        "urn:epc:id:sgtin:4065432.1.XY",
        "urn:epc:id:sgtin:4065432.100001",
        "urn:epc:id:sscc:4065432.0123456789.1",
        "urn:epc:id:nothing:4065432.1.1",
        "urn:epc:class:lgtin:4065432.100001.a b",
        "urn:uuid:0e0c9a52-d1f2-4b43-8a47-aa9e8a8b4a4c",
        "https://shop.example/orders/12",
        "https://id.gs1.org/01/123",
        "https://id.gs1.org/01",
        "https://[broken/01/14065432000014",
        "geo:50.9,6.9",
    ],
)
def test_what_is_no_gs1_identifier_has_none(other: str) -> None:
    assert canonical(other) is None


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_whatever_is_asked_is_answered_and_an_answer_stays(text: str) -> None:
    link = canonical(f"https://id.gs1.org/{text}") or canonical(f"urn:epc:{text}")
    assert link is None or link == canonical(link)


@given(st.text("0123456789", min_size=7, max_size=17), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_changes_the_check_digit(digits: str, place: int, by: int) -> None:
    place %= len(digits)
    wrong = digits[:place] + str((int(digits[place]) + by) % 10) + digits[place + 1 :]
    assert check_digit(digits) != check_digit(wrong)


def test_the_check_digit_is_that_of_known_keys() -> None:
    assert ["3", "4", "0"] == [check_digit("629104150021"), check_digit("1061414107346"), check_digit("0000000")]


@pytest.mark.parametrize("path", files("gs1-identifiers/gs1-syntax-dictionary.txt"))
def test_the_keys_are_those_of_the_syntax_dictionary(path: Path) -> None:
    """Every key we know is a primary key there, with its lengths and the qualifiers we keep."""
    rows = re.findall(r"^(\d{2,4})\s+[*?]*\s+(\S.*?)\s+#", path.read_text(encoding="utf-8"), re.MULTILINE)
    dictionary = dict(rows)
    for key, (form, kept) in _KEYS.items():
        specification = dictionary[key]
        assert "dlpkey" in specification
        qualifiers = re.findall(r"\d{2,4}", specification.partition("dlpkey")[2])
        assert set(kept) <= set(qualifiers)
        lengths = [int(length) for length in re.findall(r"\bN(\d+)", specification)]
        shortest = "0" * sum(lengths)
        assert not lengths or re.fullmatch(form, shortest), (key, specification)

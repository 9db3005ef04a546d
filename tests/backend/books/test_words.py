"""The words that texts are found by."""

import pytest

from backend.books.words import LONGEST, MOST, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Acetonitrile, HPLC-grade", ["acetonitrile", "grade", "hplc"]),
        ("ＡＢＣ１２", ["abc12"]),
        ("超纯水", ["纯水", "超纯"]),
        ("水", ["水"]),
        ("5L桶装 NaCl", ["5l", "nacl", "桶装"]),
        ("STRASSE Straße", ["strasse"]),
        ("高圧ガス", ["ガス", "圧ガ", "高圧"]),
        ("urn:epc:id:sgln:4012345.00001.0", ["0", "00001", "4012345", "epc", "id", "sgln", "urn"]),
        ("... !?", []),
        ("w" * 100, ["w" * LONGEST]),
    ],
)
def test_a_text_is_cut_into_its_words(text: str, expected: list[str]) -> None:
    assert expected == words([text])


def test_a_text_without_end_has_its_first_words() -> None:
    assert MOST == len(words(str(number) for number in range(2 * MOST)))

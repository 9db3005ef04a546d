"""Numbers on labels and in ERPs as the URIs that EPCIS names things by.

With a GTIN or SSCC these are GS1's own, as constrained Digital Links; anything else hangs on a namespace of the
organisation. Source: GS1 General Specifications 3.2 and 7.9; EPC Tag Data Standard 6 for which signs a link escapes.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from backend.capture.sheets.faults import CellFault
from backend.capture.sheets.table import Cell, Kind
from backend.epcis import gs1
from backend.epcis.rules import is_uri

_LONGEST_CODE: Final = 60
_MOST_EXACT_DIGITS: Final = 15

# GS1's character set 82, and those of it that a link writes as they are beside letters, digits and `_.-`.
_LOT: Final = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}")
_PLAIN_IN_LINK: Final = "';="


def code_of(cell: Cell) -> str:
    """A number, code or name as it was typed, in half width.

    Raises:
        CellFault: `sheet_digits_lost`, `sheet_became_a_date`, `sheet_text_invalid`.
    """
    value, text = cell.value, cell.text
    if isinstance(value, bool) or (cell.kind is Kind.VALUE and not isinstance(value, str | int | float)):
        raise CellFault("sheet_became_a_date" if not isinstance(value, bool) else "sheet_text_invalid", cell)
    is_rounded = isinstance(value, int | float) and abs(value) >= 10**_MOST_EXACT_DIGITS
    if is_rounded or re.fullmatch(r"\d[.,]\d+[eE]\+\d+", text):
        raise CellFault("sheet_digits_lost", cell)
    if len(text) > _LONGEST_CODE or not text.isprintable():
        raise CellFault("sheet_text_invalid", cell)
    return text


def gtin_of(cell: Cell) -> str:
    """The 14 digits of a GTIN-8, -12, -13 or -14.

    Raises:
        CellFault: `sheet_gtin_invalid`, and what `code_of` raises.
    """
    digits = re.sub(r"[ -]", "", code_of(cell))
    # A number has lost the zeros in front of it; a text has not.
    lengths = range(7, 15) if isinstance(cell.value, int | float) else (8, 12, 13, 14)
    if not _is_checked(digits.zfill(14), 14) or len(digits) not in lengths:
        raise CellFault("sheet_gtin_invalid", cell)
    return digits.zfill(14)


def sscc_of(cell: Cell) -> str:
    """The link of a box by its SSCC, with or without the (00) before it.

    Raises:
        CellFault: `sheet_sscc_invalid`, and what `code_of` raises.
    """
    digits = re.sub(r"[ -]", "", code_of(cell)).removeprefix("(00)")
    if len(digits) == 20:
        digits = digits.removeprefix("00")
    if not _is_checked(digits, 18):
        raise CellFault("sheet_sscc_invalid", cell)
    return f"{gs1.LINK}/00/{digits}"


def gs1_lot(gtin: str, lot: Cell) -> str:
    """The link of a lot of a GTIN.

    Raises:
        CellFault: `sheet_lot_invalid`, and what `code_of` raises.
    """
    text = code_of(lot)
    if not _LOT.fullmatch(text):
        raise CellFault("sheet_lot_invalid", lot)
    return f"{gs1.LINK}/01/{gtin}/10/{quote(text, safe=_PLAIN_IN_LINK)}"


def own_lot(namespace: str, item: str, lot: str) -> str:
    """The URI of a lot by the organisation's own numbers."""
    return f"{namespace}/item/{quote(item, safe='')}/lot/{quote(lot, safe='')}"


def document_of(cell: Cell, namespace: str | None, kind: str) -> str:
    """The URI of a business document by its number; a URI stays what it is.

    Raises:
        CellFault: `sheet_namespace_missing`, and what `code_of` raises.
    """
    text = code_of(cell)
    if re.match(r"urn:|https?://", text):
        if not is_uri(text):
            raise CellFault("sheet_text_invalid", cell)
        return text
    if namespace is None:
        raise CellFault("sheet_namespace_missing", cell)
    return f"{namespace}/{kind}/{quote(text, safe='')}"


def place_of(cell: Cell, namespace: str | None) -> str:
    """The URI of a place: by its GLN, or by the organisation's own name for it.

    Raises:
        CellFault: `sheet_namespace_missing`, and what `code_of` raises.
    """
    text = code_of(cell)
    if _is_checked(text, 13):
        return f"{gs1.LINK}/414/{text}"
    return document_of(cell, namespace, "place")


def _is_checked(digits: str, length: int) -> bool:
    is_number = len(digits) == length and digits.isascii() and digits.isdigit()
    return is_number and gs1.check_digit(digits[:-1]) == digits[-1]

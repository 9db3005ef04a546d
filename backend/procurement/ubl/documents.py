"""The UBL documents we carry: from XML to our words and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from lxml import etree

from backend.errors import ServiceError
from backend.procurement.ubl import binding
from backend.procurement.ubl.answers import OrderResponse
from backend.procurement.ubl.binding import Words
from backend.procurement.ubl.check_digits import is_valid
from backend.procurement.ubl.despatch import DespatchAdvice
from backend.procurement.ubl.orders import Order, OrderCancellation, OrderChange
from backend.procurement.ubl.words import Item
from backend.reading.bounded_xml import Element, parse

_GTIN_SCHEME = "0160"
_MOST_NAMED = 100

KINDS: Mapping[str, type[Words]] = MappingProxyType(
    {kind.__name__: kind for kind in (Order, OrderChange, OrderCancellation, OrderResponse, DespatchAdvice)}
)
"""Each kind by the name of its root element."""

_Kind = TypeVar("_Kind", bound=Words)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person should look at; it refuses nothing."""

    code: str
    """`gtin_check_digit_wrong` or `sscc_check_digit_wrong`."""
    at: str
    """The number of the line."""
    value: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What came out of one document."""

    kind: str
    document: Words
    remarks: tuple[Remark, ...]
    not_carried: tuple[str, ...]
    """Paths of elements with a text that our words have no place for; the first hundred."""


def read_any(content: bytes) -> Reading:
    """Whatever of `KINDS` it is.

    Raises:
        ServiceError: `document_kind_unknown`, `document_invalid`, and those of `bounded_xml.parse`.
    """
    root = parse(content)
    kind = _kind_of(root)
    if kind is None:
        raise ServiceError("document_kind_unknown", kind=str(root.tag)[:200], known=", ".join(KINDS))
    document, besides = binding.read(KINDS[kind], root)
    return Reading(kind, document, tuple(_remarks(document)), besides[:_MOST_NAMED])


def read(kind: type[_Kind], content: bytes) -> tuple[_Kind, Reading]:
    """A document that must be of one kind.

    Raises:
        ServiceError: as `read_any`; `document_kind_unknown` also for another kind.
    """
    reading = read_any(content)
    if not isinstance(reading.document, kind):
        raise ServiceError("document_kind_unknown", kind=reading.kind, known=kind.__name__)
    return reading.document, reading


def write(document: Words) -> bytes:
    """A document of `KINDS` as XML; read again it is equal."""
    return binding.write(document, _tag(type(document).__name__))


def _tag(kind: str) -> str:
    return f"{{urn:oasis:names:specification:ubl:schema:xsd:{kind}-2}}{kind}"


def _kind_of(root: Element) -> str | None:
    kind = etree.QName(root).localname
    return kind if kind in KINDS and root.tag == _tag(kind) else None


def _remarks(document: Words) -> Iterator[Remark]:
    if not isinstance(document, Order | OrderChange | OrderResponse | DespatchAdvice):
        return
    for line in document.lines:
        if line.item is not None:
            yield from _about_gtin(line.number, line.item)
    if isinstance(document, DespatchAdvice):
        for despatched in document.lines:
            for unit in (unit for shipment in despatched.shipments for unit in shipment.units):
                if unit.sscc is not None and not is_valid("SSCC", unit.sscc):
                    yield Remark("sscc_check_digit_wrong", despatched.number, unit.sscc)


def _about_gtin(line: str, item: Item) -> Iterator[Remark]:
    gtin = item.standard_id
    if gtin is not None and gtin.scheme == _GTIN_SCHEME and not is_valid("GTIN", gtin.value):
        yield Remark("gtin_check_digit_wrong", line, gtin.value)

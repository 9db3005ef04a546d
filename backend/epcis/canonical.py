"""The canonical hash of an event: the same however it is written, another if anything in it is another.

CBV 2.0 section 8.9: every field as `name=value` in an order of its own, without separators, hashed with SHA-256 and
named as RFC 6920 has it. Not in it: `recordTime`, `eventID` and `errorDeclaration`, which come after the event.
The vectors of the algorithm's reference implementation are the oracle of the tests; where it and the standard's text
differ (the place of sources, destinations and business transactions), the vectors are followed.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from backend.epcis import gs1, vocabulary
from backend.epcis.tree import Node

_Order = Mapping[str, "_Order | None"]

_EPCS: Final[_Order] = {"epc": None}
_QUANTITIES: Final[_Order] = {"quantityElement": {"epcClass": None, "quantity": None, "uom": None}}
_DEVICE: Final[_Order] = dict.fromkeys(("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod"))

_FIELDS: Final[_Order] = {
    "eventTime": None,
    "eventTimeZoneOffset": None,
    "certificationInfo": None,
    "parentID": None,
    "epcList": _EPCS,
    "inputEPCList": _EPCS,
    "childEPCs": _EPCS,
    "quantityList": _QUANTITIES,
    "childQuantityList": _QUANTITIES,
    "inputQuantityList": _QUANTITIES,
    "outputEPCList": _EPCS,
    "outputQuantityList": _QUANTITIES,
    "action": None,
    "transformationID": None,
    "bizStep": None,
    "disposition": None,
    "persistentDisposition": {"set": None, "unset": None},
    "readPoint": {"id": None},
    "bizLocation": {"id": None},
}
"""What stands first, in this order. The rest (lists of documents and parties, ilmd, extensions) follows by its text."""

_SENSORS: Final[_Order] = {
    "sensorElement": {
        "sensorMetadata": {"time": None, "startTime": None, "endTime": None, **_DEVICE, "bizRules": None},
        "sensorReport": {
            "type": None,
            "exception": None,
            **_DEVICE,
            **dict.fromkeys(
                (
                    "time",
                    "microorganism",
                    "chemicalSubstance",
                    "value",
                    "component",
                    "stringValue",
                    "booleanValue",
                    "hexBinaryValue",
                    "uriValue",
                    "minValue",
                    "maxValue",
                    "meanValue",
                    "sDev",
                    "percRank",
                    "percValue",
                    "uom",
                    "coordinateReferenceSystem",
                )
            ),
        },
    }
}

_TIMES: Final = frozenset({"eventTime", "time", "startTime", "endTime"})
_UNHASHED: Final = frozenset({"recordTime", "eventID", "errorDeclaration"})
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


def event_hash(event: Node) -> str:
    """`ni:///sha-256;<64 hex digits>?ver=CBV2.0`."""
    return f"ni:///sha-256;{hashlib.sha256(pre_hash(event).encode()).hexdigest()}?ver=CBV2.0"


def pre_hash(event: Node) -> str:
    """The text that is hashed."""
    ordered = {**_FIELDS, "sensorElementList": _SENSORS}
    rest = [child for child in event.children if child.name not in ordered and child.name not in _UNHASHED]
    return f"eventType={event.name}{_in_order(event.children, ordered)}{_by_text(rest)}"


def _in_order(children: Iterable[Node], order: _Order) -> str:
    """Fields in a given order; those of one name by their text."""
    found = list(children)
    return "".join(
        text
        for name, inner in order.items()
        for text in sorted(_field(child, inner) for child in found if child.name == name)
    )


def _field(node: Node, order: _Order | None) -> str:
    """A field of the standard; what others added to it stands last."""
    value = _moment(node.value) if node.name in _TIMES else _value(node.value)
    inside = _in_order(node.children, order) if order else ""
    extensions = _by_text(child for child in node.children if child.is_extension) if order else ""
    if not (value or inside or extensions):
        return ""
    return node.name + (f"={value}" if value else "") + inside + extensions


def _by_text(nodes: Iterable[Node]) -> str:
    return "".join(sorted(_free(node) for node in nodes))


def _free(node: Node) -> str:
    """A field the standard gives no order within. A type comes before what it is the type of."""
    value = f"={text}" if (text := _value(node.value)) else ""
    if node.name in ("bizTransaction", "source", "destination"):
        return _by_text(node.children) + node.name + value
    return node.name + value + _by_text(node.children)


def _value(text: str) -> str:
    text = vocabulary.modern(text.strip())
    if _NUMBER.fullmatch(text):
        return _number(text)
    return gs1.canonical(text) or text


def _number(text: str) -> str:
    """Without leading and trailing zeros, sign of plus, or exponent."""
    plain = f"{Decimal(text):f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in ("-0", "") else plain


def _moment(text: str) -> str:
    """In UTC, to the millisecond, half a one rounded up; what is no time stays as it is."""
    match = re.fullmatch(r"(.*?)(\.\d+)?(Z|[+-]\d\d:\d\d)", text.strip())
    if match is None:
        return text.strip()
    try:
        moment = datetime.fromisoformat(match[1] + match[3].replace("Z", "+00:00"))
    except ValueError:
        return text.strip()
    milliseconds = int((Decimal(match[2] or "0") * 1000 + Decimal("0.5")).to_integral_value("ROUND_FLOOR"))
    whole = datetime.fromtimestamp(moment.timestamp() + milliseconds // 1000, UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"

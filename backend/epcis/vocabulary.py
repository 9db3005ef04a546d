"""The words of the Core Business Vocabulary as Web URIs, whichever way they were written.

A document may write `shipping`, `cbv:BizStep-shipping`, `urn:epcglobal:cbv:bizstep:shipping` or
`https://ref.gs1.org/cbv/BizStep-shipping`: the last is what all of them mean (CBV 2.0 section 8.9.5).
"""

from collections.abc import Mapping
from typing import Final

CBV: Final = "https://ref.gs1.org/cbv/"
VOC: Final = "https://gs1.org/voc/"

PREFIXES: Final[Mapping[str, str]] = {
    "cbv": CBV,
    "cbvmda": "urn:epcglobal:cbv:mda:",
    "epcis": "https://ref.gs1.org/epcis/",
    "gs1": VOC,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
}
"""What GS1's own JSON-LD context calls namespaces."""

BARE: Final[Mapping[str, str]] = {
    "bizStep": f"{CBV}BizStep-",
    "disposition": f"{CBV}Disp-",
    "set": f"{CBV}Disp-",
    "unset": f"{CBV}Disp-",
    "bizTransaction": f"{CBV}BTT-",
    "source": f"{CBV}SDT-",
    "destination": f"{CBV}SDT-",
    "sensorReport": VOC,
    "exception": VOC,
    "component": f"{CBV}Comp-",
}
"""Where a bare word of a field belongs; of a bizTransaction, source, destination or sensorReport it is the type."""

_URNS: Final[Mapping[str, str]] = {
    "urn:epcglobal:cbv:bizstep:": f"{CBV}BizStep-",
    "urn:epcglobal:cbv:disp:": f"{CBV}Disp-",
    "urn:epcglobal:cbv:btt:": f"{CBV}BTT-",
    "urn:epcglobal:cbv:sdt:": f"{CBV}SDT-",
    "urn:epcglobal:cbv:er:": f"{CBV}ER-",
}


def expanded(word: str, prefixes: Mapping[str, str]) -> str:
    """A compact URI in full: `gs1:Temperature` under its prefix."""
    prefix, colon, rest = word.partition(":")
    return prefixes[prefix] + rest if colon and prefix in prefixes else word


def word(text: str, field: str, prefixes: Mapping[str, str]) -> str:
    """A word of a field as a Web URI; what is no word of the vocabulary stays as it is."""
    if field in BARE and text and ":" not in text:
        return BARE[field] + text
    return expanded(text, prefixes)


def modern(text: str) -> str:
    """An old URN of the vocabulary as today's Web URI."""
    for urn, uri in _URNS.items():
        if text.startswith(urn):
            return uri + text.removeprefix(urn)
    return text

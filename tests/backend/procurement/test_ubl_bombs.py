"""XML that means harm: each kind has its code, reads no file and no network, and takes little memory."""

from __future__ import annotations

import resource
from itertools import pairwise
from pathlib import Path

import pytest

from backend.errors import ServiceError
from backend.procurement.ubl.documents import read_any
from backend.reading.bounded_xml import DEEPEST, LONGEST_DOCUMENT
from tests.backend.procurement.papers import an_order

_NAMES = [f"a{level}" for level in range(10)]
# Ten levels of ten: a billion laughs.
_LAUGHS = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY {name} "{f"&{below};" * 10}">' for below, name in pairwise(_NAMES))


def refusal_of(content: bytes) -> str:
    with pytest.raises(ServiceError) as refusal:
        read_any(content)
    assert len(str(refusal.value.params)) < 1_000
    return refusal.value.code


_BOMBS = {
    "a billion laughs": (f"<!DOCTYPE x [{_LAUGHS}]><x>&a9;</x>", "xml_doctype_refused"),
    "a billion laughs in an attribute": (f'<!DOCTYPE x [{_LAUGHS}]><x y="&a9;"/>', "document_too_deep"),
    "an entity of itself": ('<!DOCTYPE x [<!ENTITY a "&b;"><!ENTITY b "&a;">]><x y="&a;"/>', "document_too_deep"),
    "a DTD from elsewhere": ('<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><x/>', "xml_doctype_refused"),
    "a parameter entity from elsewhere": (
        '<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:1/x"> %e;]><x/>',
        "xml_doctype_refused",
    ),
    "a document type and nothing more": ("<!DOCTYPE x><x/>", "xml_doctype_refused"),
    "an entity nobody declared": ("<x>&nothing;</x>", "xml_malformed"),
    "a hundred levels": ("<x>" * 100 + "</x>" * 100, "document_too_deep"),
    "levels without end": ("<x>" * 500_000, "document_too_deep"),
    "elements without end": ("<x>" + "<y/>" * 300_000 + "</x>", "document_too_deep"),
    "bytes without end": ("<x>" + "y" * LONGEST_DOCUMENT + "</x>", "document_too_large"),
    "a name without end": ("<" + "x" * 100_000 + "/>", "document_too_deep"),
    "no bytes": ("", "xml_malformed"),
    "no XML": ("{}", "xml_malformed"),
    "half a document": ("<x><y>", "xml_malformed"),
    "a NUL": ("<x>\0</x>", "xml_malformed"),
    "two documents": ("<x/><x/>", "xml_malformed"),
}


@pytest.mark.parametrize(("content", "code"), _BOMBS.values(), ids=_BOMBS)
def test_each_bomb_has_its_code(content: str, code: str) -> None:
    assert code == refusal_of(content.encode())


def test_a_file_named_in_an_entity_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("top secret")
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    assert "xml_doctype_refused" == refusal_of(an_order(head="<cbc:ID>&e;</cbc:ID>", prolog=entity).encode())
    include = f'<x xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="{secret.as_uri()}"/></x>'
    assert "document_kind_unknown" == refusal_of(include.encode())


@pytest.mark.parametrize(
    ("declared", "written"), [("UTF-8", "gb18030"), ("UTF-8", "latin-1"), ("klingon", "utf-8")], ids=str
)
def test_bytes_that_are_not_in_the_declared_encoding_are_refused(declared: str, written: str) -> None:
    prolog = f'<?xml version="1.0" encoding="{declared}"?>'
    content = an_order(prolog=prolog).replace("溯源生物", "Bönn").replace("乙腈", "é")
    assert "xml_encoding_wrong" == refusal_of(content.encode(written))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings_that_are_what_they_say_are_read(encoding: str) -> None:
    prolog = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
    content = an_order(prolog=prolog).encode(encoding)
    assert read_any(an_order().encode()).document == read_any(content).document


def test_a_document_as_deep_as_allowed_is_judged_by_its_kind() -> None:
    assert "document_kind_unknown" == refusal_of(b"<x>" * DEEPEST + b"</x>" * DEEPEST)


def test_bombs_take_little_memory() -> None:
    bombs = [b"<x>" + b"<y/>" * 400_000, b'<x y="' + b"z" * (LONGEST_DOCUMENT - 20), b"<x>" * 600_000]
    for bomb in bombs:
        refusal_of(bomb)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for bomb in bombs * 5:
        refusal_of(bomb)
    # Kilobytes; what one bomb took is there to be used for the next.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 32 * 1024

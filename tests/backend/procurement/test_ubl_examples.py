"""The examples that Peppol publishes: read without loss in the fields we carry, and written as they were."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from backend.errors import ServiceError
from backend.procurement.ubl.documents import KINDS, Reading, read_any, write
from tests.support.third_party import files

ROOT = Path(__file__).parents[3]
EXAMPLES = files("procurement/peppol-poacc/rules/examples/**/*.xml")

# Path, text, attributes.
Leaf = tuple[str, str, frozenset[tuple[str, str]]]


def reading_of(path: Path) -> Reading | None:
    """What we read of an example; None for a kind that is not ours."""
    content = path.read_bytes()
    if etree.QName(etree.fromstring(content)).localname in KINDS:
        return read_any(content)
    with pytest.raises(ServiceError) as refusal:
        read_any(content)
    assert "document_kind_unknown" == refusal.value.code
    return None


def leaves(content: bytes) -> Iterator[Leaf]:
    """Every element that has a text, in order."""
    for element in etree.fromstring(content).iter(etree.Element):
        text = (element.text or "").strip()
        if len(element) == 0 and text:
            names = [etree.QName(each).localname for each in (element, *element.iterancestors())]
            attributes = frozenset((str(name), str(value)) for name, value in element.attrib.items())
            yield "/".join(reversed(names[:-1])), text, attributes


def stands_in(ours: Leaf, there: Iterator[Leaf]) -> bool:
    """Whether what we wrote is still to come; what stands before it is passed over."""
    return any(ours[:2] == leaf[:2] and ours[2] <= leaf[2] for leaf in there)


@pytest.mark.parametrize("path", EXAMPLES)
def test_an_example_comes_back_as_itself_without_what_is_not_carried(path: Path) -> None:
    """In order too, which is how a reader with the official schema would take it."""
    reading = reading_of(path)
    if reading is None:
        return
    there = list(leaves(path.read_bytes()))
    ours = list(leaves(write(reading.document)))
    rest = iter(there)
    assert [] == [leaf for leaf in ours if not stands_in(leaf, rest)]
    left_out = Counter(leaf[:2] for leaf in there) - Counter(leaf[:2] for leaf in ours)
    assert set(reading.not_carried) == {where for where, _ in left_out}
    assert reading.document == read_any(write(reading.document)).document


@pytest.mark.parametrize("path", EXAMPLES)
def test_what_is_not_carried_of_an_example_is_documented(path: Path) -> None:
    section = (ROOT / "docs/documents.md").read_text(encoding="utf-8").split("## Orders and despatch advices")[1]
    documented = tuple(re.findall(r"^- `([\w/]+)`", section, re.MULTILINE))
    reading = reading_of(path)
    assert [] == [where for where in (reading.not_carried if reading else ()) if not where.endswith(documented)]

"""Bytes of XML to elements, and nothing else: no DTD, no entity, no network, no file, bounded depth and size.

docs/decisions/0009-xml.md says why lxml, and against what each of the settings stands.
"""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from lxml import etree

# lxml's class of an element has no public name.
from lxml.etree import _Element

from backend.errors import ServiceError

Element: TypeAlias = _Element

LONGEST_DOCUMENT = 2 * 1024 * 1024
"""Bytes; an order of two thousand full lines."""

DEEPEST = 32
"""Elements inside each other; the documents we carry need nine."""

MOST_ELEMENTS = 200_000

_CHUNK = 16 * 1024

_CODES: Mapping[int, str] = {
    # Bytes that are not in the encoding they claim.
    etree.ErrorTypes.ERR_INVALID_ENCODING: "xml_encoding_wrong",
    etree.ErrorTypes.ERR_UNKNOWN_ENCODING: "xml_encoding_wrong",
    etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING: "xml_encoding_wrong",
    etree.ErrorTypes.I18N_CONV_FAILED: "xml_encoding_wrong",
    etree.ErrorTypes.I18N_NO_HANDLER: "xml_encoding_wrong",
    # The parser's own bounds: on depth, on the length of names and texts, on what entities may expand to.
    etree.ErrorTypes.ERR_RESOURCE_LIMIT: "document_too_deep",
    etree.ErrorTypes.ERR_ENTITY_LOOP: "document_too_deep",
    etree.ErrorTypes.ERR_NAME_TOO_LONG: "document_too_deep",
}


def parse(content: bytes) -> Element:
    """The root element.

    Raises:
        ServiceError: `document_too_large`, `document_too_deep`, `xml_doctype_refused`, `xml_encoding_wrong`,
            `xml_malformed`.
    """
    if len(content) > LONGEST_DOCUMENT:
        raise ServiceError("document_too_large", bytes=len(content), most_bytes=LONGEST_DOCUMENT)
    parser = etree.XMLPullParser(
        events=("start", "end"),
        attribute_defaults=False,
        dtd_validation=False,
        huge_tree=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        resolve_entities=False,
    )
    watch = _Watch()
    try:
        for start in range(0, len(content), _CHUNK):
            try:
                parser.feed(content[start : start + _CHUNK])
            finally:
                # After an error too: what stands before it may be the better reason.
                watch.look(parser.read_events())
        parser.close()
    except etree.XMLSyntaxError as error:
        line, column = error.position
        code = _CODES.get(error.code, "xml_malformed")
        raise ServiceError(code, line=line, column=column, problem=str(error.msg)[:200]) from None
    assert watch.root is not None  # close() raises on a document without one
    return watch.root


class _Watch:
    """Sees elements come and go while a document is read, so that a forbidden one is read no further."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self._depth = 0
        self._elements = 0

    def look(self, events: Iterator[tuple[str, Element]]) -> None:
        for event, element in events:
            self._depth += 1 if event == "start" else -1
            self._elements += event == "start"
            if self.root is None:
                self.root = element
                if element.getroottree().docinfo.doctype:
                    raise ServiceError("xml_doctype_refused")
            if self._depth > DEEPEST or self._elements > MOST_ELEMENTS:
                raise ServiceError("document_too_deep", deepest=DEEPEST, most_elements=MOST_ELEMENTS)

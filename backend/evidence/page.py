"""A page to print: a QR code that leads to an evidence file and names it by its hash, and what the file proves.

Chinese is set in a font that PDF viewers bring along (Adobe's STSong-Light): none is embedded, none of this machine's
used.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from xml.sax.saxutils import escape

import segno
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib.colors import black
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer

from verifier.check import Verdict
from verifier.evidence import Evidence
from verifier.statement import Statement, say, statement
from verifier.trust import Trust

_FONTS = {"zh": "STSong-Light", "en": "Helvetica"}
_TITLES = {"zh": "溯源 · 证据", "en": "Suyuan · Evidence"}
_MORE = {"zh": "文件中还有 {count} 项。", "en": "{count} more in the file."}
_CHECK = {
    "zh": "扫码取得文件，比对 SHA-256，再用 suyuan-verify 或离线网页核验；信任文件须取自他处。",
    "en": "Scan for the file, compare its SHA-256, then check it with suyuan-verify or the offline page; the trust "
    "file comes from somebody else.",
}
_MOST_LINES = 14
# What Helvetica has no glyphs for: a name in Chinese stands in an English sentence, too.
_BEYOND_LATIN = re.compile("[\u0370-\uffff]+")
_SIDE = 62 * mm


def page(content: bytes, evidence: Evidence, verdict: Verdict, trust: Trust, address: str | None) -> bytes:
    """The page, as PDF, about a file that was found valid.

    Args:
        content: the file itself, for its hash.
        address: where it lies for whoever scans the code; without one the code holds the hash alone.
    """
    pdfmetrics.registerFont(UnicodeCIDFont(_FONTS["zh"]))
    digest = hashlib.sha256(content).hexdigest()
    story: list[Flowable] = [
        *(_text(_TITLES[language], language, size=18) for language in ("zh", "en")),
        Spacer(1, 4 * mm),
        _code(code_of(digest, address)),
        Spacer(1, 3 * mm),
        *([] if address is None else [_text(address, "en", size=9)]),
        _text(f"SHA-256 {digest}", "en", size=9),
    ]
    for language in ("zh", "en"):
        story += [Spacer(1, 5 * mm), *_told(statement(evidence, verdict, trust, language), language)]
    written = BytesIO()
    document = SimpleDocTemplate(
        written,
        pagesize=A4,
        title=_TITLES["en"],
        author="Suyuan",
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=16 * mm,
        bottomMargin=16 * mm,
        # The same file gives the same page, byte for byte.
        invariant=1,
    )
    document.build(story)
    return written.getvalue()


def code_of(digest: str, address: str | None) -> str:
    """What the QR code says."""
    return f"sha256:{digest}" if address is None else f"{address}#sha256={digest}"


def _code(text: str) -> Flowable:
    """A QR code in squares, not in pixels: it prints sharp at any size."""
    rows = list(segno.make(text, error="m", micro=False).matrix_iter(border=4))
    side = _SIDE / len(rows)
    drawing = Drawing(_SIDE, _SIDE)
    for y, row in enumerate(reversed(rows)):
        for x, is_dark in enumerate(row):
            if is_dark:
                drawing.add(Rect(x * side, y * side, side, side, strokeWidth=0, strokeColor=None, fillColor=black))
    return drawing


def _told(said: Statement, language: str) -> Iterator[Flowable]:
    yield from _list(say("lines", "proven", language), said.proven, language)
    yield from _list(say("lines", "claimed", language), said.claimed, language)
    if said.doubts:
        yield from _list(say("lines", "doubts", language), said.doubts, language)
    yield _text(_CHECK[language], language, size=9)


def _list(title: str, lines: Sequence[str], language: str) -> Iterator[Flowable]:
    yield _text(title, language, size=12)
    for line in lines[:_MOST_LINES]:
        yield _text(f"– {line}", language, size=9)
    if len(lines) > _MOST_LINES:
        yield _text(_MORE[language].format(count=len(lines) - _MOST_LINES), language, size=9)
    yield Spacer(1, 2 * mm)


def _text(text: str, language: str, *, size: int) -> Flowable:
    style = ParagraphStyle(
        language,
        fontName=_FONTS[language],
        fontSize=size,
        leading=size * 1.4,
        wordWrap="CJK" if language == "zh" else None,
        splitLongWords=True,
    )
    return Paragraph(_BEYOND_LATIN.sub(rf'<font name="{_FONTS["zh"]}">\g<0></font>', escape(text)), style)

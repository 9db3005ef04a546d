"""Text files in whichever encoding a spreadsheet, an ERP or a logger wrote them: UTF-8, UTF-16, GB18030."""

import codecs
from typing import Final

# Of a table in UTF-16, at least so many characters in a hundred are separators, digits and line ends.
_LEAST_PLAIN_PERCENT: Final = 12


def decoded(content: bytes) -> str | None:
    """The text, without its byte order mark; None if it is in none of the encodings, or no text."""
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.removeprefix("\ufeff")
    return None


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if b"\0" in content:
        # UTF-16 without its mark: the half of every separator and digit that is zero says which way round.
        even, odd = content[::2].count(0), content[1::2].count(0)
        is_plausible = 200 * max(even, odd) >= _LEAST_PLAIN_PERCENT * len(content)
        return (("utf-16-le",) if odd >= even else ("utf-16-be",)) if is_plausible else ()
    return ("utf-8", "gb18030")

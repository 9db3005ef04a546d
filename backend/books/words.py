"""The words that texts are found by, the same for what is written and for what is asked.

A word is a run of letters and digits, whatever its case and width; Chinese, Japanese and Korean, which put no space
between words, are cut into every two neighbours.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

LONGEST = 64
"""Characters of a word; what is longer is found by its beginning."""
MOST = 10_000
"""Words of one text: more than a paper has."""

_CJK = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"(?P<cjk>[{_CJK}]+)|[^\W{_CJK}]+")


def words(texts: Iterable[str]) -> list[str]:
    """The distinct words of some texts, in order of the alphabet; at most `MOST`."""
    found: set[str] = set()
    for text in texts:
        for word in _words(text):
            found.add(word)
            if len(found) == MOST:
                return sorted(found)
    return sorted(found)


def _words(text: str) -> Iterator[str]:
    for run in _RUN.finditer(unicodedata.normalize("NFKC", text).casefold()):
        characters = run.group()
        if run["cjk"] and len(characters) > 1:
            yield from (characters[at : at + 2] for at in range(len(characters) - 1))
        else:
            yield characters[:LONGEST]

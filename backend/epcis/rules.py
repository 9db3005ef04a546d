"""A small language of rules about JSON: each says what is wrong with a value, and where.

A rule is a function of a value and the JSON Pointer (RFC 6901) it stands at.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, where: a stable code, a JSON Pointer, a sentence."""

    code: str
    at: str
    sentence: str


Rule = Callable[[Any, str], Iterator[Finding]]

# RFC 3986: a scheme, then only characters of a URI, percent signs only before two hex digits.
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def is_uri(text: str) -> bool:
    """Whether a text is a URI, as the names of extensions are, too."""
    return _URI.fullmatch(text) is not None


def text(value: Any, at: str) -> Iterator[Finding]:
    """Any string."""
    if not isinstance(value, str):
        yield Finding("kind", at, "a text is needed")


def number(value: Any, at: str) -> Iterator[Finding]:
    """Any number."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        yield Finding("kind", at, "a number is needed")


def boolean(value: Any, at: str) -> Iterator[Finding]:
    """true or false."""
    if not isinstance(value, bool):
        yield Finding("kind", at, "true or false is needed")


def uri(value: Any, at: str) -> Iterator[Finding]:
    """A URI."""
    if not isinstance(value, str):
        yield Finding("kind", at, "a URI is needed")
    elif not is_uri(value):
        yield Finding("uri", at, f"`{value[:80]}` is no URI")


def moment(value: Any, at: str) -> Iterator[Finding]:
    """A time with its zone, as RFC 3339 writes it."""
    if not isinstance(value, str):
        yield Finding("kind", at, "a time is needed")
    elif not _is_moment(value):
        yield Finding("time", at, f"`{value[:40]}` is no time like 2026-03-04T11:00:30.000+08:00")


def matching(pattern: str, sentence: str) -> Rule:
    """A text of a form."""
    form = re.compile(pattern)

    def rule(value: Any, at: str) -> Iterator[Finding]:
        if not isinstance(value, str) or not form.search(value):
            yield Finding("form", at, sentence)

    return rule


def word(words: Collection[str], foreign: str) -> Rule:
    """A word of a vocabulary, or a URI of somebody else's; `foreign` is the pattern of theirs."""
    elsewhere = re.compile(foreign)

    def rule(value: Any, at: str) -> Iterator[Finding]:
        if not isinstance(value, str):
            yield Finding("kind", at, "a word is needed")
        elif value not in words and not (is_uri(value) and elsewhere.match(value)):
            yield Finding("word", at, f"`{value[:80]}` is no word of the vocabulary")

    return rule


def listed(item: Rule, *, least: int = 0, unique: bool = False) -> Rule:
    """A list of things that all keep a rule."""

    def rule(value: Any, at: str) -> Iterator[Finding]:
        if not isinstance(value, list):
            yield Finding("kind", at, "a list is needed")
            return
        if len(value) < least:
            yield Finding("empty", at, f"at least {least} is needed")
        if unique and len({repr(each) for each in value}) < len(value):
            yield Finding("twice", at, "something stands in it twice")
        for place, each in enumerate(value):
            yield from item(each, f"{at}/{place}")

    return rule


def shaped(properties: Mapping[str, Rule], *, required: Collection[str] = (), extensible: bool = True) -> Rule:
    """An object: its properties by name; others must be named by a URI, or not be there at all."""

    def rule(value: Any, at: str) -> Iterator[Finding]:
        if not isinstance(value, Mapping):
            yield Finding("kind", at, "an object is needed")
            return
        for name in required:
            if name not in value:
                yield Finding("missing", at, f"`{name}` is missing")
        for name, inner in value.items():
            place = f"{at}/{name.replace('~', '~0').replace('/', '~1')}"
            if name in properties:
                yield from properties[name](inner, place)
            elif not extensible or not is_uri(name):
                yield Finding("unknown", place, f"`{name[:80]}` is no property here, nor of a namespace")

    return rule


def either(*rules: Rule) -> Rule:
    """One of several rules; what the last finds is told."""

    def rule(value: Any, at: str) -> Iterator[Finding]:
        found: list[Finding] = []
        for each in rules:
            found = list(each(value, at))
            if not found:
                return
        yield from found

    return rule


def _is_moment(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(re.sub(r"\.\d+", "", text.upper()))
    except ValueError:
        return False
    return True

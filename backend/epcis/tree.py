"""What JSON-LD and XML have in common: an event as named values inside each other.

Names are those of EPCIS's XML (`epcList` holds `epc`s, `quantityList` holds `quantityElement`s); an extension is named
`{namespace}local`. Values are texts as they were written, words of the standard vocabulary as Web URIs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Node:
    """A field: its value, if it has one, and the fields in it."""

    name: str
    value: str = ""
    children: tuple["Node", ...] = field(default=())

    def named(self, name: str) -> Iterator["Node"]:
        """The fields directly in it that have a name."""
        return (child for child in self.children if child.name == name)

    @property
    def is_extension(self) -> bool:
        """Whether somebody other than GS1 defined it."""
        return self.name.startswith("{")

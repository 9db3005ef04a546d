"""What a member has, by the identifiers that stand on it: what a new event can be about.

An identifier is a GS1 key in its canonical form, or any other URI as it was written. The shelf is told what the service
knows and goes on from there, so that a document's second event finds what its first one made.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from contracts.details import handle
from contracts.typed_data import holding_id

NOBODY = 0
"""The maker of a lot that nobody on this ledger is known to have made."""


@dataclass(frozen=True, slots=True)
class Held:
    """A holding of the member's: its key, how many records it has, whether it lies there to be used."""

    identifier: str
    salt: bytes
    """Opens the handle in its key."""
    key: Mapping[str, Any]
    seq: int
    is_free: bool = True
    """Held here, neither used up nor on its way nor packed in something."""
    is_open: bool = True
    """Not used up."""
    packed_in: bytes | None = None
    amount: Decimal | None = None
    """How much of it there is, in the unit its events name; None if nobody said."""

    @property
    def id(self) -> bytes:
        """The holding's 32 bytes on chain."""
        return holding_id(self.key)


@dataclass
class Shelf:
    """The holdings of one organisation."""

    organisation: int
    _salts: dict[str, bytes] = field(default_factory=dict)
    _serials: dict[str, int] = field(default_factory=dict)
    _held: dict[str, tuple[bytes, ...]] = field(default_factory=dict)
    _by_id: dict[bytes, Held] = field(default_factory=dict)
    _random: Callable[[int], bytes] = os.urandom

    def copy(self) -> Shelf:
        """Another shelf with the same things on it: what is tried on it leaves this one as it is."""
        return replace(
            self,
            _salts=dict(self._salts),
            _serials=dict(self._serials),
            _held=dict(self._held),
            _by_id=dict(self._by_id),
        )

    def put(self, held: Held) -> None:
        """Something is there, or is there in another state than before."""
        if held.id not in self._by_id:
            self._held[held.identifier] = (*self._held.get(held.identifier, ()), held.id)
        self._by_id[held.id] = held

    def met(self, identifier: str, salt: bytes | None, next_serial: int) -> None:
        """An identifier was used before: the salt for more of the same lot, and the first serial not taken under it.

        Serials count what was handed on as well, which lies on no shelf any more.
        """
        if salt is not None:
            self._salts.setdefault(identifier, salt)
        self._serials[identifier] = max(next_serial, self._serials.get(identifier, 1))

    def all_of(self, identifier: str) -> Iterable[Held]:
        """Every holding with an identifier, the oldest first."""
        return [self._by_id[known] for known in self._held.get(identifier, ())]

    def find(self, identifier: str, suits: Callable[[Held], bool]) -> Held | None:
        """The oldest holding with an identifier that suits; None if there is none."""
        return next((held for held in self.all_of(identifier) if suits(held)), None)

    def inside(self, parent: bytes) -> list[Held]:
        """What is packed directly in a holding."""
        return [held for held in self._by_id.values() if held.packed_in == parent]

    def new(self, identifier: str, *, made: bool, amount: Decimal | None = None) -> Held:
        """A holding about to be created: of a lot the member makes, or of one nobody here is known to have made."""
        salt = self._salts.setdefault(identifier, self._random(32))
        maker = self.organisation if made else NOBODY
        return self._add(identifier, salt, maker, handle(identifier, salt), amount)

    def part(self, source: Held, amount: Decimal) -> Held:
        """A holding about to be split off another, of the same lot."""
        return self._add(source.identifier, source.salt, source.key["maker"], source.key["handle"], amount)

    def recorded(self, held: Held, **changed: Any) -> None:
        """One more record on a holding."""
        self.put(replace(held, seq=held.seq + 1, **changed))

    def _add(self, identifier: str, salt: bytes, maker: int, its_handle: bytes, amount: Decimal | None) -> Held:
        serial = self._serials.get(identifier, 1)
        self._serials[identifier] = serial + 1
        key = {"maker": maker, "handle": its_handle, "creator": self.organisation, "serial": serial}
        held = Held(identifier, salt, key, seq=0, amount=amount)
        self.put(held)
        return held

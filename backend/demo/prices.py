"""What is bought, and at which price: agreements that each supplier renews once a quarter. Money is in fen."""

from dataclasses import dataclass

from backend.demo.workdays import DAY
from contracts.signatures import keccak

ITEMS = 24
"""How many items each supplier has an agreement for."""

_QUARTER = 91 * DAY
_LEAST_FEN = 5_000
_MOST_FEN = 900_000
_UNCHANGED_IN_TEN = 6
_CHANGE_PER_MILLE = range(-60, 121)


@dataclass(frozen=True, slots=True)
class Agreement:
    """A supplier's price for one item in one quarter."""

    price_fen: int
    version: int
    """The quarter, counted from 1970."""
    changed: bool
    """Whether it was another the quarter before."""


def agreement(supplier: int, item: int, at: int) -> Agreement:
    """What a supplier charges for one unit of an item at a time."""
    digest = keccak(supplier.to_bytes(3) + item.to_bytes(2))
    first = _LEAST_FEN + int.from_bytes(digest[:4]) % (_MOST_FEN - _LEAST_FEN)
    quarter = at // _QUARTER
    change = _change(digest, quarter)
    return Agreement(first * (1_000 + change) // 1_000, quarter, change != _change(digest, quarter - 1))


def _change(digest: bytes, quarter: int) -> int:
    """How far a quarter's price is from the first, in thousandths; of ten quarters six keep that."""
    drawn = int.from_bytes(keccak(digest + quarter.to_bytes(4))[:4])
    if drawn % 10 < _UNCHANGED_IN_TEN:
        return 0
    return _CHANGE_PER_MILLE[drawn // 10 % len(_CHANGE_PER_MILLE)]

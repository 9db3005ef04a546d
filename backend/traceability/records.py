"""How the packed numbers of the ledger read: statuses, flags, origins, kinds (contracts/src)."""

from functools import cache

HOLDING_STATUS = ("none", "held", "dispatched", "used_up")
ORIGIN = ("none", "made", "split", "brought_in", "opening_stock")
EVENT_KIND = ("object", "aggregation", "transaction", "transformation", "association")

FLAGS = ("packed", "held_by_party", "held_by_regulator", "recalled", "disputed", "breach", "closed", "quarantined")
RECALLED = 1 << FLAGS.index("recalled")

BREACHES = ("used_while_held", "used_while_recalled", "unpacked_from_elsewhere")


@cache
def bits(mask: int, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the bits set in a mask, lowest first."""
    return tuple(name for position, name in enumerate(names) if mask >> position & 1)

"""Which parts a sandbox runs."""

from collections.abc import Collection

from backend.failures import UsageFailure

NEEDS: dict[str, tuple[str, ...]] = {
    "anvil": (),
    "postgres": (),
    "valkey": (),
    "contracts": ("anvil",),
    "migrations": ("postgres",),
    "indexer": ("contracts", "postgres"),
    "worker": ("contracts", "migrations", "valkey"),
    "api": ("contracts", "migrations", "valkey", "indexer"),
}
"""Every part, in the order of starting, and the parts it cannot run without."""


def selected(parts: Collection[str] | None, without: Collection[str]) -> tuple[str, ...]:
    """The parts to run, in the order of starting.

    Args:
        parts: what is wanted, everything when None; what these need is added.
        without: what is not wanted; what needs these goes too.

    Raises:
        UsageFailure: `unknown_part`.
    """
    for name in (*(parts or ()), *without):
        if name not in NEEDS:
            raise UsageFailure("unknown_part", f"there is no part {name!r}", f"choose from {', '.join(NEEDS)}")
    wanted = set(NEEDS if parts is None else parts)
    for name in reversed(NEEDS):
        if name in wanted:
            wanted.update(NEEDS[name])
    dropped = set(without)
    for name, needs in NEEDS.items():
        if dropped.intersection(needs):
            dropped.add(name)
    return tuple(name for name in NEEDS if name in wanted - dropped)

"""Actor: on whose behalf a request reads or writes. Every query takes one."""

from dataclasses import dataclass
from enum import IntFlag


class Role(IntFlag):
    """What an organisation is; the bits of IParticipants.sol."""

    OPERATOR = 1 << 0
    AUTHORITY = 1 << 1
    SUPPLIER = 1 << 2
    TENANT = 1 << 3
    LESSOR = 1 << 4
    CARRIER = 1 << 5
    COLLECTOR = 1 << 6
    DISPOSER = 1 << 7
    REGULATOR = 1 << 8


class Right(IntFlag):
    """What a key may sign for its organisation; the bits of IParticipants.sol."""

    ORDER = 1 << 0
    RECEIVE = 1 << 1
    QUALITY = 1 << 2
    STOCK = 1 << 3
    WASTE = 1 << 4
    CARRY = 1 << 5
    WEIGH = 1 << 6
    LEASE = 1 << 7
    FINANCE = 1 << 8
    ADMIN = 1 << 9


ALL_RIGHTS = Right(sum(Right))

_OVERSEERS = Role.OPERATOR | Role.AUTHORITY | Role.REGULATOR


@dataclass(frozen=True, slots=True)
class Actor:
    """One organisation, what of its rights this request may use, and who of its people asks."""

    organisation: int
    roles: Role
    rights: Right
    person: str | None = None
    """As the organisation calls its people; None for a machine. Only people tap, approve and count."""

    @property
    def is_overseer(self) -> bool:
        """Whether the organisation sees every lot: the operator, the authority, a regulator."""
        return bool(self.roles & _OVERSEERS)


def names(flags: Role | Right) -> list[str]:
    """The set bits by name in lower case, lowest first: `['supplier', 'tenant']`."""
    return [bit.name.lower() for bit in type(flags) if bit in flags and bit.name]

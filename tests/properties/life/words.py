"""The numbers of the ledgers by name, as the interfaces in contracts/src/interfaces state them."""

from __future__ import annotations

from enum import IntEnum, IntFlag, auto


class Reason(IntEnum):
    """Why one action is refused (ISignedLedger.sol); those the life of a park cannot meet included, for the count."""

    NONE = 0
    MALFORMED = auto()
    FROM_THE_FUTURE = auto()
    ROLE_MISSING = auto()
    RIGHT_MISSING = auto()
    ORGANISATION_UNKNOWN = auto()
    ORGANISATION_SUSPENDED = auto()
    LEDGER_FINISHING = auto()
    ALREADY_EXISTS = auto()
    NOT_FOUND = auto()
    STALE_SEQ = auto()
    SEQ_EXHAUSTED = auto()
    WRONG_AGREES_TO = auto()
    WRONG_ACTOR = auto()
    NOT_CUSTODIAN = auto()
    WRONG_STATE = auto()
    CLOSED = auto()
    PACKED = auto()
    HELD = auto()
    RECALLED = auto()
    NESTING_TOO_DEEP = auto()
    LAPSED = auto()
    NOT_MAKER = auto()
    LOT_MISMATCH = auto()
    TRAIL_MISMATCH = auto()
    PROPOSAL_PENDING = auto()
    KEY_KNOWN = auto()
    TOO_EARLY = auto()
    LINE_CLOSED = auto()
    QUARANTINED = auto()
    SAME_SIGNER = auto()


class Flag(IntFlag):
    """What is said of a subject beside its status (types/Record.sol)."""

    PACKED = auto()
    HELD_BY_PARTY = auto()
    HELD_BY_REGULATOR = auto()
    RECALLED = auto()
    DISPUTED = auto()
    BREACH = auto()
    CLOSED = auto()
    QUARANTINED = auto()


PLAIN = Flag(0)
ON_HOLD = Flag.HELD_BY_PARTY | Flag.HELD_BY_REGULATOR
HELD_BACK = ON_HOLD | Flag.QUARANTINED


class OrderStatus(IntEnum):
    """IProcurement.sol."""

    NONE = 0
    OFFERED = auto()
    CONFIRMED = auto()
    CHANGING = auto()
    CLOSED = auto()
    ENDED = auto()
    CANCELLED = auto()


class MilestoneStatus(IntEnum):
    """IProcurement.sol."""

    NONE = 0
    REPORTED = auto()
    ACCEPTED = auto()
    ENDED = auto()


class HoldingStatus(IntEnum):
    """ITraceability.sol."""

    NONE = 0
    HELD = auto()
    DISPATCHED = auto()
    USED_UP = auto()


class ClaimStatus(IntEnum):
    """IClaims.sol."""

    NONE = 0
    AGREED = auto()
    WITHDRAWN = auto()
    COUNTERSIGNED = auto()


# The status of a consignment and of a recalled lot: there is one beside none.
KNOWN = 1

# The highest a moment may be: what terms and dispatches have room for.
LAST_MOMENT = (1 << 40) - 1
# How far a signer's clock may run ahead of the chain's, in seconds.
CLOCK_SKEW = 300

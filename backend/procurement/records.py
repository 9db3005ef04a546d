"""How the numbers of the ledger read in this domain: statuses, outcomes, causes (contracts/src/interfaces)."""

ORDER_STATUS = ("none", "offered", "confirmed", "changing", "closed", "ended", "cancelled")
MILESTONE_STATUS = ("none", "reported", "accepted", "ended")
RECEIPT_OUTCOME = ("none", "accepted", "short", "over", "rejected")
CAUSE = (
    "none",
    "quantity",
    "damaged",
    "temperature",
    "wrong_item",
    "wrong_lot",
    "expired",
    "documents",
    "not_ordered",
    "other",
)

DISCREPANCY = ("none", "open", "agreed", "withdrawn")
"""As the mirror counts them (indexer/schema.py)."""

QUARANTINED = 1 << 7
"""A bit of a record's flags."""

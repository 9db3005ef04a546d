"""What the item master refuses."""

from backend.errors.kind import ErrorKind

ITEMS = {
    "item_unit_fixed": ErrorKind(
        409,
        "An item keeps the unit it was created with: quantities are counted in it.",
        "Create another item with the new unit.",
    ),
}

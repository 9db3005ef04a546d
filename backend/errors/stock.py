"""What stock refuses: the shelf, the law of release, counting, the daily sheet, the opening from an ERP."""

from backend.errors.kind import ErrorKind

_SHELF = {
    "stock_room_unknown": ErrorKind(409, "Your organisation has no such room.", "Create it first, or name another."),
    "stock_room_fixed": ErrorKind(
        409, "A room stays in the room it was created in.", "Create another room and move the stock by transfers."
    ),
    "stock_purchase_unnamed": ErrorKind(
        409,
        "A regulated chemical is booked in against the request it was bought by.",
        "Name request and line in `bought_by`; what comes in is counted on their certificate.",
    ),
    "stock_not_enough": ErrorKind(
        409, "There is less of it there than was asked for.", "Take what is `there`, or have the room counted."
    ),
    "stock_in_another_room": ErrorKind(
        409, "None of it is there, but elsewhere.", "Tap for one of the `places`, or have the room counted."
    ),
    "cost_object_unknown": ErrorKind(
        409,
        "Your organisation has no such project or cost centre, or it is closed.",
        "Choose an open one of /v1/stock/cost-objects.",
    ),
    "holding_linked": ErrorKind(
        409, "The lot or the holding is linked already.", "Look at the lot; a link is made once."
    ),
}

_BLOCKS = {
    "stock_expired": ErrorKind(409, "The lot is past its day of expiry.", "Discard it; the suggestion has others."),
    "stock_opened_expired": ErrorKind(
        409, "It has been open for longer than it keeps.", "Discard it; the suggestion has others."
    ),
    "stock_not_in_custody": ErrorKind(
        409,
        "On chain your organisation does not have custody of this holding.",
        "Sign its receipt first; what was used up, dispatched or returned is no longer stock.",
    ),
    "stock_on_hold": ErrorKind(409, "The holding is on hold.", "Wait until whoever placed the hold has released it."),
    "stock_recalled": ErrorKind(
        409, "The maker has recalled the lot.", "Return it; /v1/stock/suggestion has other lots."
    ),
    "stock_quarantined": ErrorKind(
        409, "The holding is in quarantine.", "Have a quality signer other than the receiver release it."
    ),
    "stock_finding_open": ErrorKind(
        409,
        "A certificate or logger file found something about the holding, and nobody has decided on it.",
        "/v1/release-blocks lists the findings; somebody of quality closes each with a reason.",
    ),
    "stock_not_released": ErrorKind(
        409,
        "What arrives of this item is unusable until it is released, and nobody has released this.",
        "Receive it on chain and link the holding; then a quality signer other than the receiver releases it.",
    ),
}

_TAKES = {
    "stock_take_state": ErrorKind(
        409, "The stock-take is not in a state this starts from.", "Read its `state` and what it waits for."
    ),
    "stock_take_same_person": ErrorKind(
        403, "The second count is another person's.", "Have a colleague count without your figures."
    ),
}

_SHEETS = {
    "sheet_day_ahead": ErrorKind(422, "The day has not begun in the park.", "Prepare the sheet of today."),
}

_IMPORT = {
    "import_invalid": ErrorKind(
        422, "The file has rows that cannot be taken over; none was.", "Correct the cells in `rows` and send it again."
    ),
}

STOCK = _SHELF | _BLOCKS | _TAKES | _SHEETS | _IMPORT

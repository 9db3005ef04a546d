"""What buying is refused for inside an organisation."""

from backend.errors.kind import ErrorKind

_SUPPLIERS = {
    "supplier_unknown": ErrorKind(
        409,
        "No supplier on the platform has that number.",
        "/v1/organisations lists who is one; one that is not on the platform has member 0 and its credit code.",
    ),
    "supplier_listed": ErrorKind(
        409, "The company stands on your list under another code.", "Describe that entry anew."
    ),
    "suppliers_unknown": ErrorKind(409, "Your list has no such supplier.", "Put it on the list: /v1/suppliers."),
    "supplier_not_approved": ErrorKind(
        409,
        "The supplier is not approved.",
        "Have purchasing approve it at /v1/suppliers, or ask for another supplier by a new request.",
    ),
    "supplier_licence_expired": ErrorKind(
        409,
        "A licence of the supplier has ended.",
        "Have the supplier send the new licence, and purchasing enter it at /v1/suppliers; then approve again.",
    ),
}

_AGREEMENTS = {
    "items_unknown": ErrorKind(409, "You have no such item.", "Describe it first: /v1/items."),
    "agreement_version_published": ErrorKind(
        409, "This version was published with other words; it never changes.", "Publish the next version."
    ),
    "agreement_version_gap": ErrorKind(409, "Versions follow one another.", "Publish `next_version`."),
    "agreement_of_another_supplier": ErrorKind(
        409, "The agreement is with another supplier.", "Publish under a code of its own."
    ),
}

_REQUESTS = {
    "deviation_reason_missing": ErrorKind(
        409,
        "A price differs from the one agreed on, and no reason is given.",
        "Ask at the price in force, or say in `deviation_reason` why not.",
    ),
    "approval_rule_missing": ErrorKind(
        409,
        "Nobody may approve this amount for this cost centre or project.",
        "Have purchasing add a level at /v1/requisitions/rules, or ask for less.",
    ),
    "own_request": ErrorKind(
        403, "Nobody decides on their own request.", "Have your deputy act for you, or another approver decide."
    ),
    "not_approver": ErrorKind(
        403, "The request does not need this person's approval.", "One of `approvers` decides, or a deputy of theirs."
    ),
    "not_deputy": ErrorKind(
        403,
        "You are not this person's deputy now.",
        "Have the person, or purchasing, name you at /v1/requisitions/deputies.",
    ),
    "own_deputyship": ErrorKind(
        403, "Nobody makes themselves somebody's deputy.", "Have the person, or a colleague in purchasing, name you."
    ),
    "not_requester": ErrorKind(403, "Only who made a request takes it back.", "Ask `requester`, or have it rejected."),
    "request_state": ErrorKind(
        409, "The request is not in a state this act starts from.", "Read it again: its history says who did what."
    ),
    "request_in_order": ErrorKind(
        409,
        "The request stands in an order that waits for its signature.",
        "Drop that order first: /v1/requisitions/orders.",
    ),
}

_ORDERS = {
    "nothing_to_order": ErrorKind(
        409,
        "No approved line waits to be ordered.",
        "Have requests approved; `skipped` says which lines wait for something else.",
    ),
    "order_state": ErrorKind(
        409, "The order is not in a state this act starts from.", "Read it again: it may have been placed meanwhile."
    ),
    "order_signed": ErrorKind(
        409,
        "The order has been signed and is on its way.",
        "Follow it; to take it back, propose its cancellation on chain.",
    ),
    "order_not_mirrored": ErrorKind(
        409,
        "The ledger does not have the order for good yet.",
        "Sign and submit it, or wait until it is mirrored; then try again.",
    ),
    "order_of_others": ErrorKind(
        409, "The order was issued to another supplier.", "Name the supplier whose number stands in `params`."
    ),
    "order_lines_differ": ErrorKind(
        409,
        "The order on the ledger does not have as many lines as the requests have for its supplier.",
        "Name exactly the requests whose lines it orders.",
    ),
}

REQUISITIONS = _SUPPLIERS | _AGREEMENTS | _REQUESTS | _ORDERS

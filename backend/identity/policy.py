"""The table of route x actor: what each kind of caller gets from each route. Reviewed data.

A route without a row stops the application from starting, and a test asks every route as every actor and compares the
answer with its cell.

The actors: `anonymous` has no token; `stranger` is a member that shares no lot with the subject's parties; `rival` is
a customer of the same supplier who never touched the subject; `party` held, made or recorded the subject, signed the
submission, or bought by the order; `regulator` and `operator` oversee.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Answer(StrEnum):
    """What a caller gets."""

    OPEN = "open"
    """The route answers, with what this caller may see."""
    SIGN_IN = "sign in"
    """401 `not_signed_in`."""
    HIDDEN = "hidden"
    """404 `not_found`, the same as for what does not exist."""


@dataclass(frozen=True, slots=True)
class Row:
    """The answers of one route, and why."""

    anonymous: Answer
    stranger: Answer
    rival: Answer
    party: Answer
    regulator: Answer
    operator: Answer
    why: str


def _everyone(why: str) -> Row:
    return Row(Answer.OPEN, Answer.OPEN, Answer.OPEN, Answer.OPEN, Answer.OPEN, Answer.OPEN, why)


def _members(why: str) -> Row:
    return Row(Answer.SIGN_IN, Answer.OPEN, Answer.OPEN, Answer.OPEN, Answer.OPEN, Answer.OPEN, why)


def _parties(why: str) -> Row:
    return Row(Answer.SIGN_IN, Answer.HIDDEN, Answer.HIDDEN, Answer.OPEN, Answer.OPEN, Answer.OPEN, why)


def _own(why: str) -> Row:
    return Row(Answer.SIGN_IN, Answer.HIDDEN, Answer.HIDDEN, Answer.OPEN, Answer.HIDDEN, Answer.HIDDEN, why)


ROUTES: Mapping[tuple[str, str], Row] = MappingProxyType(
    {
        ("GET", "/health"): _everyone("Says only that the process runs."),
        ("GET", "/health/ready"): _everyone("A load balancer has no token; it names parts, not addresses."),
        ("GET", "/v1/about"): _everyone("Chain, contracts and code hashes are public to every node."),
        ("GET", "/v1/typed-data"): _everyone("The definitions a client needs before it can sign."),
        ("GET", "/docs"): _everyone("The form of the API is no secret."),
        ("GET", "/docs/{name}"): _everyone("Script and style of that page, the same for everyone."),
        ("GET", "/openapi.json"): _everyone("The form of the API is no secret."),
        ("GET", "/v1/organisations"): _members("Members know each other; counterparties are chosen from this list."),
        ("GET", "/v1/keys"): _members("Each organisation gets its own keys and no others."),
        ("GET", "/v1/items"): _members("Each organisation gets its own items."),
        ("GET", "/v1/items/{code}"): _own("What an organisation buys is nobody else's to know."),
        ("PUT", "/v1/items/{code}"): _members("Each organisation describes its own items."),
        ("GET", "/v1/suppliers"): _members("Each organisation gets its own list."),
        ("GET", "/v1/suppliers/{supplier}"): _own("Whom an organisation buys from is nobody else's to know."),
        ("PUT", "/v1/suppliers/{supplier}"): _members("Each organisation keeps its own list."),
        ("GET", "/v1/agreements"): _members("Each organisation gets its own agreements."),
        ("GET", "/v1/agreements/{agreement}/versions/{version}"): _own("Prices are the parties' own."),
        ("PUT", "/v1/agreements/{agreement}/versions/{version}"): _members(
            "Each organisation publishes its own prices."
        ),
        ("GET", "/v1/requisitions/rules"): _members("Each organisation gets its own rules."),
        ("PUT", "/v1/requisitions/rules/{kind}/{cost_object}"): _members("Each organisation sets its own rules."),
        ("GET", "/v1/requisitions/deputies"): _members("Each organisation gets its own deputies."),
        ("POST", "/v1/requisitions/deputies"): _members("Each organisation names its own deputies."),
        ("POST", "/v1/requisitions/deputies/{deputy_id}/end"): _own("Only the organisation of the two ends it."),
        ("GET", "/v1/requisitions/requests"): _members("Each organisation gets its own requests."),
        ("POST", "/v1/requisitions/requests"): _members("Each organisation asks for its own items."),
        ("GET", "/v1/requisitions/requests/{request_id}"): _own("What an organisation wants is its own affair."),
        ("POST", "/v1/requisitions/requests/{request_id}/approve"): _own("Only colleagues decide."),
        ("POST", "/v1/requisitions/requests/{request_id}/reject"): _own("Only colleagues decide."),
        ("POST", "/v1/requisitions/requests/{request_id}/withdraw"): _own("Only the requester takes it back."),
        ("POST", "/v1/requisitions/requests/{request_id}/cancel"): _own(
            "Only the requester's organisation gives it up."
        ),
        ("GET", "/v1/requisitions/orders"): _members("Each organisation gets its own orders."),
        ("POST", "/v1/requisitions/orders/prepare"): _members("Each organisation orders what it approved."),
        ("POST", "/v1/requisitions/orders/link"): _own("Only the buyer says which of its requests an order is for."),
        ("GET", "/v1/requisitions/orders/{order_id}"): _own("Before it is signed nobody else sees an order."),
        ("POST", "/v1/requisitions/orders/{order_id}/drop"): _own("Only the buyer drops it."),
        ("GET", "/v1/chemical-certificates"): _members("Each organisation gets its own papers."),
        ("POST", "/v1/chemical-certificates"): _members("Each organisation registers its own papers."),
        ("GET", "/v1/chemical-certificates/{certificate_id}"): _own("What an organisation may buy is its own affair."),
        ("GET", "/v1/chemical-certificates/{certificate_id}/entries"): _own("It shows what was bought, and by whom."),
        ("POST", "/v1/chemical-certificates/{certificate_id}/withdraw"): _own("Only the holder withdraws its paper."),
        ("POST", "/v1/chemical-certificates/spendings"): _own("Only the buyer counts what came in."),
        ("GET", "/v1/stock"): _members("Each organisation gets its own stock."),
        ("GET", "/v1/stock/rooms"): _members("Each organisation gets its own rooms."),
        ("PUT", "/v1/stock/rooms/{code}"): _members("Each organisation keeps its own rooms."),
        ("GET", "/v1/stock/cost-objects"): _members("Each organisation gets its own projects and cost centres."),
        ("PUT", "/v1/stock/cost-objects/{kind}/{code}"): _members("Each organisation keeps its own."),
        ("GET", "/v1/stock/expiring"): _members("Each organisation gets its own stock."),
        ("GET", "/v1/stock/suggestion"): _members("Each organisation is told of its own stock."),
        ("POST", "/v1/stock/lots"): _own("Each organisation books in its own items."),
        ("GET", "/v1/stock/lots/{lot_id}"): _own("What lies on somebody's shelves is nobody else's to know."),
        ("POST", "/v1/stock/lots/{lot_id}/holding"): _own("Each organisation links its own lots."),
        ("POST", "/v1/stock/taps"): _own("Each organisation acts on its own stock."),
        ("GET", "/v1/stock/taps"): _members("Each organisation gets its own journal."),
        ("POST", "/v1/stock/import"): _members("Each organisation brings in its own stock."),
        ("POST", "/v1/stock/sheets/prepare"): _members("Each organisation prepares its own sheet."),
        ("GET", "/v1/stock/sheets"): _members("Each organisation gets its own sheets."),
        ("POST", "/v1/stock/takes"): _own("Each organisation counts its own rooms."),
        ("GET", "/v1/stock/takes"): _members("Each organisation gets its own stock-takes."),
        ("GET", "/v1/stock/takes/{take_id}"): _own("What was found on somebody's shelves is its own affair."),
        ("POST", "/v1/stock/takes/{take_id}/counts"): _own("Each organisation counts its own rooms."),
        ("POST", "/v1/stock/takes/{take_id}/recount"): _own("Each organisation counts its own rooms."),
        ("POST", "/v1/stock/takes/{take_id}/settle"): _own("Each organisation settles its own books."),
        ("POST", "/v1/stock/takes/{take_id}/cancel"): _own("Each organisation counts its own rooms."),
        ("POST", "/v1/certificates"): _parties("A certificate goes with a holding that the caller may see."),
        ("POST", "/v1/logger-files"): _parties("A logger file goes with a holding that the caller may see."),
        ("GET", "/v1/quality-documents"): _members("Each organisation gets what it attached."),
        ("GET", "/v1/quality-documents/{document_id}"): _own("What goods came with is their holder's affair."),
        ("GET", "/v1/quality-documents/{document_id}/content"): _own("What goods came with is their holder's affair."),
        ("GET", "/v1/release-blocks"): _members("Each organisation gets its own findings."),
        ("GET", "/v1/release-blocks/{number}"): _own("A finding shows what is wrong with somebody's goods."),
        ("POST", "/v1/release-blocks/{number}/close"): _own("Only the organisation's own people decide on a finding."),
        ("GET", "/v1/orders"): _members("Each organisation gets what it buys and supplies; overseers get all."),
        ("GET", "/v1/orders/{order_id}"): _parties("An order is its buyer's and its supplier's."),
        ("GET", "/v1/orders/{order_id}/history"): _parties("It shows who signed what, when."),
        ("GET", "/v1/milestones"): _parties("They are of an order, and seen by whoever sees that."),
        ("GET", "/v1/consignments"): _members("Each organisation gets what it sent and is sent; overseers get all."),
        ("GET", "/v1/consignments/{consignment_id}"): _parties("A consignment is its sender's and its receiver's."),
        ("GET", "/v1/consignments/{consignment_id}/history"): _parties("It shows who signed what, when."),
        ("GET", "/v1/receipts/direct"): _members("Each organisation gets those it took in or countersigned."),
        ("GET", "/v1/to-do"): _members("Each organisation is told what waits for it."),
        ("POST", "/v1/ubl/orders"): _members("Reads what the caller brings; nothing is stored."),
        ("POST", "/v1/ubl/orders/xml"): _members("Writes what the caller brings; nothing is stored."),
        ("POST", "/v1/ubl/order-changes"): _members("Reads what the caller brings; nothing is stored."),
        ("POST", "/v1/ubl/order-changes/xml"): _members("Writes what the caller brings; nothing is stored."),
        ("POST", "/v1/ubl/order-cancellations"): _members("Reads what the caller brings; nothing is stored."),
        ("POST", "/v1/ubl/order-cancellations/xml"): _members("Writes what the caller brings; nothing is stored."),
        ("POST", "/v1/ubl/order-responses"): _members("Reads what the caller brings; nothing is stored."),
        ("POST", "/v1/ubl/order-responses/xml"): _members("Writes what the caller brings; nothing is stored."),
        ("POST", "/v1/ubl/despatch-advices"): _members("Reads what the caller brings; nothing is stored."),
        ("POST", "/v1/ubl/despatch-advices/xml"): _members("Writes what the caller brings; nothing is stored."),
        ("OPTIONS", "/epcis/capture"): _everyone("Which versions are spoken is no secret."),
        ("POST", "/epcis/capture"): _members("Each organisation brings what its own key is to sign."),
        ("GET", "/epcis/capture"): _members("Each organisation gets its own jobs."),
        ("OPTIONS", "/epcis/capture/{job_id}"): _everyone("The same of every job, whether or not it is there."),
        ("GET", "/epcis/capture/{job_id}"): _own("What an organisation has to tell is its own until it is signed."),
        ("GET", "/v1/captures/waiting"): _members("Each organisation gets what waits for its own key."),
        ("GET", "/v1/captures/jobs/{job_id}/document"): _own("Nobody signed it yet; it is nobody else's to read."),
        ("GET", "/v1/captures/jobs/{job_id}/actions"): _own("It is the document again, ready to be signed."),
        ("POST", "/v1/captures/jobs/{job_id}/report"): _own("Only who is to sign says what could not be signed."),
        ("POST", "/v1/captures/jobs/{job_id}/withdraw"): _own("Only who brought a document takes it back."),
        ("OPTIONS", "/epcis/events"): _everyone("Which versions are spoken is no secret."),
        ("GET", "/epcis/events"): _members("Each organisation gets the events whose details it may read."),
        ("POST", "/v1/captures/known"): _members("Each organisation asks about what it captured itself."),
        ("GET", "/v1/details/schemas"): _everyone("The definitions a client needs before it can sign."),
        ("GET", "/v1/details"): _members("Each organisation gets what it may read."),
        ("POST", "/v1/details"): _members("Anyone who has fields and key may present them; the root is the proof."),
        ("GET", "/v1/details/{root}"): _own("Opened for its readers, whoever else oversees."),
        ("POST", "/v1/details/{root}/readers"): _own("Only who may read lets others read."),
        ("POST", "/v1/details/{root}/shred"): _own("Only the organisation that signed destroys what it said."),
        ("GET", "/v1/books/search"): _members("Each organisation finds what it may read; overseeing opens no details."),
        ("POST", "/v1/books/resolve"): _members("Each organisation gets what is in its own custody."),
        ("GET", "/v1/books/coverage"): _members("Each organisation gets the counts of its own; overseers of all."),
        ("GET", "/v1/mirror/digests"): _members("Digests of whole ranges; no counts, no kinds, nobody's rows."),
        ("POST", "/v1/mirror/rows"): _members("Tells of rows only to a caller who has the same ones already."),
        ("POST", "/v1/submissions"): _members("Anyone may relay a signed batch; the signature is what counts."),
        ("GET", "/v1/submissions"): _members("Each organisation gets what it signed or brought."),
        ("GET", "/v1/submissions/{submission_id}"): _parties("A batch tells what its signer did."),
        ("GET", "/v1/stream"): _members("Each organisation follows what it signed or brought."),
        ("GET", "/v1/lots/{lot_id}"): _parties("A lot shows its maker."),
        ("GET", "/v1/lots/{lot_id}/trace"): _parties("A trace shows what its parties did."),
        ("GET", "/v1/holdings/{holding_id}"): _parties("A holding shows its custodian."),
        ("GET", "/v1/holdings/{holding_id}/timeline"): _parties("A timeline shows who signed what, when."),
        ("GET", "/v1/holdings/{holding_id}/trace"): _parties("A trace shows what its parties did."),
        ("POST", "/v1/evidence"): _parties("A file shows whole trails, to those who see them whole."),
        ("GET", "/v1/evidence/trust"): _members("Chain, contracts, code and witnesses; the same for every member."),
        ("POST", "/v1/checkpoints"): _members(
            "Anyone may bring what witnesses signed; the signatures are what counts."
        ),
        ("GET", "/v1/checkpoints"): _members("Every member holds them against its own node; the same for all."),
    }
)


def routes_without_a_row(routes: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The (method, path) pairs that nobody has reviewed."""
    return sorted(set(routes) - set(ROUTES))

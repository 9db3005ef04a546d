"""What the ledgers must answer about a park, word for word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from contracts.signatures import address_bytes
from contracts.typed_data import consignment_id
from tests.properties.life.nouns import Line, Order
from tests.properties.life.ordering import bits_of
from tests.properties.life.park import Park


class Question(NamedTuple):
    """A view of a ledger, asked about one subject."""

    ledger: str
    view: str
    subject: bytes


def answers(park: Park) -> dict[Question, bytes]:
    """Every question we ask about a park, with its ABI-encoded answer."""
    return {Question(*question): b"".join(words) for question, words in _answers(park)}


def _answers(park: Park) -> Iterator[tuple[tuple[str, str, bytes], list[bytes]]]:
    for (ledger, id_), record in park.records.items():
        yield (ledger, "recordOf", id_), [record.word]
    for id_, order in park.orders.items():
        yield ("Procurement", "termsOf", id_), [terms(order)]
        lines = (order.open_lines, order.services, order.quarantines, order.gives_up)
        yield ("Procurement", "linesOf", id_), [_word(bits_of(each)) for each in lines]
    for id_, milestone in park.milestones.items():
        report = [milestone.report, _word(milestone.lapses_at), _word(milestone.last)]
        yield ("Procurement", "reportOf", id_), report
    for id_, holding in park.holdings.items():
        journey, receipt = holding.journey, holding.receipt
        yield ("Traceability", "parentOf", id_), [holding.parent or bytes(32)]
        yield ("Traceability", "answerableFor", id_), [_word(park.custodian(holding))]
        yield (
            ("Traceability", "dispatchOf", id_),
            [_word(journey.to if journey else 0), _word(journey.lapses_at if journey else 0)],
        )
        receiver = address_bytes(receipt.receiver) if receipt else b""
        yield ("Traceability", "receiptOf", id_), [receiver.rjust(32, b"\0"), _word(receipt.sender if receipt else 0)]
    for consignment in park.consignments.values():
        yield ("Claims", "settledOf", consignment_id(consignment.key)), [consignment.settled + bytes(8)]
    for hash_, claim in park.claims.items():
        yield ("Traceability", "claimOf", hash_), [claim.claim, _word(claim.receiver)]


def terms(order: Order) -> bytes:
    """The word of an order's terms: who is bound to what until when, and what one of them is being asked."""
    change = order.change
    asks_until = change.lapses_at if change else 0 if order.is_agreed or order.is_ended else order.lapses_at
    return b"".join(
        (
            order.buyer.to_bytes(3),
            order.supplier.to_bytes(3),
            len(order.lines).to_bytes(2),
            (Line.DONE in order.lines).to_bytes(1),
            order.first_promise.to_bytes(5),
            order.promise.to_bytes(5),
            asks_until.to_bytes(5),
            (change.proposer if change else 0).to_bytes(3),
            (change.promise if change else 0).to_bytes(5),
        )
    )


def _word(number: int) -> bytes:
    return int(number).to_bytes(32)

"""The rules of orders: issued by the buyer, confirmed by the supplier, changed by both, closed line by line."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.typed_data import order_id
from tests.properties.life.nouns import Act, Change, Line, Order
from tests.properties.life.park import Park, unless_head, unless_seq
from tests.properties.life.words import LAST_MOMENT, PLAIN, Flag, OrderStatus, Reason

MOST_LINES = 256
_FINAL = (OrderStatus.CLOSED, OrderStatus.ENDED, OrderStatus.CANCELLED)


def lines_of(bits: int) -> frozenset[int]:
    """Line numbers of a bitmap, the first line lowest."""
    return frozenset(line for line in range(MOST_LINES) if bits >> line & 1)


def bits_of(lines: frozenset[int]) -> int:
    """The reverse of `lines_of`."""
    return sum(1 << line for line in lines)


def unless_lasting(act: Act) -> Iterator[Reason]:
    """What is offered can be answered for a while."""
    if act.value["lapsesAt"] > LAST_MOMENT:
        yield Reason.MALFORMED
    if act.value["lapsesAt"] <= act.now:
        yield Reason.LAPSED


def unless_promise(act: Act) -> Iterator[Reason]:
    """A promise is a moment; 0 would be none."""
    if not 0 < act.value["promisedAt"] <= LAST_MOMENT:
        yield Reason.MALFORMED


def unless_settled(order: Order) -> Iterator[Reason]:
    """Some acts wait until a change is answered."""
    if order.status is OrderStatus.CHANGING:
        yield Reason.PROPOSAL_PENDING
    if order.status is not OrderStatus.CONFIRMED:
        yield Reason.WRONG_STATE


def unless_delivery(park: Park, order: bytes, sender: int | None, to: int, line: int) -> Iterator[Reason]:
    """What may be delivered on a line now: goods, by the supplier if one signs, to the buyer."""
    cited = park.orders.get(order)
    if cited is None:
        yield Reason.NOT_FOUND
        return
    if sender not in (None, cited.supplier) or to != cited.buyer:
        yield Reason.WRONG_ACTOR
    if cited.status not in (OrderStatus.CONFIRMED, OrderStatus.CHANGING):
        yield Reason.WRONG_STATE
    if line not in cited.open_lines - cited.services:
        yield Reason.LINE_CLOSED


def issue_objections(park: Park, act: Act) -> Iterator[Reason]:
    value, key = act.value, act.value["order"]
    if key["buyer"] != act.organisation:
        yield Reason.WRONG_ACTOR
    if order_id(key) in park.orders:
        yield Reason.ALREADY_EXISTS
    if key["supplier"] not in park.roles:
        yield Reason.ORGANISATION_UNKNOWN
    if key["supplier"] == key["buyer"] or not 0 < value["lines"] <= MOST_LINES:
        yield Reason.MALFORMED
    if any(line >= value["lines"] for line in lines_of(value["services"]) | lines_of(value["quarantines"])):
        yield Reason.MALFORMED
    yield from unless_lasting(act)


def issue(park: Park, act: Act) -> None:
    value, id_ = act.value, order_id(act.value["order"])
    park.orders[id_] = Order(
        key=value["order"],
        record=park.records["Procurement", id_],
        lines=[Line.OPEN] * value["lines"],
        services=lines_of(value["services"]),
        quarantines=lines_of(value["quarantines"]),
        lapses_at=value["lapsesAt"],
    )
    _write(park.orders[id_], act)


def confirm_objections(park: Park, act: Act) -> Iterator[Reason]:
    order = _order(park, act)
    yield from unless_head(order.record, act.value["agreesTo"])
    if order.status is not OrderStatus.OFFERED:
        yield Reason.WRONG_STATE
    if order.supplier != act.organisation:
        yield Reason.WRONG_ACTOR
    if act.now > order.lapses_at:
        yield Reason.LAPSED
    yield from unless_promise(act)


def confirm(park: Park, act: Act) -> None:
    order = _order(park, act)
    order.is_agreed = True
    order.first_promise = order.promise = act.value["promisedAt"]
    _write(order, act)


def propose_objections(park: Park, act: Act) -> Iterator[Reason]:
    order = _order(park, act)
    yield from unless_seq(order.record, act.value["seq"])
    yield from unless_settled(order)
    if act.organisation not in order.parties:
        yield Reason.WRONG_ACTOR
    if not lines_of(act.value["cancelled"]) <= order.open_lines:
        yield Reason.LINE_CLOSED
    yield from unless_promise(act)
    yield from unless_lasting(act)


def propose(park: Park, act: Act) -> None:
    order, value = _order(park, act), act.value
    order.gives_up = lines_of(value["cancelled"])
    order.change = Change(act.organisation, order.gives_up, value["promisedAt"], value["lapsesAt"])
    _write(order, act)


def agree_objections(park: Park, act: Act) -> Iterator[Reason]:
    order = _order(park, act)
    yield from unless_head(order.record, act.value["agreesTo"])
    if order.change is None:
        yield Reason.WRONG_STATE
        return
    if act.organisation not in order.parties or act.organisation == order.change.proposer:
        yield Reason.WRONG_ACTOR
    if act.now > order.change.lapses_at:
        yield Reason.LAPSED


def agree(park: Park, act: Act) -> None:
    order = _order(park, act)
    assert order.change is not None
    for line in order.change.cancels:
        order.lines[line] = Line.CANCELLED
    order.promise = order.change.promise
    order.change = None
    _write(order, act)


def end_objections(park: Park, act: Act) -> Iterator[Reason]:
    order = _order(park, act)
    yield from unless_seq(order.record, act.value["seq"])
    if order.status not in (OrderStatus.OFFERED, OrderStatus.CHANGING):
        yield Reason.WRONG_STATE
    if act.now <= order.answer_by and act.organisation not in order.parties:
        yield Reason.WRONG_ACTOR


def end(park: Park, act: Act) -> None:
    order = _order(park, act)
    order.is_ended = not order.is_agreed
    order.change = None
    _write(order, act)


def close_objections(park: Park, act: Act) -> Iterator[Reason]:
    order, lines = _order(park, act), lines_of(act.value["lines"])
    yield from unless_seq(order.record, act.value["seq"])
    yield from unless_settled(order)
    if order.buyer != act.organisation:
        yield Reason.WRONG_ACTOR
    if not lines or not lines <= order.open_lines:
        yield Reason.LINE_CLOSED


def close(park: Park, act: Act) -> None:
    close_lines(_order(park, act), lines_of(act.value["lines"]), act)


def close_lines(order: Order, lines: frozenset[int], act: Act) -> None:
    """Lines are done; the order with the last of them."""
    for line in lines:
        order.lines[line] = Line.DONE
    _write(order, act)


def _order(park: Park, act: Act) -> Order:
    """The order an act is about; a blank one, of which nothing is recorded, if there is none."""
    id_ = order_id(act.value["order"])
    none: frozenset[int] = frozenset()
    return park.orders.get(id_) or Order(act.value["order"], park.records["Procurement", id_], [], none, none, 0)


def _write(order: Order, act: Act) -> None:
    order.record.advance(act, order.buyer, order.status, Flag.CLOSED if order.status in _FINAL else PLAIN)

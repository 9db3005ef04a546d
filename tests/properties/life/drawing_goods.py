"""Draws acts on goods: lot events, dispatches and receipts, holds and verdicts, recalls and claims."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from hypothesis import strategies as st

from backend.member.signer import ACCEPTED, FAIL, NO_ORDER, PASS, REJECTED
from contracts.signatures import keccak
from contracts.typed_data import lot_id, receipt_id
from tests.properties.life.choices import HANDLES, SECRET, Draw, Drawer, lapse, mostly, seldom
from tests.properties.life.drawing_events import draw_event
from tests.properties.life.members import REGULATOR, TRADERS
from tests.properties.life.nouns import Consignment, Holding, Order
from tests.properties.life.park import Park
from tests.properties.life.words import HELD_BACK, ON_HOLD, HoldingStatus, OrderStatus

_MANY = 8
Pools = tuple[list[Any], list[Any]]


def _holdings(wanted: Callable[[Park, Holding], Any]) -> Callable[[Park], Pools]:
    def pools(park: Park) -> Pools:
        holdings = list(park.holdings.values())
        return [each for each in holdings if each.is_live and wanted(park, each)], holdings

    return pools


def _owners_of_goods(park: Park) -> Pools:
    """Everybody may make something; who has several things to do something with comes up more often."""
    here = [each.record.holder for each in park.holdings.values() if each.is_live and not each.parent]
    return [*TRADERS, *(each for each in TRADERS if here.count(each) > 1 for _ in range(3))], [*TRADERS, REGULATOR]


def _goods_to_send(park: Park) -> Pools:
    """What its custodian has an order for comes up more often."""
    suppliers = {order.supplier for order in park.orders.values() if order.is_agreed}
    wanted, all_ = _holdings(_may_leave)(park)
    return wanted + 2 * [each for each in wanted if each.record.holder in suppliers], all_


def _may_leave(park: Park, holding: Holding) -> bool:
    return holding.record.status == HoldingStatus.HELD and not holding.parent and not holding.flags & ON_HOLD


def _takers(park: Park) -> Pools:
    live = sum(holding.is_live for holding in park.holdings.values())
    return [each for each in TRADERS if live < _MANY], list(TRADERS)


def _lots(*, recalled: bool) -> Callable[[Park], Pools]:
    def pools(park: Park) -> Pools:
        lots = sorted({holding.lot for holding in park.holdings.values()})
        return [lot for lot in lots if lot[0] in TRADERS and park.is_lot_recalled(lot) == recalled], lots

    return pools


def _disputed(park: Park) -> Pools:
    consignments = list(park.consignments.values())
    return [each for each in consignments if each.is_disputed], consignments


def _open_claims(park: Park) -> Pools:
    receipts = list(park.claims)
    return [each for each in receipts if not park.records["Claims", receipt_id(each)].exists], receipts


def _dispatch(draw: Draw, park: Park, holding: Holding, organisation: int, _: int) -> dict[str, Any]:
    whence = [each for each in (park.came_from.get(holding.id), holding.maker) if each and each != organisation]
    others = [each for each in (*TRADERS, REGULATOR) if each != organisation]
    order, line, buyer = _line_to_deliver(draw, park, lambda order: order.supplier == organisation)
    back = holding.flags & HELD_BACK or draw(st.integers(0, 3)) == 0
    to = buyer or draw(st.sampled_from(whence if whence and back else others))
    return {
        "holding": holding.key,
        "consignment": {"from": organisation, "to": to, "handle": draw(st.sampled_from(HANDLES[:2]))},
        "seq": holding.record.seq,
        "order": order,
        "line": line,
        "lapsesAt": lapse(draw, park),
    }


def _line_to_deliver(draw: Draw, park: Park, suits: Callable[[Order], bool]) -> tuple[bytes, int, int]:
    """An order to cite, one of its lines and its buyer; sometimes none."""
    cited = [
        (id_, line, order)
        for id_, order in park.orders.items()
        for line in range(min(len(order.lines), 3))
        if suits(order)
    ]
    running = (OrderStatus.CONFIRMED, OrderStatus.CHANGING)
    wanted = [each for each in cited if each[2].status in running and each[1] in each[2].open_lines - each[2].services]
    chosen = None if seldom(draw, 4) else mostly(draw, wanted, [each for each in cited if each[2].is_agreed] or cited)
    return (chosen[0], chosen[1], chosen[2].buyer) if chosen else (NO_ORDER, 0, 0)


def _receive(draw: Draw, park: Park, holding: Holding, _: int, __: int) -> dict[str, Any]:
    outcome = draw(st.integers(ACCEPTED, REJECTED))
    return {
        **_line(holding),
        "agreesTo": holding.record.head,
        "outcome": outcome,
        "cause": 0 if outcome == ACCEPTED else draw(st.integers(1, 9)),
        "quarantine": draw(st.booleans()),
    }


def _end_dispatch(draw: Draw, park: Park, holding: Holding, _: int, __: int) -> dict[str, Any]:
    return {**_line(holding), "seq": holding.record.seq}


def _line(holding: Holding) -> dict[str, Any]:
    nowhere = {"from": TRADERS[0], "to": TRADERS[1], "handle": HANDLES[0]}
    return {"holding": holding.key, "consignment": holding.journey.consignment if holding.journey else nowhere}


def _receive_direct(draw: Draw, park: Park, _: int, organisation: int, nth: int) -> dict[str, Any]:
    maker = draw(st.sampled_from((0, *TRADERS)))
    serials = [int(holding.key["serial"]) for holding in park.holdings.values()]
    serial = max(serials, default=0) + 1 + nth - seldom(draw)
    order, line, __ = _line_to_deliver(draw, park, lambda order: order.buyer == organisation)
    handle = draw(st.sampled_from(HANDLES))
    return {
        "holding": {"maker": maker, "handle": handle, "creator": organisation, "serial": serial},
        "order": order,
        "line": line,
        "claim": keccak(SECRET) if draw(st.booleans()) else bytes(32),
        "quarantine": draw(st.booleans()),
    }


def _judge(draw: Draw, park: Park, holding: Holding, _: int, __: int) -> dict[str, Any]:
    verdict = draw(st.sampled_from((PASS, PASS, FAIL)))
    return {"holding": holding.key, "seq": holding.record.seq, "verdict": verdict}


def _end_recall(draw: Draw, park: Park, lot: tuple[int, bytes], _: int, __: int) -> dict[str, Any]:
    return {**_lot(lot), "seq": park.records["Recalls", lot_id(*lot)].seq}


def _lot(lot: tuple[int, bytes]) -> dict[str, Any]:
    return {"lot": {"maker": lot[0], "handle": lot[1]}}


def _settle(draw: Draw, park: Park, consignment: Consignment, _: int, __: int) -> dict[str, Any]:
    return {"consignment": consignment.key, "agreesTo": consignment.record.head}


def _countersign(draw: Draw, park: Park, receipt: bytes, _: int, __: int) -> dict[str, Any]:
    return {"receipt": {"receipt": receipt}, "secret": SECRET}


def _travellers(park: Park, holding: Holding) -> tuple[int, ...]:
    """Who may call a dispatch off."""
    if holding.journey is None or park.now > holding.journey.lapses_at:
        return (*TRADERS, REGULATOR)
    return holding.record.holder, holding.journey.to


def _receivers(park: Park, holding: Holding) -> tuple[int, ...]:
    return (holding.journey.to,) if holding.journey else TRADERS


def _judges(park: Park, holding: Holding) -> tuple[int, ...]:
    return park.custodian(holding), park.custodian(holding), REGULATOR


GOODS: Final[Mapping[str, Drawer]] = {
    "RecordLotEvent": Drawer(
        _owners_of_goods,
        lambda park, organisation: (organisation,),
        lambda draw, park, _, organisation, nth: draw_event(draw, park, organisation, nth),
    ),
    "DispatchGoods": Drawer(_goods_to_send, lambda park, holding: (park.custodian(holding),), _dispatch),
    "ReceiveGoods": Drawer(_holdings(lambda park, each: each.is_on_its_way), _receivers, _receive),
    "EndDispatch": Drawer(_holdings(lambda park, each: each.is_on_its_way), _travellers, _end_dispatch),
    "ReceiveDirect": Drawer(_takers, lambda park, organisation: (organisation,), _receive_direct),
    "PlaceHold": Drawer(
        _holdings(lambda park, each: not each.flags & ON_HOLD),
        _judges,
        lambda draw, park, holding, *_: {"holding": holding.key},
    ),
    "JudgeHolding": Drawer(_holdings(lambda park, each: each.flags & HELD_BACK), _judges, _judge),
    "RecallLot": Drawer(_lots(recalled=False), lambda park, lot: (lot[0],), lambda draw, park, lot, *_: _lot(lot)),
    "EndRecall": Drawer(_lots(recalled=True), lambda park, lot: (lot[0],), _end_recall),
    "SettleDiscrepancy": Drawer(_disputed, lambda park, each: (each.key["from"], each.key["to"]), _settle),
    "CountersignReceipt": Drawer(_open_claims, lambda park, receipt: TRADERS, _countersign),
}

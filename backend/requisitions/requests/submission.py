"""What a request is judged by when it is submitted: that everything it names exists, its prices, its approvers."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select, tuple_

from backend import clock
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.items.queries import items_by_code
from backend.requisitions.agreements.prices import Price, Wanted, prices_in_force
from backend.requisitions.approval.levels import approvers
from backend.requisitions.approval.queries import levels_of
from backend.requisitions.approval.schemas import CostObject
from backend.requisitions.requests.schemas import LineIn, RequestIn
from backend.requisitions.suppliers.queries import suppliers_by_code
from backend.stock.models import COST_OBJECT


@dataclass(frozen=True, slots=True)
class Judged:
    """What follows from a request's lines: the prices in force, line by line, and who has to approve."""

    prices: tuple[Price | None, ...]
    approvers: frozenset[str]


def judge(connection: Connection, actor: Actor, asked: RequestIn) -> Judged:
    """Read prices and approvers for a request.

    Raises:
        ServiceError: `items_unknown`, `suppliers_unknown`, `cost_object_unknown`, `deviation_reason_missing`,
            `approval_rule_missing`.
    """
    _refuse_unknown(connection, actor, asked)
    return Judged(_prices(connection, actor, asked), _approvers(connection, actor, asked))


def _refuse_unknown(connection: Connection, actor: Actor, asked: RequestIn) -> None:
    items = {line.item for line in asked.lines}
    unknown = sorted(items - items_by_code(connection, actor, items).keys())
    if unknown:
        raise ServiceError("items_unknown", items=", ".join(unknown[:20]))
    suppliers = {line.supplier for line in asked.lines}
    unknown = sorted(suppliers - suppliers_by_code(connection, actor, suppliers).keys())
    if unknown:
        raise ServiceError("suppliers_unknown", suppliers=", ".join(unknown[:20]))
    cost_objects = {(line.cost_object.kind, line.cost_object.code) for line in asked.lines}
    is_open = connection.execute(
        select(COST_OBJECT.c.kind, COST_OBJECT.c.code).where(
            COST_OBJECT.c.organisation == actor.organisation,
            tuple_(COST_OBJECT.c.kind, COST_OBJECT.c.code).in_(cost_objects),
            COST_OBJECT.c.is_open,
        )
    ).all()
    for kind, code in sorted(cost_objects - {(kind, code) for kind, code in is_open}):
        raise ServiceError("cost_object_unknown", kind=kind.value, name=code)


def _prices(connection: Connection, actor: Actor, asked: RequestIn) -> tuple[Price | None, ...]:
    wanted = [Wanted(line.supplier, line.item, line.quantity) for line in asked.lines]
    in_force = prices_in_force(connection, actor, wanted, at=clock.now())
    prices = tuple(in_force.get(each) for each in wanted)
    silent = [
        {"line": number, "item": line.item, "price_fen": line.price_fen, "agreed_fen": price.price_fen}
        for number, (line, price) in enumerate(zip(asked.lines, prices, strict=True))
        if price and price.price_fen != line.price_fen and line.deviation_reason is None
    ]
    if silent:
        raise ServiceError("deviation_reason_missing", lines=silent)
    return prices


def _approvers(connection: Connection, actor: Actor, asked: RequestIn) -> frozenset[str]:
    charged = _charged(asked.lines)
    levels = levels_of(connection, actor, charged)
    needed: frozenset[str] = frozenset()
    for cost_object, amount_fen in charged.items():
        reached = approvers(levels.get(cost_object, ()), amount_fen)
        if reached is None:
            raise ServiceError(
                "approval_rule_missing", kind=cost_object.kind.value, name=cost_object.code, amount_fen=amount_fen
            )
        needed |= reached
    return needed


def _charged(lines: list[LineIn]) -> Mapping[CostObject, int]:
    charged: dict[CostObject, int] = {}
    for line in lines:
        charged[line.cost_object] = charged.get(line.cost_object, 0) + line.quantity * line.price_fen
    return charged

"""What came of the park: counted in the mirror, whatever was told."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, select

from backend.failures import Failure
from backend.member.signer import PASS
from backend.sandbox.service import SUYUAN
from indexer import schema as mirror

_DISPATCHED = mirror.EVENT_TABLES["GoodsDispatched"]
_JUDGED = mirror.EVENT_TABLES["HoldingJudged"]


@dataclass(frozen=True, slots=True)
class Summary:
    """The answer of `suyuan demo --once --json`. All but `events_signed` is what the service and its mirror say.

    Dispatches and receipts are counted by line, those of returns among them; a return goes back to whoever made the
    goods; a release is a verdict of quality, or of a regulator, that lets a holding go.
    """

    lots: int
    orders: int
    dispatches: int
    receipts: int
    returns: int
    releases: int
    events_signed: int
    events_mirrored: int
    trace_nodes: int
    witnesses: int
    verify: str

    def told(self) -> str:
        """The same to people."""
        return (
            f"{self.lots} lots; {self.orders} orders, {self.dispatches} dispatches, {self.receipts} receipts, "
            f"{self.returns} returns, {self.releases} releases; "
            f"{self.events_signed} events signed, {self.events_mirrored} mirrored; "
            f"{self.trace_nodes} nodes in the trace of a product; {self.witnesses} witnesses vouch for it all; "
            f"mirror and chain are {self.verify}."
        )


def summary_of(connection: Connection, *, events_signed: int, trace_nodes: int, witnesses: int, verify: str) -> Summary:
    """Count the mirror, beside what is known from elsewhere."""
    return Summary(
        lots=connection.scalar(select(func.count(mirror.holding.c.lot_id.distinct()))) or 0,
        orders=_rows(connection, mirror.purchase_order_latest),
        dispatches=_rows(connection, _DISPATCHED),
        receipts=sum(_rows(connection, mirror.EVENT_TABLES[kind]) for kind in ("GoodsReceived", "ReceivedDirect")),
        returns=_returns(connection),
        releases=connection.scalar(select(func.count()).where(_JUDGED.c.verdict == PASS)) or 0,
        events_signed=events_signed,
        # The two founders signed nothing.
        events_mirrored=connection.scalar(select(func.count()).where(mirror.event.c.batch.is_not(None))) or 0,
        trace_nodes=trace_nodes,
        witnesses=witnesses,
        verify=verify,
    )


def verify(environment: Mapping[str, str]) -> str:
    """What `suyuan index verify` says.

    Raises:
        Failure: `not_verified`, when it could not compare at all.
    """
    outcome = subprocess.run(
        [*SUYUAN, "index", "verify", "--json"], env=dict(environment), stdout=subprocess.PIPE, check=False
    )
    if not outcome.stdout:
        raise Failure("not_verified", "`suyuan index verify` said nothing", "it wrote the reason on standard error")
    return str(json.loads(outcome.stdout)["verify"])


def _rows(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _returns(connection: Connection) -> int:
    back = _DISPATCHED.c.consignment_to == _DISPATCHED.c.holding_maker
    return connection.scalar(select(func.count()).where(back)) or 0

"""One event -> rows. Reads nothing but the event: logs carry the after-image of every slot they wrote.

What needs another row to be known (an input's integer) is resolved by SQL in derive.py, in the same transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from contracts.typed_data import lot_id, order_id
from indexer import schema
from indexer.chain import Header
from indexer.decode import BLOCK_SHIFT, Event

Row = tuple[Any, ...]
Rows = dict[str, list[Row]]

# contracts/src/interfaces/ITraceability.sol: LotEventKind, LotAction, ItemRole, Origin.
_AGGREGATION = 1
_ADD, _DELETE = 1, 3
_PARENT, _CHILD = 1, 2
_EXISTING, _BROUGHT_IN = 0, 3

# The table of a kind of event and its columns after `number`: SQLAlchemy takes longer to name them than an event to be
# projected.
_OWN_TABLES = {
    kind: (table.name, tuple(column.name for column in table.columns if column.name != "number"))
    for kind, table in schema.EVENT_TABLES.items()
}

# contracts/src/types/Record.sol; what `consignment.discrepancy` counts from, and how a settlement's status adds to it.
_DISPUTED = 1 << 4
_NO_DISCREPANCY, _DISCREPANCY_OPEN = 0, 1


def project(events: Iterable[Event], headers: Iterable[Header]) -> Rows:
    """The journal rows of some blocks, by table name, each in chain order.

    `headers` are the blocks of the events; those without any are left out. Row values stand in the order of the
    table's columns.
    """
    rows: Rows = defaultdict(list)
    blocks: set[int] = set()
    for event in events:
        blocks.add(event.number >> BLOCK_SHIFT)
        _PROJECTIONS.get(event.kind.name, _action)(event, rows)
    rows["block"] = [
        (header.number, header.hash, header.parent_hash, header.recorded_at)
        for header in headers
        if header.number in blocks
    ]
    return rows


def _authorised(event: Event, rows: Rows) -> None:
    fields = event.fields
    rows["batch"].append(
        (
            event.number,
            event.contract,
            fields["batch"],
            fields["signer"],
            fields["nonce"],
            fields["deadline"],
            fields["mode"],
            fields["signature"],
            event.transaction,
        )
    )


def _refused(event: Event, rows: Rows) -> None:
    fields = event.fields
    rows["refusal"].append(
        (
            event.number,
            event.contract,
            fields["batch"],
            fields["index"],
            fields["action_hash"],
            fields["reason"],
        )
    )


def _nonces_cancelled(event: Event, rows: Rows) -> None:
    fields = event.fields
    rows["nonces_cancelled"].append(
        (
            event.number,
            event.contract,
            fields["signer"],
            fields["word"],
            fields["mask"],
            fields["deadline"],
            fields["signature"],
        )
    )


def _action(event: Event, rows: Rows) -> None:
    """An action of any kind: the event itself, the slots it wrote, its own table, and the key it concerns."""
    _recorded(event, rows)
    if event.kind.name in _OWN_TABLES:
        table, columns = _OWN_TABLES[event.kind.name]
        rows[table].append((event.number, *[_value(event, column) for column in columns]))
    if "key_rights" in event.fields:
        _key(event, rows)
    if "terms_buyer" in event.fields:
        _order(event, rows)
    if "roles" in event.fields:
        rows["organisation"].append(
            (
                event.number + 1,
                event.fields["organisation"],
                event.lists["touched"][0]["id"],
                event.fields["roles"],
            )
        )


def _order(event: Event, rows: Rows) -> None:
    """An order stands first in what its own acts touch, second in what the acceptance of a last milestone does."""
    touched = event.lists["touched"]
    position = 2 if event.kind.name == "MilestoneAccepted" else 1
    if position <= len(touched):
        values = (event.fields[name] for name in schema.TERMS_FIELDS)
        rows["purchase_order"].append((event.number + position, touched[position - 1]["id"], *values))


def _milestone(event: Event, rows: Rows) -> None:
    """A milestone stands first in what its acts touch. Only a report says until when it may be answered."""
    _action(event, rows)
    key = {name: event.fields[f"milestone_order_{name}"] for name in ("buyer", "supplier", "handle")}
    rows["milestone"].append(
        (
            event.number + 1,
            event.lists["touched"][0]["id"],
            order_id(key),
            key["buyer"],
            key["supplier"],
            event.fields["milestone_line"],
            event.fields["milestone_number"],
            event.fields.get("lapses_at"),
        )
    )


def _line(event: Event, rows: Rows) -> None:
    """A line of a consignment: its holding stands first, its consignment second. Only a dispatch says until when."""
    _action(event, rows)
    holding, consignment = event.lists["touched"]
    sender, receiver, handle = (event.fields[f"consignment_{name}"] for name in ("from", "to", "handle"))
    rows["transit"].append(
        (event.number + 1, holding["id"], consignment["id"], sender, receiver, event.fields.get("lapses_at"))
    )
    discrepancy = _DISCREPANCY_OPEN if consignment["record_flags"] & _DISPUTED else _NO_DISCREPANCY
    rows["consignment"].append(
        (event.number + 2, consignment["id"], sender, receiver, handle, consignment["record_head"], discrepancy)
    )


def _settled(event: Event, rows: Rows) -> None:
    """A settlement is of the head it names: that is the consignment's, or it would have been refused."""
    _action(event, rows)
    (claim,) = event.lists["touched"]
    sender, receiver, handle, head = (
        event.fields[name] for name in ("consignment_from", "consignment_to", "consignment_handle", "agrees_to")
    )
    discrepancy = _DISCREPANCY_OPEN + claim["record_status"]
    rows["consignment"].append((event.number + 1, claim["id"], sender, receiver, handle, head, discrepancy))


def _value(event: Event, column: str) -> Any:
    """A column of an event's own table: a signed field, or the id of what the action touched."""
    if column == "id":
        return event.lists["touched"][0]["id"]
    if column == "consignment_id":
        return event.lists["touched"][1]["id"]
    return event.fields[column]


def _received_direct(event: Event, rows: Rows) -> None:
    """A holding comes to be by its receiver's word alone: brought in, out of nothing on this ledger."""
    _action(event, rows)
    key = {name.removeprefix("holding_"): value for name, value in event.fields.items() if name.startswith("holding_")}
    _holding(event.number + 1, event.lists["touched"][0]["id"], {**key, "origin": _BROUGHT_IN}, rows)
    rows["lineage"].append((event.number, event.number + 1))


def _founded(event: Event, rows: Rows) -> None:
    """The two organisations a deployment starts with: an admission that nobody signed."""
    founder = {
        name.removeprefix("founder_"): value for name, value in event.fields.items() if name.startswith("founder_")
    }
    _action(replace(event, fields={**event.fields, **founder}), rows)


def _recorded(event: Event, rows: Rows) -> None:
    fields = event.fields
    rows["event"].append(
        (
            event.number,
            event.contract,
            event.kind.name,
            fields.get("batch"),
            fields.get("index"),
            fields["action_hash"],
            fields.get("schema"),
            fields["root"],
            fields.get("occurred_at"),
        )
    )
    for position, touched in enumerate(_touched(event), start=1):
        rows["record"].append(
            (
                event.number + position,
                touched["id"],
                event.contract,
                touched["record_head"],
                touched["record_holder"],
                touched["record_seq"],
                touched["record_status"],
                touched["record_flags"],
            )
        )


def _touched(event: Event) -> list[dict[str, Any]]:
    """The after-images an event carries; a lot event has each beside its item."""
    return event.lists["items"] if event.kind.name == "LotEventRecorded" else event.lists["touched"]


def _key(event: Event, rows: Rows) -> None:
    """Participants writes the organisation's slot first and the key's second."""
    fields = event.fields
    rows["key"].append(
        (
            event.number + 2,
            event.lists["touched"][1]["id"],
            fields["key"],
            *(fields[name] for name in schema.KEY_FIELDS),
        )
    )


def _lot_event(event: Event, rows: Rows) -> None:
    _recorded(event, rows)
    fields = event.fields
    rows["lot_event"].append((event.number, fields["kind"], fields["action"], fields["breaches"]))
    for number, item in enumerate(event.lists["items"], start=event.number + 1):
        rows["lot_event_item"].append((number, item["id"], item["role"], item["origin"], item["seq"]))
        if item["origin"] != _EXISTING:
            _holding(number, item["id"], item, rows)
            rows["lineage"].append((event.number, number))
    _pack(event, rows)


def _holding(number: int, holding: bytes, item: Mapping[str, Any], rows: Rows) -> None:
    rows["holding"].append(
        (
            number,
            holding,
            lot_id(item["maker"], item["handle"]),
            item["maker"],
            item["handle"],
            item["creator"],
            item["serial"],
            item["origin"],
        )
    )


def _pack(event: Event, rows: Rows) -> None:
    """An aggregation packs its children on ADD and lets them go on DELETE."""
    action = event.fields["action"]
    if event.fields["kind"] != _AGGREGATION or action not in (_ADD, _DELETE):
        return
    items = event.lists["items"]
    packed_in = next((item["id"] for item in items if item["role"] == _PARENT), None) if action == _ADD else None
    for number, item in enumerate(items, start=event.number + 1):
        if item["role"] == _CHILD:
            rows["packing"].append((number, item["id"], packed_in))


_PROJECTIONS: dict[str, Callable[[Event, Rows], None]] = {
    "Authorised": _authorised,
    "Refused": _refused,
    "NoncesCancelled": _nonces_cancelled,
    "LotEventRecorded": _lot_event,
    "ReceivedDirect": _received_direct,
    "GoodsDispatched": _line,
    "GoodsReceived": _line,
    "DispatchEnded": _line,
    "MilestoneReported": _milestone,
    "MilestoneAccepted": _milestone,
    "ReportEnded": _milestone,
    "DiscrepancySettled": _settled,
    "OrganisationFounded": _founded,
}

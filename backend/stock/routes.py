"""Rooms, stock, taps, suggestions, stock-takes, daily sheets, and the opening from an ERP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query

from backend.dependencies import Reader, Reading, Writer, Writing, need_one_of, person_of
from backend.entries import Code, Moment, Quantity
from backend.identity.actor import Actor, Right
from backend.stock import commands, opening, queries, sheets, suggestion, take_queries, takes
from backend.stock.models import CostObjectKind
from backend.stock.schemas import (
    CostObjectIn,
    CostObjectsOut,
    CountIn,
    ExpiringOut,
    ImportedOut,
    LinkIn,
    LotIn,
    LotOut,
    PreparedOut,
    RecountIn,
    RoomIn,
    RoomsOut,
    SheetDayIn,
    SheetsOut,
    StockOut,
    SuggestionOut,
    TakeIn,
    TakeOut,
    TakesOut,
    TapIn,
    TapOut,
    TapsOut,
)

router = APIRouter(prefix="/v1/stock", tags=["stock"])

Csv = Annotated[bytes, Body(media_type="text/csv", description="UTF-8 or GB18030; docs/stock.md has the columns.")]
_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
PartCursor = Annotated[
    str | None,
    Query(pattern=rf"^{_UUID}/[\w.-]{{1,40}}/[0-9]{{1,13}}$", description="`next_after` of the page before."),
]

TakeCursor = Annotated[
    str | None, Query(pattern=rf"^[0-9]{{1,13}}/{_UUID}$", description="`next_after` of the page before.")
]


@router.get("/rooms")
def list_rooms(connection: Reading, actor: Reader) -> RoomsOut:
    """The rooms of the caller's organisation."""
    return queries.rooms(connection, actor)


@router.put("/rooms/{code}")
def put_room(connection: Writing, actor: Writer, code: Code, room: RoomIn) -> RoomsOut:
    """Create a room or rename it; all rooms afterwards."""
    _keeper(actor)
    commands.put_room(connection, actor, code, room)
    return queries.rooms(connection, actor)


@router.get("/cost-objects")
def list_cost_objects(connection: Reading, actor: Reader) -> CostObjectsOut:
    """The projects and cost centres of the caller's organisation."""
    return queries.cost_objects(connection, actor)


@router.put("/cost-objects/{kind}/{code}")
def put_cost_object(
    connection: Writing, actor: Writer, kind: CostObjectKind, code: Code, cost_object: CostObjectIn
) -> CostObjectsOut:
    """Create a project or cost centre, rename, close or open it; all of them afterwards."""
    need_one_of(actor, Right.STOCK | Right.FINANCE | Right.ADMIN)
    commands.put_cost_object(connection, actor, kind, code, cost_object)
    return queries.cost_objects(connection, actor)


@router.get("")
def list_stock(
    connection: Reading,
    actor: Reader,
    *,
    item: Code | None = None,
    room: Annotated[Code | None, Query(description="With the rooms that stand in it.")] = None,
    changed_since: Annotated[Moment | None, Query(description="Then or later; with what has become nothing.")] = None,
    after: PartCursor = None,
) -> StockOut:
    """What lies where."""
    return queries.stock(connection, actor, item=item, room=room, changed_since=changed_since, after=after)


@router.get("/expiring")
def list_expiring(
    connection: Reading, actor: Reader, within_days: Annotated[int, Query(ge=0, le=3_660)] = 30
) -> ExpiringOut:
    """What is to be used soon, or should have been: by its own expiry, or by when it was opened."""
    return queries.expiring(connection, actor, within_days=within_days)


@router.get("/suggestion")
def suggest(connection: Reading, actor: Reader, item: Code, quantity: Annotated[Quantity, Query()]) -> SuggestionOut:
    """Which lots to take from which rooms: first expired, first out; and what was passed over, and why."""
    return suggestion.suggestion(connection, actor, item=item, quantity=quantity)


@router.post("/lots")
def book_in(connection: Writing, actor: Writer, lot: LotIn) -> LotOut:
    """Book in a lot that has arrived. It lies at the dock until it is put away."""
    commands.book_in(connection, actor, _keeper(actor), lot)
    return queries.lot(connection, actor, lot.lot_id)


@router.get("/lots/{lot_id}")
def get_lot(connection: Reading, actor: Reader, lot_id: UUID) -> LotOut:
    """A lot, where it lies, and what keeps it from use."""
    return queries.lot(connection, actor, lot_id)


@router.post("/lots/{lot_id}/holding")
def link_holding(connection: Writing, actor: Writer, lot_id: UUID, asked: LinkIn) -> LotOut:
    """Say which holding on chain a lot is, once that has been received there."""
    commands.link(connection, actor, _keeper(actor), lot_id, asked)
    return queries.lot(connection, actor, lot_id)


@router.post("/taps")
def tap(connection: Writing, actor: Writer, asked: TapIn) -> TapOut:
    """Put away, open, consume, transfer or discard."""
    return queries.tap(connection, actor, commands.tap(connection, actor, _keeper(actor), asked))


@router.get("/taps")
def list_taps(
    connection: Reading,
    actor: Reader,
    after: Annotated[int, Query(ge=0, le=1 << 62, description="`next_after` of the page before.")] = 0,
    lot_id: UUID | None = None,
) -> TapsOut:
    """The journal, in order."""
    return queries.taps(connection, actor, after=after, lot_id=lot_id)


@router.post("/takes")
def open_take(connection: Writing, actor: Writer, asked: TakeIn) -> TakeOut:
    """Begin a stock-take of a room, or of one item in it."""
    takes.open_take(connection, actor, _keeper(actor), asked)
    return take_queries.take(connection, actor, asked.take_id)


@router.get("/takes")
def list_takes(connection: Reading, actor: Reader, changed_since: Moment = 0, after: TakeCursor = None) -> TakesOut:
    """Stock-takes, the last changed last."""
    return take_queries.takes(connection, actor, changed_since=changed_since, after=after)


@router.get("/takes/{take_id}")
def get_take(connection: Reading, actor: Reader, take_id: UUID) -> TakeOut:
    """What there is to count; once both counts are in, what was found."""
    return take_queries.take(connection, actor, take_id)


@router.post("/takes/{take_id}/counts")
def count(connection: Writing, actor: Writer, take_id: UUID, asked: CountIn) -> TakeOut:
    """Hand in what one person found. The second count is another person's."""
    takes.count(connection, actor, _keeper(actor), take_id, asked)
    return take_queries.take(connection, actor, take_id)


@router.post("/takes/{take_id}/recount")
def recount(connection: Writing, actor: Writer, take_id: UUID, asked: RecountIn) -> TakeOut:
    """Begin a new round of counts."""
    _keeper(actor)
    takes.recount(connection, actor, take_id, ended=asked.round)
    return take_queries.take(connection, actor, take_id)


@router.post("/takes/{take_id}/settle")
def settle(connection: Writing, actor: Writer, take_id: UUID) -> TakeOut:
    """Bring the books to what two people found."""
    takes.settle(connection, actor, _keeper(actor), take_id)
    return take_queries.take(connection, actor, take_id)


@router.post("/takes/{take_id}/cancel")
def cancel(connection: Writing, actor: Writer, take_id: UUID) -> TakeOut:
    """Give a stock-take up."""
    _keeper(actor)
    takes.cancel(connection, actor, take_id)
    return take_queries.take(connection, actor, take_id)


@router.post("/sheets/prepare")
def prepare_sheet(connection: Writing, actor: Writer, asked: SheetDayIn) -> PreparedOut:
    """The daily sheet over every tap no signed sheet covers yet, and what was used up: ready to be signed."""
    return sheets.prepare(connection, actor, _keeper(actor), asked.day)


@router.get("/sheets")
def list_sheets(connection: Reading, actor: Reader) -> SheetsOut:
    """Sheets that were handed out to be signed, and which of them were."""
    return sheets.sheets(connection, actor)


@router.post("/import")
def import_stock(connection: Writing, actor: Writer, content: Csv) -> ImportedOut:
    """Take over an ERP's items, rooms and lots: all of a file or nothing of it. The same file again changes nothing."""
    return opening.take_over(connection, actor, _keeper(actor), content)


def _keeper(actor: Actor) -> str:
    """Who keeps stock: a person whose token carries the right."""
    need_one_of(actor, Right.STOCK)
    return person_of(actor)

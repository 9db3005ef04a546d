"""Opening stock from an ERP: items, rooms and lots of before our time, all of a file or nothing of it.

The same file again is the same import: the ids of its lots follow from its bytes.
"""

import hashlib
from collections.abc import Sequence
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import postgresql

from backend import clock
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.items.commands import put_item
from backend.items.queries import items_by_code
from backend.items.schemas import ItemIn
from backend.stock.journal import Journal
from backend.stock.models import STOCK_LOT, STOCK_ROOM, Kind
from backend.stock.opening_sheet import MOST_PROBLEMS, OpeningRow, Problem, read_sheet
from backend.stock.schemas import ImportedOut
from backend.stock.taps import Act


def take_over(connection: Connection, actor: Actor, person: str, content: bytes) -> ImportedOut:
    """Book in what an ERP says is there, each lot in the room it lies in.

    Items and rooms that are not there yet are created; items that are there stay as they are described. A lot of an
    item that needs release was released before our time, by somebody other than whoever imports it, or it is booked
    in unreleased.

    Raises:
        ServiceError: `import_invalid`, naming line, column and problem of each cell.
    """
    sheet = read_sheet(content)
    journal = Journal.lock(connection, actor.organisation)
    if sheet.rows and not sheet.problems:
        sheet.problems += _contradictions(connection, actor, person, sheet.rows)
    if sheet.problems or not sheet.rows:
        found = sheet.problems or [Problem(2, "", "missing")]
        raise ServiceError(
            "import_invalid",
            rows=[
                {"line": each.line, "column": each.column, "problem": each.problem} for each in found[:MOST_PROBLEMS]
            ],
        )
    namespace = uuid5(NAMESPACE_URL, f"urn:sha256:{hashlib.sha256(content).hexdigest()}")
    lots = {uuid5(namespace, str(row.line)): row for row in sheet.rows}
    done = journal.find(next(iter(lots)))
    if done is None:
        _create_items(connection, actor, sheet.rows)
        _create_rooms(connection, actor, sheet.rows)
        connection.execute(
            insert(STOCK_LOT),
            [
                {
                    "organisation": actor.organisation,
                    "lot_id": lot_id,
                    "item": row.item,
                    "lot_number": row.lot_number,
                    "expires_on": row.expires_on,
                    "released_by": row.released_by,
                }
                for lot_id, row in lots.items()
            ],
        )
        journal.append_all(
            person,
            [
                (lot_id, Act(kind=Kind.BOOK_IN, lot_id=lot_id, quantity=row.quantity, room_to=row.room))
                for lot_id, row in lots.items()
            ],
        )
    last_tap = journal.taps if done is None else done["number"] + len(lots) - 1
    return ImportedOut(
        items=len({row.item for row in sheet.rows}),
        rooms=len({row.room for row in sheet.rows}),
        lots=len(lots),
        first_tap=last_tap - len(lots) + 1,
        last_tap=last_tap,
    )


def _contradictions(connection: Connection, actor: Actor, person: str, rows: Sequence[OpeningRow]) -> list[Problem]:
    """What is readable and cannot be: an item in two units, a release by whoever imports."""
    known = items_by_code(connection, actor, {row.item for row in rows})
    units = {code: item.unit for code, item in known.items()}
    found = []
    for row in rows:
        if units.setdefault(row.item, row.unit) != row.unit:
            found.append(Problem(row.line, "unit", "unit_differs"))
        if row.released_by == person:
            found.append(Problem(row.line, "released_by", "released_by_importer"))
    return found


def _create_items(connection: Connection, actor: Actor, rows: Sequence[OpeningRow]) -> None:
    known = items_by_code(connection, actor, {row.item for row in rows})
    first = {row.item: row for row in reversed(rows)}
    for code, row in first.items():
        if code not in known:
            item = ItemIn(
                name_zh=row.name_zh,
                name_en=row.name_en,
                unit=row.unit,
                quarantine=row.quarantine,
                shelf_after_opening_days=row.shelf_after_opening_days,
            )
            put_item(connection, actor, code, item)


def _create_rooms(connection: Connection, actor: Actor, rows: Sequence[OpeningRow]) -> None:
    codes = sorted({row.room for row in rows})
    known = set(connection.scalars(select(STOCK_ROOM.c.code).where(STOCK_ROOM.c.organisation == actor.organisation)))
    new = [code for code in codes if code not in known]
    if new:
        connection.execute(
            postgresql.insert(STOCK_ROOM).on_conflict_do_nothing(),
            [
                {"organisation": actor.organisation, "code": code, "name": code, "changed_at": clock.now()}
                for code in new
            ],
        )

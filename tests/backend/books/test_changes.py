"""Details that change after their action was recorded: the books follow what they are told, and look no further."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select, update

from backend.books import store
from backend.books.models import CURSOR
from backend.books.verify import verify
from backend.details.models import DETAILS, DETAILS_CHANGE, DETAILS_READER
from tests.backend.books.scene import kept, tell
from tests.backend.park import Park


def waiting(park: Park) -> int:
    with park.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(DETAILS_CHANGE)) or 0


def agreed(park: Park) -> bool:
    verdict = verify(park.engine, park.service.ring)
    return verdict.identical and verdict.behind == 0


def test_what_came_late_was_opened_or_was_destroyed_is_followed_without_looking_at_the_rest(park: Park) -> None:
    told = [tell(park, "supplier", seed=seed, send=seed != 2) for seed in range(3)]
    books = kept(park)
    opened, destroyed, late = (f"/v1/details/0x{each.details.root.hex()}" for each in told)
    assert (0, 0) == (waiting(park), books.follow_changes())
    for _ in range(2):
        assert 200 == park.ask("supplier", "POST", f"{opened}/readers", {"organisation": 5}).status_code
    assert 200 == park.ask("supplier", "POST", f"{destroyed}/shred").status_code
    assert 200 == park.ask("tenant", "POST", "/v1/details", {"details": [told[2].details.to_json()]}).status_code
    assert 200 == park.get("supplier", late).status_code
    assert (3, False) == (waiting(park), agreed(park))
    assert (3, 0) == (books.follow_changes(), books.follow_changes())
    assert (0, True) == (waiting(park), agreed(park))
    for name, root in (("tenant", told[0].details.root), ("supplier", told[2].details.root)):
        found = park.get(name, "/v1/books/search", q="acetonitrile").json()
        assert "0x" + root.hex() in {entry["root"] for entry in found["entries"]}


def test_a_change_is_not_lost_where_another_worker_was_quicker(park: Park, monkeypatch: pytest.MonkeyPatch) -> None:
    books = kept(park)
    late = tell(park, "supplier", send=False)
    assert 200 == park.ask("supplier", "POST", "/v1/details", {"details": [late.details.to_json()]}).status_code
    with monkeypatch.context() as patch:
        moved = store._moved

        def overtaken(*arguments: object, **terms: object) -> bool:
            # Another worker wrote between our look at the cursor and our claim to it.
            with park.engine.begin() as another:
                another.execute(update(CURSOR).values(number=CURSOR.c.number - 1))
            return moved(*arguments, **terms)  # type: ignore[arg-type] # handed on as they came

        patch.setattr(store, "_moved", overtaken)
        assert 0 == books.follow_changes()
    assert 1 == waiting(park)


def test_rows_that_an_operator_lost_are_found_by_looking_at_all(park: Park) -> None:
    told = tell(park, "supplier")
    books = kept(park)
    with park.engine.begin() as connection:
        for table in (DETAILS_READER, DETAILS):
            connection.execute(delete(table).where(table.c.root == told.details.root))
    assert (0, False) == (books.follow_changes(), agreed(park))
    books.look_again(0)
    assert agreed(park)

"""The books: derived from chain and details, found by their readers alone, healed, rebuilt and verified."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from backend.books.bookkeeper import Bookkeeper
from backend.books.models import CURSOR, ENTRY, EPCIS_EVENT, IDENTIFIER
from backend.books.store import Books, MirrorReplaced, rebuild
from backend.books.verify import verify
from backend.details import commands
from backend.details.models import DETAILS, DETAILS_READER
from backend.failures import Failure
from indexer import schema as mirror
from tests.backend.books.scene import LOT, LOT_LINK, epcis, kept, rows, tell
from tests.backend.park import Park


def search(park: Park, name: str, text: str) -> Any:
    answer = park.get(name, "/v1/books/search", q=text)
    assert 200 == answer.status_code, answer.text
    return answer.json()


def found(park: Park, name: str, text: str) -> list[str]:
    return [entry["root"] for entry in search(park, name, text)["entries"]]


def coverage(park: Park, name: str) -> dict[str, int]:
    counted: dict[str, int] = park.get(name, "/v1/books/coverage").json()
    return counted


@pytest.mark.parametrize(
    "text",
    ["acetonitrile", "ＡＣＥＴＯＮＩＴＲＩＬＥ 超纯", "冷藏", "commissioning", LOT, LOT_LINK, "998877"],
    ids=["a word", "full width", "two characters", "a step", "a URN", "a link", "a part of an identifier"],
)
def test_a_record_is_found_by_its_words_and_by_what_it_is_about(park: Park, text: str) -> None:
    told = tell(park, "supplier")
    kept(park)
    assert ["0x" + told.details.root.hex()] == found(park, "supplier", text)


def test_nobody_else_finds_it_and_the_figures_of_others_do_not_move(park: Park) -> None:
    kept(park)
    before = {name: coverage(park, name) for name in ("rival", "tenant")}
    answers = {text: search(park, "rival", text) for text in ("acetonitrile", LOT, "urn:epc:id:sgtin:1.2.3")}
    tell(park, "supplier")
    kept(park)
    for name in ("rival", "tenant", "operator", "regulator"):
        assert [] == found(park, name, "acetonitrile") == found(park, name, LOT)
    assert before == {name: coverage(park, name) for name in before}
    assert answers == {text: search(park, "rival", text) for text in answers}
    resolved = park.ask("rival", "POST", "/v1/books/resolve", {"identifiers": [LOT]}).json()
    assert ([], []) == (resolved["identifiers"], resolved["holdings"])


def test_all_words_have_to_be_there_and_some_word_has_to_be_asked_for(park: Park) -> None:
    tell(park, "supplier")
    kept(park)
    assert [] == found(park, "supplier", "acetonitrile methanol")
    answer = park.get("supplier", "/v1/books/search", q="?!")
    assert (422, "search_without_words") == (answer.status_code, answer.json()["code"])


def test_a_reader_who_was_let_in_finds_it_too(park: Park) -> None:
    told = tell(park, "supplier")
    kept(park)
    path = f"/v1/details/0x{told.details.root.hex()}/readers"
    assert 200 == park.ask("supplier", "POST", path, {"organisation": 5}).status_code
    kept(park)
    assert ["0x" + told.details.root.hex()] == found(park, "tenant", LOT)
    assert [] == found(park, "rival", LOT)


def test_an_event_is_told_with_what_it_is_looked_up_by(park: Park) -> None:
    tell(park, "supplier")
    kept(park)
    with park.engine.connect() as connection:
        (event,) = rows(connection)["epcis_event"]
    assert {
        "event_id": "urn:uuid:3fa9c1e2-0000-4000-8000-000000000001",
        "type": "ObjectEvent",
        "event_time": 1_772_593_230_000_000,
        "action": "ADD",
        "biz_step": "https://ref.gs1.org/cbv/BizStep-commissioning",
        "disposition": "https://ref.gs1.org/cbv/Disp-active",
        "read_point": "https://id.gs1.org/414/4012345000016",
        "biz_location": None,
        "mentions": [f"epcClass {LOT_LINK}"],
        "is_erroneous": False,
    } == {name: event[name] for name in event if name not in ("number", "hash", "body")}
    assert epcis(**{"example:number": 0}) == {
        name: value for name, value in event["body"].items() if name != "@context"
    }


def test_a_copied_root_shows_its_copier_nothing(park: Park) -> None:
    told = tell(park, "supplier")
    rival = park.members["rival"]
    copied = rival.lot_event(0, 1, {rival.new_holding(): (0, 1)}) | {"root": told.details.root}
    assert 202 == park.submit("rival", rival.batch("RecordLotEvent", copied)).status_code
    park.settle()
    kept(park)
    assert [] == found(park, "rival", "acetonitrile")
    assert 1 == len(found(park, "supplier", "acetonitrile"))


def test_handles_that_are_not_those_of_the_holdings_identify_nothing(park: Park) -> None:
    tell(park, "supplier", claimed=[(LOT_LINK, bytes(32))])
    kept(park)
    with park.engine.connect() as connection:
        written = rows(connection)
        assert [False] == list(connection.scalars(select(ENTRY.c.handles_fit).where(ENTRY.c.state == "held")))
    assert ([], []) == (written["identifier"], written["epcis_event"])


def test_what_no_database_takes_and_no_index_holds_is_kept_all_the_same(park: Park) -> None:
    long = "https://example.com/" + "长" * 20_000
    event = epcis(**{"example:note": "a\x00b " + "w" * 5_000, "epcList": [long], "eventID": long})
    told = tell(park, "supplier", event, identifiers=[LOT_LINK, long])
    kept(park)
    assert ["0x" + told.details.root.hex()] == found(park, "supplier", "w" * 64)
    with park.engine.connect() as connection:
        assert 2 == len(rows(connection)["identifier"])
    assert verify(park.engine, park.service.ring).identical


def test_what_is_no_event_of_epcis_is_found_by_its_words_alone(park: Park) -> None:
    told = tell(park, "supplier", epcis(eventTime="yesterday"))
    kept(park)
    assert ["0x" + told.details.root.hex()] == found(park, "supplier", "yesterday")
    with park.engine.connect() as connection:
        assert [] == rows(connection)["epcis_event"]


def test_what_is_shredded_is_found_no_more_even_before_the_books_know(park: Park) -> None:
    told = tell(park, "supplier")
    kept(park)
    assert 200 == park.ask("supplier", "POST", f"/v1/details/0x{told.details.root.hex()}/shred").status_code
    assert [] == found(park, "supplier", "acetonitrile")
    kept(park)
    with park.engine.connect() as connection:
        written = rows(connection)
        assert [("shredded", None, [])] == [
            (entry["state"], entry["fields"], entry["tokens"])
            for entry in written["entry"]
            if entry["root"] == told.details.root
        ]
    assert ([], []) == (written["identifier"], written["epcis_event"])


def test_a_tenth_dropped_and_a_tenth_shredded_is_said_and_the_dropped_heal(park: Park) -> None:
    told = [tell(park, "supplier", seed=n) for n in range(10)]
    kept(park)
    before = coverage(park, "supplier")
    dropped, destroyed = told[3], told[7]
    with park.engine.begin() as connection:
        for table in (DETAILS_READER, DETAILS):
            connection.execute(delete(table).where(table.c.root == dropped.details.root))
        commands.shred(connection, [destroyed.details.root], by="a test")
    kept(park)
    assert before | {"held": 8, "missing": before["missing"] + 1, "shredded": 1} == coverage(park, "supplier")
    answer = search(park, "supplier", "acetonitrile")
    assert (8, coverage(park, "supplier")) == (len(answer["entries"]), answer["coverage"])
    resolved = park.ask("supplier", "POST", "/v1/books/resolve", {"identifiers": [LOT]}).json()
    assert (8, answer["coverage"]) == (len(resolved["holdings"]), resolved["coverage"])
    assert coverage(park, "operator") == coverage(park, "regulator")
    assert 1 == coverage(park, "operator")["shredded"]
    assert verify(park.engine, park.service.ring).identical

    presented = [each.details.to_json() for each in (dropped, destroyed)]
    results = park.ask("tenant", "POST", "/v1/details", {"details": presented}).json()["results"]
    assert ["kept", "shredded"] == [result["outcome"] for result in results]
    kept(park)
    assert before | {"held": 9, "shredded": 1} == coverage(park, "supplier")
    assert 9 == len(found(park, "supplier", "acetonitrile"))
    verdict = verify(park.engine, park.service.ring)
    assert (True, 0) == (verdict.identical, verdict.behind)


def test_a_rebuild_writes_the_same_rows(park: Park) -> None:
    tell(park, "supplier")
    tell(park, "tenant", seed=1, send=False)
    kept(park)
    with park.engine.connect() as connection:
        before = rows(connection)
    rebuild(park.engine, park.service.ring)
    with park.engine.connect() as connection:
        assert before == rows(connection)


@pytest.mark.parametrize(
    ("statement", "table", "problem", "columns"),
    [
        ("UPDATE books.entry SET tokens = '{}' WHERE state = 'held'", "entry", "differs", ("tokens",)),
        ("UPDATE books.entry SET fields = '{}' WHERE state = 'held'", "entry", "differs", ("fields",)),
        ("UPDATE books.identifier SET identifier = 'another'", "identifier", "differs", ("identifier",)),
        ("DELETE FROM books.identifier", "identifier", "missing", ()),
        ("UPDATE books.epcis_event SET event_time = 0", "epcis_event", "differs", ("event_time",)),
        ("INSERT INTO books.entry_reader VALUES (6, 9223372036854775807, 'held')", "entry_reader", "unfounded", ()),
    ],
)
def test_a_row_that_was_changed_is_named(
    park: Park, statement: str, table: str, problem: str, columns: tuple[str, ...]
) -> None:
    tell(park, "supplier")
    kept(park)
    with park.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    (difference,) = verify(park.engine, park.service.ring).differences
    assert (table, problem, columns) == (difference.table, difference.problem, difference.columns)


def test_what_the_books_have_not_come_to_is_behind_and_no_difference(park: Park) -> None:
    kept(park)
    told = tell(park, "supplier")
    verdict = verify(park.engine, park.service.ring)
    assert (True, 1) == (verdict.identical, verdict.behind)
    kept(park)
    with park.engine.begin() as connection:
        commands.shred(connection, [told.details.root], by="a test")
    verdict = verify(park.engine, park.service.ring)
    assert (True, 1) == (verdict.identical, verdict.behind)


def test_a_row_that_does_not_open_keeps_the_others_in_the_books(park: Park) -> None:
    one, two = tell(park, "supplier", seed=1), tell(park, "supplier", seed=2)
    with park.engine.begin() as connection:
        connection.execute(update(DETAILS).where(DETAILS.c.root == one.details.root).values(sealed=b"broken" * 10))
    kept(park)
    assert ["0x" + two.details.root.hex()] == found(park, "supplier", "acetonitrile")


def test_several_that_keep_the_same_books_write_each_event_once(park: Park) -> None:
    tell(park, "supplier")
    several = [Books(park.engine, park.service.ring) for _ in range(4)]
    with ThreadPoolExecutor(len(several)) as pool:
        list(pool.map(Books.create, several))
        list(pool.map(Books.catch_up, several))
    with park.engine.connect() as connection:
        assert 1 == len(rows(connection)["identifier"])
    verdict = verify(park.engine, park.service.ring)
    assert (True, 0) == (verdict.identical, verdict.behind)


def test_books_of_a_mirror_that_was_replaced_are_built_anew(park: Park) -> None:
    told = tell(park, "supplier")
    books = kept(park)
    with park.engine.begin() as connection:
        connection.execute(update(CURSOR).values(mirror_fingerprint=b"another"))
        connection.execute(delete(EPCIS_EVENT))
    with pytest.raises(MirrorReplaced):
        books.advance()
    keeper = Bookkeeper(park.engine, park.service.ring)
    keeper.start()
    keeper._stopping.wait(0.2)
    keeper.stop()
    assert ["0x" + told.details.root.hex()] == found(park, "supplier", LOT)
    with park.engine.connect() as connection:
        assert 1 == len(rows(connection)["epcis_event"])


def test_books_of_another_release_serve_and_are_not_written_to(park: Park) -> None:
    told = tell(park, "supplier")
    books = kept(park)
    with park.engine.begin() as connection:
        connection.execute(update(CURSOR).values(fingerprint=b"older"))
    with pytest.raises(Failure, match="books_of_another_release"):
        books.advance()
    with pytest.raises(Failure, match="books_of_another_release"):
        verify(park.engine, park.service.ring)
    assert ["0x" + told.details.root.hex()] == found(park, "supplier", LOT)
    rebuild(park.engine, park.service.ring)
    assert 0 == books.advance()


def test_a_rebuild_that_was_killed_goes_on_and_a_strangers_is_begun_again(park: Park) -> None:
    tell(park, "supplier")
    kept(park)
    for begun_by in (None, b"older"):
        following = Books(park.engine, park.service.ring, "books_next")
        following.create()
        following.advance()
        if begun_by is not None:
            with park.engine.begin() as connection:
                connection.exec_driver_sql("UPDATE books_next.cursor SET fingerprint = 'older'")
        rebuild(park.engine, park.service.ring)
        verdict = verify(park.engine, park.service.ring)
        assert (True, 0) == (verdict.identical, verdict.behind)


def test_only_final_events_are_in_the_books(park: Park) -> None:
    books = kept(park)
    told = tell(park, "supplier")
    with park.engine.begin() as connection:
        finalised = connection.scalar(select(mirror.cursor.c.finalised))
        connection.execute(update(mirror.cursor).values(finalised=0))
    assert 0 == books.advance()
    with park.engine.begin() as connection:
        connection.execute(update(mirror.cursor).values(finalised=finalised))
    assert 1 == books.advance()
    with park.engine.connect() as connection:
        assert told.details.root in set(connection.scalars(select(ENTRY.c.root)))
        assert 1 == len(connection.execute(select(IDENTIFIER)).all())

"""What a row tells, as an event that can be captured."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from backend.capture.identity import identity_of
from backend.capture.plan import plan
from backend.capture.sheets import layout
from backend.capture.shelf import Shelf
from backend.details import fields
from backend.epcis.check import check
from backend.epcis.fields import of_event, to_event
from contracts.details import LOT_EVENT
from tests.backend.capture.sheets.filled import BOX, GTIN, HEADER, LOT, NOW, SSCC, csv, errors, made, read, xlsx

QUANTITY = {"epcClass": LOT, "quantity": 5, "uom": "BO"}

ROWS: dict[str, tuple[list[str], dict[str, Any]]] = {
    "made": (
        made(event="生产", quantity="5", unit="瓶"),
        {"type": "ObjectEvent", "action": "ADD", "quantityList": [QUANTITY], "bizStep": "creating_class_instance"},
    ),
    "packed": (
        made(event="装箱", quantity="5", unit="瓶", box=SSCC),
        {"type": "AggregationEvent", "action": "ADD", "parentID": BOX, "childQuantityList": [QUANTITY]},
    ),
    "shipped": (
        ["2026-11-21", "发货", "", "", "", "", "", SSCC],
        {"type": "ObjectEvent", "action": "OBSERVE", "epcList": [BOX], "bizStep": "shipping"},
    ),
    "received": (
        made(event="Received", quantity="5", unit="瓶", box=SSCC),
        {"action": "OBSERVE", "epcList": [BOX], "quantityList": [QUANTITY], "bizStep": "receiving"},
    ),
    "used up": (
        made(event="用完", quantity="5", unit="瓶"),
        {"action": "DELETE", "quantityList": [QUANTITY], "disposition": "inactive"},
    ),
    "destroyed": (
        made(event="销毁", quantity="5", unit="瓶"),
        {"action": "DELETE", "quantityList": [QUANTITY], "bizStep": "destroying", "disposition": "destroyed"},
    ),
}


@pytest.mark.parametrize("act", ROWS)
def test_each_act_is_an_event_of_its_kind_that_can_be_captured(act: str) -> None:
    row, expected = ROWS[act]
    found = read(csv(HEADER, row))
    assert [] == errors(found)
    assert [] == check(found.to_document(NOW))
    (told,) = found.events
    assert (2, expected) == (told.row, {name: told.event[name] for name in expected})
    assert "2026-11-21T00:00:00+08:00" == told.event["eventTime"]
    (*_, planned) = plan(told.event, Shelf(7), name=identity_of(told.event).name)
    assert told.event is planned.event
    kept = fields.parse(LOT_EVENT.id, of_event(told.event, None, []), bytes(32))
    assert told.event == to_event({path: kept.value(path) for path in kept.fields})


def test_the_same_rows_as_a_workbook_and_as_text_are_the_same_events() -> None:
    cells = made(date=datetime(2026, 11, 21), quantity=12.5, gtin=int(GTIN))  # noqa: DTZ001 - as Excel has it
    (of_book,), (of_text,) = read(xlsx(HEADER, cells)).events, read(csv(HEADER, made())).events
    assert identity_of(of_text.event) == identity_of(of_book.event)


def test_a_clerks_own_numbers_hang_on_the_namespace() -> None:
    header = (*HEADER, "订单号", "单据号", "地点", "有效期至", "备注")
    row = [*made(gtin="", item="试剂 7/8"), "PO-1", "MO/2", "东仓", "2028.1.31", "首批"]
    (told,) = read(csv(header, row)).events
    assert "https://id.acme.example/item/%E8%AF%95%E5%89%82%207%2F8/lot/A1" == told.event["quantityList"][0]["epcClass"]
    assert [
        {"type": "po", "bizTransaction": "https://id.acme.example/order/PO-1"},
        {"type": "prodorder", "bizTransaction": "https://id.acme.example/document/MO%2F2"},
    ] == told.event["bizTransactionList"]
    assert {"id": "https://id.acme.example/place/%E4%B8%9C%E4%BB%93"} == told.event["readPoint"]
    assert {"cbvmda:itemExpirationDate": "2028-01-31"} == told.event["ilmd"]
    assert "首批" == told.event["rdfs:comment"]


def test_without_a_namespace_own_numbers_are_refused_and_gs1s_are_not() -> None:
    content = csv(HEADER, made(), made(gtin="", item="R-7"))
    found = read(content, layout.of({}))
    assert ([("D3", "sheet_namespace_missing")], [2]) == (errors(found), [each.row for each in found.events])


def test_a_whole_box_is_made_without_a_lot() -> None:
    (told,) = read(csv(HEADER, ["2026-11-21", "made", "", "", "", "", "", SSCC])).events
    assert ([BOX], "commissioning") == (told.event["epcList"], told.event["bizStep"])


def test_rows_with_one_hash_are_told_once_whatever_their_notes() -> None:
    found = read(csv((*HEADER, "备注"), [*made(), "a"], [*made(), "b"]))
    assert ([("A3", "sheet_row_twice")], 1) == (errors(found), len(found.events))

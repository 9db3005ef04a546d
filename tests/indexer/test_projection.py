"""What each action of the real ledgers becomes in the tables."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from contracts.signatures import address_bytes, keccak
from contracts.typed_data import consignment_id, fold, holding_id, lot_id, order_id, organisation_id, signer_id
from indexer import schema
from indexer.decode import MAX_POSITION
from tests.indexer.conftest import Mirror
from tests.indexer.history import (
    ALL_RIGHTS,
    FAR,
    OCCURRED_AT,
    OPERATOR,
    ROLE_TENANT,
    TENANT,
    History,
    consignment,
    holding,
)


def rows(mirror: Mirror, query: Select[Any]) -> list[tuple[Any, ...]]:
    with mirror.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_a_made_holding_stands_in_the_mirror_with_its_lot_and_its_record(history: History, mirror: Mirror) -> None:
    serial = history.make(lot=4)
    mirror.catch_up()
    key = holding(serial, lot=4)
    query = select(*schema.holding.c["id", "lot_id", "maker", "handle", "creator", "serial", "origin"])
    expected = (holding_id(key), lot_id(TENANT, key["handle"]), TENANT, key["handle"], TENANT, serial, 1)
    assert [expected] == rows(mirror, query)
    query = select(*schema.record_latest.c["holder", "seq", "status", "flags"]).where(
        schema.record_latest.c.id == holding_id(key)
    )
    assert [(TENANT, 1, 1, 0)] == rows(mirror, query)


def test_an_item_its_holding_and_its_record_share_a_number_and_lead_to_event_and_block(
    history: History, mirror: Mirror
) -> None:
    serial = history.make()
    mirror.catch_up()
    query = (
        select(schema.event.c.kind, schema.block.c.number, schema.record.c.id, schema.lot_event_item.c.holding_id)
        .join_from(schema.holding, schema.record, schema.record.c.number == schema.holding.c.number)
        .join(schema.lot_event_item, schema.lot_event_item.c.number == schema.holding.c.number)
        .join(schema.event, schema.event.c.number == schema.event_of(schema.holding.c.number))
        .join(schema.block, schema.block.c.number == schema.block_of(schema.holding.c.number))
    )
    id_ = holding_id(holding(serial))
    assert [("LotEventRecorded", history.created[serial], id_, id_)] == rows(mirror, query)


def test_an_authorisation_keeps_numbers_no_bigint_holds(history: History, mirror: Mirror) -> None:
    history.make()
    mirror.catch_up()
    query = select(*schema.batch.c["signer", "deadline", "mode"]).order_by(schema.batch.c.number.desc()).limit(1)
    assert [(address_bytes(history.address(TENANT)), 2**64 - 1, 1)] == rows(mirror, query)
    nonces = [nonce for (nonce,) in rows(mirror, select(schema.batch.c.nonce))]
    assert all(isinstance(nonce, int) and nonce > 2**255 for nonce in nonces)


def test_an_admitted_organisation_has_its_roles_and_its_key(history: History, mirror: Mirror) -> None:
    mirror.catch_up()
    latest = schema.organisation_latest
    query = select(*latest.c["organisation", "id", "roles"]).where(latest.c.organisation == TENANT)
    assert [(TENANT, organisation_id(TENANT), ROLE_TENANT)] == rows(mirror, query)
    address = history.address(TENANT)
    query = select(*schema.key_latest.c["id", "organisation", "rights", "valid_until", "revoked_at"]).where(
        schema.key_latest.c.address == address_bytes(address)
    )
    assert [(signer_id(TENANT, address), TENANT, ALL_RIGHTS, FAR, 0)] == rows(mirror, query)


def test_the_founders_are_mirrored_though_nobody_signed_them(history: History, mirror: Mirror) -> None:
    mirror.catch_up()
    query = select(*schema.event.c["batch", "occurred_at"]).where(schema.event.c.kind == "OrganisationFounded")
    assert [(None, None), (None, None)] == rows(mirror, query)
    query = select(*schema.organisation.c["organisation", "roles"]).order_by(schema.organisation.c.number)
    assert [(1, 1), (2, 2), (TENANT, ROLE_TENANT)] == rows(mirror, query)


def test_lineage_leads_from_every_input_through_the_event_to_every_output(history: History, mirror: Mirror) -> None:
    first, second = history.make(), history.make()
    parts = history.split(first)
    product, waste = history.transform([*parts, second], outputs=2)
    mirror.catch_up()
    number = {row[0]: row[1] for row in rows(mirror, select(*schema.holding.c["serial", "number"]))}
    event = {serial: row & -MAX_POSITION for serial, row in number.items()}
    sources = {(number[serial], event[product]) for serial in (*parts, second)} | {(number[first], event[parts[0]])}
    creations = {(event[serial], number[serial]) for serial in number}
    assert sources | creations == set(rows(mirror, select(schema.lineage)))
    assert event[product] == event[waste]


def test_packing_follows_the_last_aggregation(history: History, mirror: Mirror) -> None:
    pallet, one, two = history.make(), history.make(), history.make()
    history.pack(pallet, [one, two])
    history.unpack(pallet, [two])
    mirror.catch_up()
    parent = holding_id(holding(pallet))
    expected = {(holding_id(holding(one)), parent), (holding_id(holding(two)), None)}
    assert expected == set(rows(mirror, select(*schema.packing_latest.c["child", "parent"])))
    assert 3 == len(rows(mirror, select(schema.packing)))


def test_an_action_kind_of_its_own_gets_its_fields_as_columns(history: History, mirror: Mirror) -> None:
    serial = history.make()
    history.dispatch(serial)
    mirror.catch_up()
    table = schema.EVENT_TABLES["GoodsDispatched"]
    query = select(*table.c["id", "consignment_id", "holding_serial", "holding_handle", "seq", "consignment_to"])
    ids = (holding_id(holding(serial)), consignment_id(consignment(serial)))
    assert [(*ids, serial, keccak(b"lot1"), 1, OPERATOR)] == rows(mirror, query)


def test_only_blocks_with_an_event_of_ours_have_a_row(history: History, mirror: Mirror) -> None:
    history.anvil.ask("anvil_mine", hex(50))
    serial = history.make()
    mirror.catch_up()
    numbers = [number for (number,) in rows(mirror, select(schema.block.c.number).order_by(schema.block.c.number))]
    assert history.created[serial] == numbers[-1] == history.height
    assert history.height - 51 == numbers[-2]


def test_a_direct_receipt_is_a_holding_out_of_nothing(history: History, mirror: Mirror) -> None:
    serial = history.receive_directly()
    mirror.catch_up()
    (number,) = rows(mirror, select(schema.EVENT_TABLES["ReceivedDirect"].c.number))[0]
    query = select(*schema.holding.c["number", "id", "maker", "origin"])
    assert (number + 1, holding_id({**holding(serial), "maker": 0}), 0, 3) in rows(mirror, query)
    assert (number, number + 1) in rows(mirror, select(*schema.lineage.c["source_number", "target_number"]))


def test_what_happens_to_an_order_and_to_its_goods_is_one_step_each(history: History, mirror: Mirror) -> None:
    order = {"buyer": OPERATOR, "supplier": TENANT, "handle": keccak(b"order")}
    terms = {"lines": 1, "services": 0, "quarantines": 0, "lapsesAt": FAR}
    head = fold(bytes(24), history.sign(OPERATOR, "IssueOrder", order=order, **terms), history.address(OPERATOR))
    history.sign(TENANT, "ConfirmOrder", order=order, agreesTo=head, promisedAt=OCCURRED_AT)
    cited, uncited = history.make(), history.make()
    history.dispatch(cited, order=order_id(order))
    history.dispatch(uncited)
    mirror.catch_up()
    for serial in (cited, uncited):
        history.end_dispatch(serial)
    mirror.catch_up()
    steps, event = schema.order_step, schema.event
    query = (
        select(event.c.kind, *steps.c["order_id", "buyer", "supplier", "line", "holding_id"])
        .join_from(steps, event, event.c.number == steps.c.number)
        .order_by(steps.c.number)
    )
    parties = (order_id(order), OPERATOR, TENANT)
    goods = (0, holding_id(holding(cited)))
    assert [
        ("OrderIssued", *parties, None, None),
        ("OrderConfirmed", *parties, None, None),
        ("GoodsDispatched", *parties, *goods),
        ("DispatchEnded", *parties, *goods),
    ] == rows(mirror, query)
    (latest,) = rows(mirror, select(schema.order_step_latest.c.number))
    assert latest == max(rows(mirror, select(steps.c.number)))
    assert () == mirror.verify().differences


def test_what_is_on_its_way_is_so_until_its_answer(history: History, mirror: Mirror) -> None:
    serial = history.make()
    history.dispatch(serial)
    mirror.catch_up()
    transit, consigned = schema.transit_latest, schema.consignment_latest
    query = select(*transit.c["holding_id", "consignment_id", "sender", "receiver", "lapses_at"])
    sent = (holding_id(holding(serial)), consignment_id(consignment(serial)), TENANT, OPERATOR)
    assert [(*sent, FAR)] == rows(mirror, query)
    history.end_dispatch(serial)
    mirror.catch_up()
    assert [(*sent, None)] == rows(mirror, query)
    query = select(*consigned.c["id", "sender", "receiver", "discrepancy"])
    assert [(*sent[1:], 0)] == rows(mirror, query)


def test_a_step_of_an_order_goes_with_its_block(history: History, mirror: Mirror) -> None:
    order = {"buyer": OPERATOR, "supplier": TENANT, "handle": keccak(b"order")}
    terms = {"lines": 1, "services": 0, "quarantines": 0, "lapsesAt": FAR}
    head = fold(bytes(24), history.sign(OPERATOR, "IssueOrder", order=order, **terms), history.address(OPERATOR))
    mirror.catch_up()
    before = rows(mirror, select(schema.order_step_latest))
    history.sign(TENANT, "ConfirmOrder", order=order, agreesTo=head, promisedAt=OCCURRED_AT)
    mirror.catch_up()
    assert before != rows(mirror, select(schema.order_step_latest))
    history.reorganise(1)
    mirror.catch_up()
    assert before == rows(mirror, select(schema.order_step_latest))
    assert () == mirror.verify().differences

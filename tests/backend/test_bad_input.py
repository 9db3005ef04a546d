"""What must not get in: each kind of bad input has its own code, and nothing of it is written anywhere."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import func, select

from backend import clock
from backend.limits import LONGEST_BODY
from backend.member.signer import (
    ADD,
    ALL_RIGHTS,
    FAR,
    MADE,
    OBJECT,
    OBSERVE,
    SUBJECT,
    Member,
    Place,
)
from backend.submissions.batches import MOST_ACTIONS
from backend.submissions.models import RELAYED_TRANSACTION, SUBMISSION, SUBMISSION_CHANGE, SUBMISSION_ITEM
from contracts.signatures import keccak
from contracts.typed_data import action_hash, fold
from tests.backend.park import Park

SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

Batch = dict[str, Any]


def a_good_batch(park: Park, name: str = "supplier", **terms: Any) -> Batch:
    member = park.members[name]
    return member.batch(
        "RecordLotEvent", member.lot_event(OBJECT, ADD, {member.new_holding(): (SUBJECT, MADE)}), **terms
    )


@contextmanager
def nothing_written(park: Park) -> Iterator[None]:
    """Outside the context, everything that is stored is what was stored before."""
    before = _stored(park)
    yield
    park.settle()
    assert before == _stored(park)
    assert [] == park.nudged


def refused(park: Park, batch: Mapping[str, Any], code: str, status: int, by: str = "supplier") -> dict[str, Any]:
    """Submit a batch that must be refused; the problem."""
    park.nudged.clear()
    with nothing_written(park):
        answer = park.submit(by, batch)
        body = answer.json()
        assert (code, status) == (body["code"], answer.status_code), body
        assert "application/problem+json" == answer.headers["content-type"]
        assert body["next_step"]
        assert body["request_id"] == answer.headers["x-request-id"]
    return dict(body["params"])


def _stored(park: Park) -> tuple[object, ...]:
    tables = (SUBMISSION, SUBMISSION_ITEM, SUBMISSION_CHANGE, RELAYED_TRANSACTION)
    with park.engine.begin() as connection:
        counts = [connection.scalar(select(func.count()).select_from(table)) for table in tables]
    return (*counts, park.chain.anvil.ask("eth_blockNumber"))


def _signature(change: Callable[[bytes], bytes]) -> Callable[[Batch], None]:
    def spoil(batch: Batch) -> None:
        signature = bytes.fromhex(batch["authorisation"]["signature"][2:])
        batch["authorisation"]["signature"] = "0x" + change(signature).hex()

    return spoil


def _high_s(signature: bytes) -> bytes:
    s = SECP256K1_ORDER - int.from_bytes(signature[32:64])
    return signature[:32] + s.to_bytes(32) + bytes([55 - signature[64]])


def _set(*path: str | int, to: Any) -> Callable[[Batch], None]:
    def spoil(batch: Batch) -> None:
        place: Any = batch
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return spoil


SPOILED = {
    "a signature of someone else": (_signature(lambda s: s[:64] + bytes([s[64] ^ 7])), "signature_invalid", 422),
    "a signature with v 0": (_signature(lambda s: s[:64] + b"\x00"), "signature_malformed", 422),
    "the high-s twin": (_signature(_high_s), "signature_not_low", 422),
    "no point on the curve": (_signature(lambda s: b"\xff" * 32 + s[32:]), "signature_invalid", 422),
    "a short signature": (_signature(lambda s: s[:64]), "request_invalid", 422),
    "another time than signed": (_set("actions", 0, "occurredAt", to=1_600_000_000), "signature_invalid", 422),
    "another nonce than signed": (_set("authorisation", "nonce", to="7"), "signature_invalid", 422),
    "another mode than signed": (_set("authorisation", "mode", to=1), "signature_invalid", 422),
    "a mode that is none": (_set("authorisation", "mode", to=2), "mode_unknown", 422),
    "a deadline long past": (_set("authorisation", "deadline", to=1), "deadline_expired", 409),
    "a deadline never to come": (_set("authorisation", "deadline", to=2**64 - 1), "deadline_out_of_range", 422),
    "another chain": (_set("chain_id", to=1), "chain_mismatch", 422),
    "no contract of ours": (_set("contract", to="0x" + "11" * 20), "contract_unknown", 422),
    "an unheard-of action": (_set("action", to="RecordAnything"), "kind_unknown", 422),
    "an action of another contract": (_set("action", to="GrantKey"), "kind_unknown", 422),
    "no actions": (_set("actions", to=[]), "batch_empty", 422),
    "a field too short": (_set("actions", 0, "root", to="0x00"), "action_invalid", 422),
    "a field too many": (_set("actions", 0, "colour", to="red"), "action_invalid", 422),
    "a number too large": (_set("actions", 0, "schema", to=2**32), "action_invalid", 422),
    "an object missing": (_set("actions", 0, "items", 0, "holding", to=None), "action_invalid", 422),
    "actions that are no list": (_set("actions", to="none"), "request_invalid", 422),
    "a negative nonce": (_set("authorisation", "nonce", to="-1"), "request_invalid", 422),
    "a field nobody asked for": (_set("password", to="guess"), "request_invalid", 422),
}


@pytest.mark.parametrize(("spoil", "code", "status"), SPOILED.values(), ids=SPOILED.keys())
def test_a_spoiled_batch_is_refused_by_its_own_code_and_writes_nothing(
    park: Park, spoil: Callable[[Batch], None], code: str, status: int
) -> None:
    batch = a_good_batch(park)
    spoil(batch)
    refused(park, batch, code, status)


def test_an_invalid_field_is_named_by_its_place(park: Park) -> None:
    batch = a_good_batch(park)
    batch["actions"][0]["items"][0]["seq"] = 2**24
    params = refused(park, batch, "action_invalid", 422)
    assert ("value_out_of_range", "actions[0].items[0].seq") == (params["problem"], params["at"])


def test_a_batch_signed_for_another_chain_is_refused(park: Park) -> None:
    place = park.chain.place
    elsewhere = Member(3, park.members["supplier"]._key, Place(place.chain_id + 1, place.contracts), b"elsewhere")
    batch = elsewhere.batch(
        "RecordLotEvent", elsewhere.lot_event(OBJECT, ADD, {elsewhere.new_holding(): (SUBJECT, MADE)})
    )
    refused(park, batch, "chain_mismatch", 422)
    batch["chain_id"] = place.chain_id
    refused(park, batch, "signature_invalid", 422)


def test_a_batch_signed_for_another_contract_is_refused(park: Park) -> None:
    place = park.chain.place
    swapped = Place(place.chain_id, {**place.contracts, "Traceability": place.contracts["Recalls"]})
    elsewhere = Member(3, park.members["supplier"]._key, swapped, b"elsewhere")
    batch = elsewhere.batch(
        "RecordLotEvent", elsewhere.lot_event(OBJECT, ADD, {elsewhere.new_holding(): (SUBJECT, MADE)})
    )
    refused(park, batch, "kind_unknown", 422)
    batch["contract"] = place.contracts["Traceability"]
    refused(park, batch, "signature_invalid", 422)


def test_more_actions_than_a_transaction_carries_are_refused(park: Park) -> None:
    batch = a_good_batch(park)
    batch["actions"] *= MOST_ACTIONS + 1
    params = refused(park, batch, "batch_too_large", 422)
    assert MOST_ACTIONS == params["most_actions"]


def test_a_body_beyond_the_limit_is_refused_unread(park: Park) -> None:
    headers = {"Authorization": f"Bearer {park.token('supplier')}", "Content-Type": "application/json"}
    with nothing_written(park):
        answer = park.client.post("/v1/submissions", content=b" " * (LONGEST_BODY + 1), headers=headers)
        assert (413, "body_too_large") == (answer.status_code, answer.json()["code"])


def test_brackets_without_end_are_one_bad_request_and_not_the_end_of_the_service(park: Park) -> None:
    for content in (b"[" * 1_000_000, b'{"batches":' * 100_000):
        answer = park.client.post("/v1/submissions", content=content, headers={"Content-Type": "application/json"})
        assert (422, "request_invalid") == (answer.status_code, answer.json()["code"])
    assert 200 == park.get("supplier", "/v1/keys").status_code


def test_a_body_that_does_not_say_its_length_is_cut_off_at_the_limit(park: Park) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(LONGEST_BODY // 65_536 + 2):
            yield b" " * 65_536

    headers = {"Authorization": f"Bearer {park.token('supplier')}", "Content-Type": "application/json"}
    with nothing_written(park):
        answer = park.client.post("/v1/submissions", content=endless(), headers=headers)
        assert (413, "body_too_large") == (answer.status_code, answer.json()["code"])


def test_a_key_nobody_granted_is_refused(park: Park) -> None:
    nobody = Member(3, keccak(b"nobody"), park.chain.place, b"nobody")
    batch = nobody.batch("RecordLotEvent", nobody.lot_event(OBJECT, ADD, {nobody.new_holding(): (SUBJECT, MADE)}))
    refused(park, batch, "signer_unknown", 403)


def test_a_closed_key_is_refused(park: Park) -> None:
    member = park.members["stranger"]
    park.record(
        "stranger",
        "CloseKey",
        member.state(organisation=member.organisation, key=member.address, compromisedSince=0),
    )
    # Its organisation has no other key, so its token has lost its rights too; anyone else may bring the batch.
    refused(park, a_good_batch(park, "stranger"), "signer_not_valid", 403)


def test_an_organisation_without_the_role_is_refused(park: Park) -> None:
    member = park.members["tenant"]
    proposal = member.state(
        organisation=99, roles=8, key=member.address, rights=ALL_RIGHTS, validUntil=FAR, enrolBy=FAR
    )
    refused(park, member.batch("AdmitOrganisation", proposal), "role_missing", 403)


def test_a_key_without_the_right_is_refused(park: Park) -> None:
    owner = park.members["supplier"]
    clerk = Member(owner.organisation, keccak(b"clerk"), park.chain.place, b"clerk")
    grant = owner.state(
        organisation=owner.organisation, key=clerk.address, rights=1 << 1, validFrom=0, validUntil=FAR, enrolBy=FAR
    )
    park.record("supplier", "GrantKey", grant)
    head = fold(bytes(24), action_hash("GrantKey", grant), owner.address)
    enrolment = clerk.state(organisation=owner.organisation, key=clerk.address, agreesTo=head)
    answer = park.submit("supplier", clerk.batch("EnrolKey", enrolment))
    assert 202 == answer.status_code, answer.text
    park.settle()
    batch = clerk.batch("RecordLotEvent", clerk.lot_event(OBJECT, ADD, {clerk.new_holding(): (SUBJECT, MADE)}))
    refused(park, batch, "right_missing", 403)


def test_an_expired_deadline_is_refused(park: Park) -> None:
    refused(park, a_good_batch(park, deadline=clock.now() - 1), "deadline_expired", 409)


def test_another_batch_under_a_used_nonce_is_refused(park: Park) -> None:
    assert 202 == park.submit("supplier", a_good_batch(park, nonce=7)).status_code
    for _ in ("waiting in the outbox", "in the mirror"):
        answer = park.submit("supplier", a_good_batch(park, nonce=7))
        assert (409, "nonce_used") == (answer.status_code, answer.json()["code"])
        park.settle()


def test_the_same_batch_twice_is_one_submission(park: Park) -> None:
    batch = a_good_batch(park)
    first = park.submit("supplier", batch).json()["results"][0]
    assert first == park.submit("supplier", batch).json()["results"][0]
    park.settle()
    later = park.submit("rival", batch)
    assert (202, "mirrored") == (later.status_code, later.json()["results"][0]["submission"]["state"])
    assert first["submission"]["receipt"] == later.json()["results"][0]["submission"]["receipt"]


def test_a_stale_seq_is_refused_and_writes_nothing(park: Park) -> None:
    member = park.members["supplier"]
    made = park.make("supplier")
    observe = member.lot_event(OBJECT, OBSERVE, {made: (SUBJECT, 0)})
    park.record("supplier", "RecordLotEvent", observe)
    stale = member.lot_event(OBJECT, OBSERVE, {made: (SUBJECT, 0)})
    refused(park, member.batch("RecordLotEvent", stale), "stale_seq", 409)


def test_an_acceptance_of_another_head_is_refused(park: Park) -> None:
    sent, consignment = park.dispatch("supplier", "tenant", park.make("supplier"))
    tenant = park.members["tenant"]
    receipt = tenant.receipt(sent, consignment) | {"agreesTo": bytes(24)}
    refused(park, tenant.batch("ReceiveGoods", receipt), "wrong_agrees_to", 409, by="tenant")


def test_a_dispatch_to_nobody_is_refused(park: Park) -> None:
    member = park.members["supplier"]
    made = park.make("supplier")
    nobody = {"from": member.organisation, "to": 999, "handle": member.salt()}
    refused(park, member.batch("DispatchGoods", member.dispatch(made, nobody)), "organisation_unknown", 409)


def test_an_act_on_another_ones_holding_is_refused(park: Park) -> None:
    made = park.make("supplier")
    rival = park.members["rival"]
    event = rival.lot_event(OBJECT, OBSERVE, {made: (SUBJECT, 0)})
    refused(park, rival.batch("RecordLotEvent", event), "not_custodian", 403, by="rival")


def test_an_act_on_a_holding_that_is_not_there_is_refused(park: Park) -> None:
    member = park.members["supplier"]
    dispatch = member.dispatch(member.new_holding(), member.consignment(park.members["tenant"]))
    refused(park, member.batch("DispatchGoods", dispatch), "subject_not_found", 409)


def test_one_bad_action_refuses_a_whole_batch_that_says_all(park: Park) -> None:
    member = park.members["supplier"]
    good = member.lot_event(OBJECT, ADD, {member.new_holding(): (SUBJECT, MADE)})
    bad = member.lot_event(OBJECT, OBSERVE, {member.new_holding(): (SUBJECT, 0)})
    params = refused(park, member.batch("RecordLotEvent", good, bad, mode=1), "subject_not_found", 409)
    assert {"index": 1} == params


def test_of_a_batch_that_says_each_the_good_half_is_recorded_and_the_rest_refused_by_name(park: Park) -> None:
    member = park.members["supplier"]
    made = member.new_holding()
    good = member.lot_event(OBJECT, ADD, {made: (SUBJECT, MADE)})
    bad = member.lot_event(OBJECT, OBSERVE, {member.new_holding(): (SUBJECT, 0)})
    submission = park.record("supplier", "RecordLotEvent", good, bad)
    items = park.get("supplier", f"/v1/submissions/{submission}").json()["items"]
    assert [None, "subject_not_found"] == [item["reason"] for item in items]
    assert 200 == park.get("supplier", f"/v1/holdings/0x{made.id.hex()}").status_code


def test_of_several_batches_each_is_accepted_or_refused_by_itself(park: Park) -> None:
    spoiled = a_good_batch(park)
    spoiled["chain_id"] = 1
    answer = park.submit("supplier", a_good_batch(park), spoiled, a_good_batch(park))
    assert 202 == answer.status_code
    results = answer.json()["results"]
    assert [None, "chain_mismatch", None] == [result["problem"] and result["problem"]["code"] for result in results]
    park.settle()
    states = [park.get("supplier", results[i]["status_url"]).json()["state"] for i in (0, 2)]
    assert ["mirrored", "mirrored"] == states


def test_if_no_batch_of_several_is_accepted_the_answer_is_a_problem_with_all_reasons(park: Park) -> None:
    spoiled = a_good_batch(park)
    spoiled["chain_id"] = 1
    with nothing_written(park):
        answer = park.submit("supplier", spoiled, spoiled)
        assert (422, "nothing_accepted") == (answer.status_code, answer.json()["code"])
        codes = [result["problem"]["code"] for result in answer.json()["params"]["results"]]
        assert ["chain_mismatch", "chain_mismatch"] == codes


def test_what_a_record_under_way_may_cure_is_left_to_the_chain(park: Park) -> None:
    member = park.members["supplier"]
    made = member.new_holding()
    first = member.lot_event(OBJECT, ADD, {made: (SUBJECT, MADE)})
    there = made.after("RecordLotEvent", first, member.address)
    second = member.lot_event(OBJECT, OBSERVE, {there: (SUBJECT, 0)})
    stale = member.lot_event(OBJECT, OBSERVE, {made: (SUBJECT, 0)})
    urls = []
    for event in (first, second, stale):
        answer = park.submit("supplier", member.batch("RecordLotEvent", event))
        assert 202 == answer.status_code, answer.text
        urls.append(answer.json()["results"][0]["status_url"])
    park.settle()
    park.settle()
    outcomes = [park.get("supplier", url).json() for url in urls]
    assert [("mirrored", None), ("mirrored", None), ("refused", "stale_seq")] == [
        (outcome["state"], outcome["reason"]) for outcome in outcomes
    ]

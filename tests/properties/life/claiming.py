"""The rules of what parties say after a delivery: discrepancies settled, one-sided receipts countersigned."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.signatures import keccak
from contracts.typed_data import consignment_id, receipt_id
from tests.properties.life.nouns import Act, Consignment
from tests.properties.life.park import Park, unless_head
from tests.properties.life.words import ClaimStatus, Reason


def settle_objections(park: Park, act: Act) -> Iterator[Reason]:
    consignment = _consignment(park, act)
    yield from unless_head(consignment.record, act.value["agreesTo"])
    if not consignment.is_disputed:
        yield Reason.WRONG_STATE
    if act.organisation not in (consignment.key["from"], consignment.key["to"]):
        yield Reason.WRONG_ACTOR


def settle(park: Park, act: Act) -> None:
    consignment = _consignment(park, act)
    consignment.settled = act.value["agreesTo"]
    is_sender = act.organisation == consignment.key["from"]
    status = ClaimStatus.AGREED if is_sender else ClaimStatus.WITHDRAWN
    park.records["Claims", consignment_id(consignment.key)].advance(act, act.organisation, status)


def countersign_objections(park: Park, act: Act) -> Iterator[Reason]:
    claim = park.claims.get(act.value["receipt"]["receipt"])
    if claim is None:
        yield Reason.NOT_FOUND
        return
    if park.records["Claims", _receipt(act)].exists:
        yield Reason.ALREADY_EXISTS
    if act.organisation == claim.receiver:
        yield Reason.WRONG_ACTOR
    if keccak(act.value["secret"]) != claim.claim:
        yield Reason.WRONG_AGREES_TO


def countersign(park: Park, act: Act) -> None:
    park.records["Claims", _receipt(act)].advance(act, act.organisation, ClaimStatus.COUNTERSIGNED)


def _receipt(act: Act) -> bytes:
    return receipt_id(act.value["receipt"]["receipt"])


def _consignment(park: Park, act: Act) -> Consignment:
    key = act.value["consignment"]
    id_ = consignment_id(key)
    return park.consignments.get(id_) or Consignment(key, park.records["Traceability", id_])

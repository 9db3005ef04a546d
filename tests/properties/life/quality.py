"""The rules of quality: holds, verdicts, recalls."""

from __future__ import annotations

from collections.abc import Iterator

from backend.identity.actor import Role
from backend.member.signer import FAIL, PASS
from contracts.typed_data import lot_id
from tests.properties.life.nouns import Act, Holding
from tests.properties.life.park import Park, unless_custodian, unless_seq
from tests.properties.life.shipping import holding_of
from tests.properties.life.words import KNOWN, PLAIN, Flag, Reason

_PARTYS = Flag.HELD_BY_PARTY | Flag.QUARANTINED


def hold_objections(park: Park, act: Act) -> Iterator[Reason]:
    holding, flag = holding_of(park, act), _hold_of(act)
    if not holding.record.exists:
        yield Reason.NOT_FOUND
    if flag is Flag.HELD_BY_PARTY:
        yield from unless_custodian(park, act, holding)
    if holding.flags & Flag.CLOSED:
        yield Reason.CLOSED
    if holding.flags & flag:
        yield Reason.HELD


def hold(park: Park, act: Act) -> None:
    record = holding_of(park, act).record
    record.advance(act, record.holder, record.status, record.flags | _hold_of(act))


def judge_objections(park: Park, act: Act) -> Iterator[Reason]:
    holding, verdict = holding_of(park, act), act.value["verdict"]
    yield from unless_seq(holding.record, act.value["seq"])
    if _lifts_its_own(act, holding):
        if verdict != PASS:
            yield Reason.MALFORMED
        return
    yield from unless_custodian(park, act, holding)
    if verdict not in (PASS, FAIL):
        yield Reason.MALFORMED
    if not holding.flags & _PARTYS:
        yield Reason.WRONG_STATE
    if holding.flags & Flag.CLOSED:
        yield Reason.CLOSED
    receipt = holding.receipt
    if holding.flags & Flag.QUARANTINED and receipt is not None and receipt.receiver == act.signer.address:
        yield Reason.SAME_SIGNER


def judge(park: Park, act: Act) -> None:
    holding = holding_of(park, act)
    flags = holding.flags
    if _lifts_its_own(act, holding):
        flags &= ~Flag.HELD_BY_REGULATOR
    elif act.value["verdict"] == PASS:
        flags &= ~(_PARTYS | Flag.DISPUTED)
    else:
        flags = flags & ~Flag.HELD_BY_PARTY | Flag.QUARANTINED | Flag.DISPUTED
    holding.record.advance(act, holding.record.holder, holding.record.status, flags)


def recall_objections(park: Park, act: Act) -> Iterator[Reason]:
    lot = act.value["lot"]
    if lot["maker"] != act.organisation:
        yield Reason.NOT_MAKER
    if park.is_lot_recalled((lot["maker"], lot["handle"])):
        yield Reason.RECALLED


def recall(park: Park, act: Act) -> None:
    _write_lot(park, act, Flag.RECALLED)


def end_recall_objections(park: Park, act: Act) -> Iterator[Reason]:
    lot = act.value["lot"]
    yield from unless_seq(park.records["Recalls", lot_id(**lot)], act.value["seq"])
    if lot["maker"] != act.organisation:
        yield Reason.NOT_MAKER
    if not park.is_lot_recalled((lot["maker"], lot["handle"])):
        yield Reason.WRONG_STATE


def end_recall(park: Park, act: Act) -> None:
    _write_lot(park, act, PLAIN)


def _write_lot(park: Park, act: Act, flags: Flag) -> None:
    park.records["Recalls", lot_id(**act.value["lot"])].advance(act, act.organisation, KNOWN, flags)


def _hold_of(act: Act) -> Flag:
    """A regulator holds wherever the goods lie; anybody else what one answers for."""
    return Flag.HELD_BY_REGULATOR if act.signer.roles & Role.REGULATOR else Flag.HELD_BY_PARTY


def _lifts_its_own(act: Act, holding: Holding) -> bool:
    """A regulator lifts its own hold first; for the rest it is a custodian like others."""
    return bool(act.signer.roles & Role.REGULATOR and holding.flags & Flag.HELD_BY_REGULATOR)

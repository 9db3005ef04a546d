// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Holdings} from "./Holdings.sol";
import {Batch} from "./SignedLedger.sol";
import {RIGHT_STOCK, ROLE_SUPPLIER, ROLE_TENANT, ROLES_KNOWN} from "./interfaces/IParticipants.sol";
import {Authorisation, Reason, Touched} from "./interfaces/ISignedLedger.sol";
import {
    BREACH_UNPACKED_FROM_ELSEWHERE,
    BREACH_USED_WHILE_HELD,
    BREACH_USED_WHILE_RECALLED,
    HoldingStatus,
    ITraceability,
    ItemRole,
    LotAction,
    LotEventKind,
    Origin
} from "./interfaces/ITraceability.sol";
import {RecallActions} from "./libraries/RecallActions.sol";
import {TraceabilityActions} from "./libraries/TraceabilityActions.sol";
import {LotEvent, LotItem, LotItemFacts} from "./types/LotEvent.sol";
import {FLAG_BREACH, FLAG_CLOSED, FLAG_PACKED, Record} from "./types/Record.sol";

/// @title EPCIS events: how holdings come to be, are packed, observed, transformed and used up.
/// @dev Every item is judged first and its after-image kept in memory; only when none refuses is anything
/// written. The arrows of each kind are drawn in docs/architecture.md.
abstract contract LotEvents is Holdings {
    using TraceabilityActions for *;

    /// @dev What one event needs while its items are judged.
    struct Judgement {
        bytes32 actionHash;
        LotEventKind kind;
        LotAction action;
        bytes32 parent;
        bytes32 sourceLot;
        uint8 sourceFlags;
        uint256 breaches;
    }

    /// @inheritdoc ITraceability
    function recordLotEvents(LotEvent[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(TraceabilityActions.RECORD_LOT_EVENT_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _record(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _record(Batch memory batch, uint256 index, bytes32 hash, LotEvent calldata action)
        private
        returns (Reason reason)
    {
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_STOCK), _refusesMoment(action.facts.occurredAt()));
        reason = _or(reason, _refusesForm(action));
        if (reason != Reason.None) return reason;

        Judgement memory judgement;
        judgement.actionHash = hash;
        judgement.kind = LotEventKind(action.facts.kind());
        judgement.action = LotAction(action.facts.action());
        Touched[] memory touched = new Touched[](action.items.length);
        reason = _findParentAndSource(judgement, action.items, touched);
        for (uint256 i; i < touched.length && reason == Reason.None; ++i) {
            reason = _judge(batch, judgement, action.items[i], touched[i]);
        }
        if (reason != Reason.None) return reason;

        for (uint256 i; i < touched.length; ++i) {
            _records[touched[i].id] = touched[i].record;
        }
        if (judgement.kind == LotEventKind.Aggregation) _pack(judgement, action.items, touched);
        emit LotEventRecorded(
            batch.digest, hash, index, action.facts, action.root, action.items, touched, judgement.breaches
        );
    }

    /// @dev Shape: known kind, an action where EPCIS has one, at least one item, one wire form.
    function _refusesForm(LotEvent calldata action) private pure returns (Reason) {
        uint8 kind = action.facts.kind();
        if (!action.facts.isCanonical() || action.items.length == 0) return Reason.Malformed;
        if (kind > uint8(type(LotEventKind).max) || action.facts.action() > uint8(type(LotAction).max)) {
            return Reason.Malformed;
        }
        bool acts = action.facts.action() != uint8(LotAction.None);
        return acts == (kind != uint8(LotEventKind.Transformation)) ? Reason.None : Reason.Malformed;
    }

    /// @dev Computes every id, checks that they ascend, and finds the parent and the source, if any.
    function _findParentAndSource(
        Judgement memory judgement,
        LotItem[] calldata items,
        Touched[] memory touched
    ) private view returns (Reason) {
        bytes32 last;
        for (uint256 i; i < touched.length; ++i) {
            LotItemFacts facts = items[i].facts;
            bytes32 id = items[i].id();
            if (id <= last || !facts.isCanonical()) return Reason.Malformed;
            last = id;
            touched[i].id = id;
            if (facts.role() == uint8(ItemRole.Parent)) {
                if (judgement.parent != 0) return Reason.Malformed;
                judgement.parent = id;
            } else if (facts.role() == uint8(ItemRole.Source)) {
                if (judgement.sourceLot != 0) return Reason.Malformed;
                judgement.sourceLot = RecallActions.lotId(facts.maker(), items[i].handle);
                judgement.sourceFlags = _records[id].flags() & (HELD | FLAG_BREACH);
            }
        }
        bool nests = judgement.kind == LotEventKind.Aggregation || judgement.kind == LotEventKind.Association;
        return nests == (judgement.parent != 0) ? Reason.None : Reason.Malformed;
    }

    /// @dev Judges one item and, if nothing speaks against it, puts its next record into `touched`.
    function _judge(
        Batch memory batch,
        Judgement memory judgement,
        LotItem calldata item,
        Touched memory touched
    ) private view returns (Reason reason) {
        Record record = _records[touched.id];
        if (record.seq() != item.facts.seq()) {
            return item.facts.origin() != uint8(Origin.None) ? Reason.AlreadyExists : Reason.StaleSeq;
        }
        uint24 holder = batch.standing.organisation;
        uint8 status = uint8(HoldingStatus.Held);
        uint8 flags;
        if (item.facts.origin() != uint8(Origin.None)) {
            (reason, flags) = _judgeCreation(batch, judgement, item, record);
        } else {
            if (!record.exists()) return Reason.NotFound;
            holder = record.holder();
            (reason, status, flags) = _judgeExisting(batch, judgement, item, touched.id, record);
            reason = _or(reason, _refusesCustodian(batch, touched.id, record));
            reason = _or(reason, _refusesFull(record));
            // What leaves its packing comes to lie with whoever answers for the outermost packing.
            if (record.has(FLAG_PACKED) && flags & FLAG_PACKED == 0) holder = batch.standing.organisation;
        }
        touched.record = record.advance(judgement.actionHash, batch.signer, holder, status, flags);
    }

    /// @dev A holding is created once, with an origin, by the organisation its key names as creator.
    function _judgeCreation(
        Batch memory batch,
        Judgement memory judgement,
        LotItem calldata item,
        Record record
    ) private pure returns (Reason reason, uint8 flags) {
        LotItemFacts facts = item.facts;
        uint24 organisation = batch.standing.organisation;
        if (record.exists()) return (Reason.AlreadyExists, 0);
        if (facts.origin() > uint8(type(Origin).max)) return (Reason.Malformed, 0);
        if (facts.creator() != organisation) return (Reason.WrongActor, 0);
        reason = _refusesNewSubjects(batch);
        if (reason != Reason.None) return (reason, 0);

        Origin origin = Origin(facts.origin());
        if (judgement.kind == LotEventKind.Transformation) {
            if (facts.role() != uint8(ItemRole.Output) || origin != Origin.Made) {
                return (Reason.Malformed, 0);
            }
        } else {
            bool adds = judgement.kind == LotEventKind.Object && judgement.action == LotAction.Add;
            if (!adds || facts.role() != uint8(ItemRole.Subject)) return (Reason.Malformed, 0);
        }
        if (origin == Origin.Split) {
            bytes32 lot = RecallActions.lotId(facts.maker(), item.handle);
            // A part is of the same lot and stays under the same holds: splitting is no way round one.
            return lot == judgement.sourceLot ? (Reason.None, judgement.sourceFlags) : (Reason.LotMismatch, 0);
        }
        if (judgement.sourceLot != 0) return (Reason.Malformed, 0);
        if (origin == Origin.Made) {
            if (facts.maker() != organisation) return (Reason.NotMaker, 0);
            if (batch.standing.roles & (ROLE_SUPPLIER | ROLE_TENANT) == 0) return (Reason.RoleMissing, 0);
        }
    }

    /// @dev What an event does to a holding that exists: the arrow of its kind, action and role.
    function _judgeExisting(
        Batch memory, /* the custodian is checked by the caller, after the form */
        Judgement memory judgement,
        LotItem calldata item,
        bytes32 id,
        Record record
    ) private view returns (Reason, uint8 status, uint8 flags) {
        uint8 role = item.facts.role();
        status = record.status();
        flags = record.flags();
        LotEventKind kind = judgement.kind;

        if (kind == LotEventKind.Object) {
            if (role == uint8(ItemRole.Source)) {
                bool splits = judgement.action == LotAction.Add;
                return (splits ? _refusesUse(record) : Reason.Malformed, status, flags);
            }
            if (role != uint8(ItemRole.Subject) || judgement.action == LotAction.Add) {
                return (Reason.Malformed, status, flags);
            }
            if (judgement.action == LotAction.Delete) return _use(judgement, item, record);
            return (_refusesClosed(record), status, flags);
        }
        if (kind == LotEventKind.Transformation) {
            if (role != uint8(ItemRole.Input)) return (Reason.Malformed, status, flags);
            return _use(judgement, item, record);
        }
        if (kind == LotEventKind.Transaction) {
            bool takesPart = role == uint8(ItemRole.Subject) || role == uint8(ItemRole.Parent);
            return (takesPart ? _refusesClosed(record) : Reason.Malformed, status, flags);
        }
        // Aggregation and association: a parent and its children.
        if (role == uint8(ItemRole.Parent)) {
            // A used-up parent can still be unpacked, or what is in it would be stuck.
            bool unpacks = kind == LotEventKind.Aggregation && judgement.action == LotAction.Delete;
            return (unpacks ? Reason.None : _refusesClosed(record), status, flags);
        }
        if (role != uint8(ItemRole.Child)) return (Reason.Malformed, status, flags);
        if (kind == LotEventKind.Association || judgement.action == LotAction.Observe) {
            return (_refusesClosed(record), status, flags);
        }
        if (judgement.action == LotAction.Add) {
            Record parent = _records[judgement.parent];
            (, bytes32 outermost) = _custodianOf(judgement.parent, parent);
            if (outermost == id) return (Reason.Malformed, status, flags);
            if (parent.status() != uint8(HoldingStatus.Held)) return (Reason.WrongState, status, flags);
            return (_refusesUse(record), status, flags | FLAG_PACKED);
        }
        if (_parents[id] != judgement.parent) {
            judgement.breaches |= BREACH_UNPACKED_FROM_ELSEWHERE;
            flags |= FLAG_BREACH;
        }
        return (_refusesClosed(record), status, flags & ~FLAG_PACKED);
    }

    /// @dev Using a holding up is a fact: under a hold or recall it is recorded, as a breach.
    function _use(Judgement memory judgement, LotItem calldata item, Record record)
        private
        view
        returns (Reason, uint8, uint8)
    {
        uint256 breaches;
        if (record.has(HELD)) breaches |= BREACH_USED_WHILE_HELD;
        if (RECALLS.isRecalled(item.facts.maker(), item.handle)) breaches |= BREACH_USED_WHILE_RECALLED;
        judgement.breaches |= breaches;
        uint8 flags = record.flags() | FLAG_CLOSED | (breaches == 0 ? 0 : FLAG_BREACH);
        return (_refusesUse(record), uint8(HoldingStatus.UsedUp), flags);
    }

    /// @dev What is used, split or packed must be here, loose, and not on offer to somebody.
    function _refusesUse(Record record) private pure returns (Reason) {
        if (record.has(FLAG_CLOSED)) return Reason.Closed;
        if (record.has(FLAG_PACKED)) return Reason.Packed;
        return record.status() == uint8(HoldingStatus.Held) ? Reason.None : Reason.WrongState;
    }

    function _refusesClosed(Record record) private pure returns (Reason) {
        return record.has(FLAG_CLOSED) ? Reason.Closed : Reason.None;
    }

    function _pack(Judgement memory judgement, LotItem[] calldata items, Touched[] memory touched) private {
        if (judgement.action == LotAction.Observe) return;
        bytes32 parent = judgement.action == LotAction.Add ? judgement.parent : bytes32(0);
        for (uint256 i; i < touched.length; ++i) {
            if (items[i].facts.role() == uint8(ItemRole.Child)) _parents[touched[i].id] = parent;
        }
    }
}

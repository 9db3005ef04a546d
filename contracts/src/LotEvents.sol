// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Holdings} from "./Holdings.sol";
import {Batch} from "./SignedLedger.sol";
import {RIGHT_STOCK, ROLES_KNOWN, ROLE_SUPPLIER, ROLE_TENANT} from "./interfaces/IParticipants.sol";
import {Authorisation, Reason} from "./interfaces/ISignedLedger.sol";
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
import {HoldingIds} from "./types/HoldingIds.sol";
import {LotEvent, LotEventCalldata, LotEventFacts, LotItem, LotItemFacts} from "./types/LotEvent.sol";
import {LotEventLog, LotEventLogLibrary} from "./types/LotEventLog.sol";
import {
    FLAG_BREACH,
    FLAG_CLOSED,
    FLAG_DISPUTED,
    FLAG_PACKED,
    FLAG_QUARANTINED,
    Record,
    RecordLibrary
} from "./types/Record.sol";

/// @title EPCIS events: how holdings come to be, are packed, observed, transformed and used up.
/// @dev The hot path. Every item is judged and its after-image put into the log; only when none refuses is
/// anything written. Kinds, roles, origins and statuses stay numbers here: converting to enums checks each time.
abstract contract LotEvents is Holdings {
    using TraceabilityActions for *;
    using LotEventCalldata for *;

    // What an event does to one of its items: the arrows drawn in docs/architecture.md.
    uint256 private constant NO_ARROW = 0;
    uint256 private constant CREATE = 1;
    uint256 private constant OBSERVE = 2;
    uint256 private constant USE_UP = 3;
    uint256 private constant SPLIT_OFF = 4;
    uint256 private constant EMPTY = 5;
    uint256 private constant PACK = 6;
    uint256 private constant UNPACK = 7;

    // An arrow has four bits. A kind has four of them (no action, add, observe, delete), a role eight kinds (object,
    // aggregation, transaction, transformation, association), a table two roles.
    uint256 private constant KIND = 16;
    uint256 private constant ROLE = 128;
    uint256 private constant ADD = 4;
    uint256 private constant SEE = 8; // the EPCIS action OBSERVE
    uint256 private constant DELETE = 12;
    uint256 private constant SUBJECTS_AND_PARENTS = CREATE << ADD | OBSERVE << SEE | USE_UP << DELETE
        | OBSERVE << (2 * KIND + ADD) | OBSERVE << (2 * KIND + SEE) | OBSERVE << (2 * KIND + DELETE) | OBSERVE
        << (ROLE + KIND + ADD) | OBSERVE << (ROLE + KIND + SEE) | EMPTY << (ROLE + KIND + DELETE) | OBSERVE
        << (ROLE + 2 * KIND + ADD) | OBSERVE << (ROLE + 2 * KIND + SEE) | OBSERVE
        << (ROLE + 2 * KIND + DELETE) | OBSERVE << (ROLE + 4 * KIND + ADD) | OBSERVE
        << (ROLE + 4 * KIND + SEE) | OBSERVE << (ROLE + 4 * KIND + DELETE);
    uint256 private constant CHILDREN_AND_INPUTS = PACK << (KIND + ADD) | OBSERVE << (KIND + SEE) | UNPACK
        << (KIND + DELETE) | OBSERVE << (4 * KIND + ADD) | OBSERVE << (4 * KIND + SEE) | OBSERVE
        << (4 * KIND + DELETE) | USE_UP << (ROLE + 3 * KIND);
    uint256 private constant OUTPUTS_AND_SOURCES = CREATE << (3 * KIND) | SPLIT_OFF << (ROLE + ADD);

    /// @dev Bit `kind` is set for those that have a parent, bit `role` for the parent and the source.
    uint256 private constant NESTING_KINDS = 1 << 1 | 1 << 4;
    uint256 private constant FIRST_ROLES = 1 << 1 | 1 << 5;

    uint8 private constant AGGREGATION = uint8(LotEventKind.Aggregation);
    uint8 private constant TRANSFORMATION = uint8(LotEventKind.Transformation);
    uint8 private constant PARENT = uint8(ItemRole.Parent);
    uint8 private constant MADE = uint8(Origin.Made);
    uint8 private constant SPLIT = uint8(Origin.Split);
    uint8 private constant LAST_ORIGIN = uint8(type(Origin).max);
    uint8 private constant HELD_STATUS = uint8(HoldingStatus.Held);

    // Places of a kind and an action in a table.
    uint256 private constant SPLITTING = ADD; // an object, if it has a source
    uint256 private constant PACKING = KIND + ADD;
    uint256 private constant UNPACKING = KIND + DELETE;

    /// @dev One batch, and in it one event at a time, while items are judged. Memory is taken once a batch.
    struct Judged {
        bytes32 batch;
        address signer;
        uint24 organisation;
        bool makes;
        Reason mayCreate;
        bytes32 actionHash;
        uint256 place; // of kind and action in a table of arrows
        bytes32 first; // the parent or source, if any
        bytes32 sourceLot;
        uint8 sourceFlags;
        uint256 breaches;
        Reason reason; // why the item that gave no record was refused
        HoldingIds holdings;
        uint256 from; // the event's first item
        uint256 to; // the next event's first item
    }

    /// @inheritdoc ITraceability
    function recordLotEvents(
        LotEvent[] calldata actions,
        LotItem[] calldata items,
        Authorisation calldata authorisation
    ) external {
        (bytes32[] memory hashes, HoldingIds holdings) = actions.hashAll(items);
        Batch memory batch = _authorise(TraceabilityActions.RECORD_LOT_EVENT_BATCH, hashes, authorisation);
        Reason standing = _may(batch, ROLES_KNOWN, RIGHT_STOCK);
        Judged memory judged = _judging(batch);
        judged.holdings = holdings;
        for (uint256 i; i < hashes.length; ++i) {
            LotEvent calldata action = actions.get(i);
            judged.actionHash = hashes[i];
            judged.reason = standing;
            judged.from = judged.to;
            judged.to += action.facts.items();
            if (!_record(judged, i, action, items)) _refuse(batch, i, judged.actionHash, judged.reason);
        }
        _finish(batch);
    }

    function _judging(Batch memory batch) private pure returns (Judged memory judged) {
        judged.batch = batch.digest;
        judged.signer = batch.signer;
        judged.organisation = batch.standing.organisation;
        judged.makes = batch.standing.roles & (ROLE_SUPPLIER | ROLE_TENANT) != 0;
        judged.mayCreate = _refusesNewSubjects(batch);
    }

    /// @dev Records one event, or leaves the reason in `judged` and returns false.
    function _record(Judged memory judged, uint256 index, LotEvent calldata action, LotItem[] calldata items)
        private
        returns (bool)
    {
        LotEventFacts facts = action.facts;
        uint256 kind = facts.kind();
        if (judged.reason != Reason.None) return false;
        if (!facts.isCanonical() || judged.from == judged.to) {
            if (!facts.isSigned()) revert SignatureInvalid();
            return _not(judged, Reason.Malformed);
        }
        if (facts.occurredAt() > block.timestamp + CLOCK_SKEW) return _not(judged, Reason.FromTheFuture);
        if (NESTING_KINDS >> kind & 1 != 0 && items.get(judged.from).facts.role() != PARENT) {
            return _not(judged, Reason.Malformed);
        }

        judged.place = kind << 4 | uint256(facts.action()) << 2;
        judged.first = 0;
        judged.breaches = 0;
        LotEventLog log = LotEventLogLibrary.open(index, facts, action.root);
        if (!_judgeAll(judged, items, log)) return false;

        uint256 count = facts.items();
        if (judged.first != 0) {
            _keepReceipts(judged, log, count);
            if (kind == AGGREGATION) _pack(facts.action(), log, count);
        }
        for (uint256 i; i < count; ++i) {
            (bytes32 id, Record record) = log.get(i);
            _records[id] = record;
        }
        log.send(LotEventRecorded.selector, judged.batch, judged.actionHash, judged.breaches);
        return true;
    }

    /// @dev Judges every item. A parent or source stands first; the others ascend by id, so none comes twice.
    function _judgeAll(Judged memory judged, LotItem[] calldata items, LotEventLog log)
        private
        view
        returns (bool)
    {
        bytes32 last;
        uint256 from = judged.from;
        uint256 to = judged.to;
        for (uint256 i = from; i < to; ++i) {
            LotItem calldata item = items.get(i);
            bytes32 id = judged.holdings.get(i);
            if (FIRST_ROLES >> item.facts.role() & 1 != 0) {
                if (i != from) return _not(judged, Reason.Malformed);
                judged.first = id;
            } else {
                if (id <= last || id == judged.first) return _not(judged, Reason.Malformed);
                last = id;
            }
            Record record = _judge(judged, item, id);
            if (!record.exists()) return false;
            unchecked {
                log.put(i - from, item, id, record);
            }
        }
        return true;
    }

    /// @dev Judges one item and gives its next record, or none.
    function _judge(Judged memory judged, LotItem calldata item, bytes32 id) private view returns (Record) {
        LotItemFacts facts = item.facts;
        // Bits that nobody signed are the relayer's doing: refused, they would let it spoil one event of a batch.
        if (!facts.isSigned()) revert SignatureInvalid();
        uint256 arrow = _arrow(judged.place, facts.role());
        if (arrow == NO_ARROW) return _no(judged, Reason.Malformed);
        Record record = _records[id];
        if (record.seq() != facts.seq()) {
            return _no(judged, arrow == CREATE ? Reason.AlreadyExists : Reason.StaleSeq);
        }
        if (arrow == CREATE) return _create(judged, facts, item.handle, record);

        if (!record.exists()) return _no(judged, Reason.NotFound);
        if (facts.origin() != 0) return _no(judged, Reason.Malformed);
        Reason reason = _refusesCustodian(judged.organisation, id, record);
        if (reason != Reason.None) return _no(judged, reason);
        if (record.seq() == RecordLibrary.SEQ_MAX) return _no(judged, Reason.SeqExhausted);
        if (arrow == OBSERVE) {
            if (record.has(FLAG_CLOSED)) return _no(judged, Reason.Closed);
            return record.step(judged.actionHash, judged.signer);
        }
        return _follow(arrow, judged, item, id, record);
    }

    function _no(Judged memory judged, Reason reason) private pure returns (Record) {
        judged.reason = reason;
        return Record.wrap(0);
    }

    function _not(Judged memory judged, Reason reason) private pure returns (bool) {
        judged.reason = reason;
        return false;
    }

    function _arrow(uint256 place, uint256 role) private pure returns (uint256) {
        if (role > uint8(type(ItemRole).max)) return NO_ARROW;
        uint256 table = role < 2 ? SUBJECTS_AND_PARENTS : role < 4 ? CHILDREN_AND_INPUTS : OUTPUTS_AND_SOURCES;
        return table >> (place | (role & 1) << 7) & 0xf;
    }

    /// @dev A holding is created once, with an origin, by the organisation its key names as creator.
    function _create(Judged memory judged, LotItemFacts facts, bytes32 handle, Record record)
        private
        pure
        returns (Record)
    {
        uint256 origin = facts.origin();
        uint24 organisation = judged.organisation;
        uint8 flags;
        if (record.exists()) return _no(judged, Reason.AlreadyExists);
        if (facts.creator() != organisation) return _no(judged, Reason.WrongActor);
        if (judged.mayCreate != Reason.None) return _no(judged, judged.mayCreate);
        if (origin == MADE) {
            if (judged.first != 0) return _no(judged, Reason.Malformed);
            if (facts.maker() != organisation) return _no(judged, Reason.NotMaker);
            if (!judged.makes) return _no(judged, Reason.RoleMissing);
        } else if (origin == 0 || origin > LAST_ORIGIN || judged.place == TRANSFORMATION * KIND) {
            return _no(judged, Reason.Malformed);
        } else if ((origin == SPLIT) != (judged.first != 0)) {
            return _no(judged, Reason.Malformed);
        } else if (origin == SPLIT) {
            // A part is of the same lot and stays under the same holds: splitting is no way round one.
            if (RecallActions.lotId(facts.maker(), handle) != judged.sourceLot) {
                return _no(judged, Reason.LotMismatch);
            }
            flags = judged.sourceFlags;
        }
        return record.advance(judged.actionHash, judged.signer, organisation, HELD_STATUS, flags);
    }

    /// @dev What an arrow other than observing does to a holding that exists.
    function _follow(uint256 arrow, Judged memory judged, LotItem calldata item, bytes32 id, Record record)
        private
        view
        returns (Record)
    {
        uint24 holder = record.holder();
        uint8 status = record.status();
        uint8 flags = record.flags();
        Reason reason;
        if (arrow == USE_UP) {
            reason = _refusesUse(record);
            status = uint8(HoldingStatus.UsedUp);
            flags |= FLAG_CLOSED | _breachesOfUse(judged, item, record);
        } else if (arrow == SPLIT_OFF) {
            reason = _refusesUse(record);
            judged.sourceLot = RecallActions.lotId(item.facts.maker(), item.handle);
            judged.sourceFlags = flags & (HELD | FLAG_DISPUTED | FLAG_BREACH);
        } else if (arrow == PACK) {
            reason = _refusesPacking(judged.first, item, id, record);
            flags |= FLAG_PACKED;
        } else if (arrow == UNPACK) {
            if (record.has(FLAG_CLOSED)) reason = Reason.Closed;
            else if (_isOnItsWay(id, record)) reason = Reason.WrongState;
            // What leaves its packing stays under the packing's holds: unpacking is no way round one. And it lies with
            // whoever answers for the outermost packing: the signer.
            flags = (flags & ~FLAG_PACKED) | _holdsOver(id, record);
            holder = judged.organisation;
            if (_parents[id] != judged.first) {
                judged.breaches |= BREACH_UNPACKED_FROM_ELSEWHERE;
                flags |= FLAG_BREACH;
            }
        }
        // Nothing for EMPTY: a used-up parent can still be unpacked, or what is in it would be stuck.
        if (reason != Reason.None) return _no(judged, reason);
        return record.advance(judged.actionHash, judged.signer, holder, status, flags);
    }

    /// @dev Using a holding up is a fact: under a hold or recall it is recorded, as a breach.
    function _breachesOfUse(Judged memory judged, LotItem calldata item, Record record)
        private
        view
        returns (uint8)
    {
        uint256 breaches;
        uint8 holds = record.flags() & HELD;
        // Goods that failed may be destroyed; nothing is made of them.
        if (record.has(FLAG_DISPUTED) && judged.place < KIND) holds &= ~FLAG_QUARANTINED;
        if (holds != 0) breaches |= BREACH_USED_WHILE_HELD;
        if (RECALLS.isRecalled(item.facts.maker(), item.handle)) breaches |= BREACH_USED_WHILE_RECALLED;
        judged.breaches |= breaches;
        return breaches == 0 ? 0 : FLAG_BREACH;
    }

    /// @dev A child must be loose and not hold its own parent; the parent must lie here and not be on its way. What is
    /// packed travels unasked, so it must be free of holds and recalls: packing is no way round one.
    function _refusesPacking(bytes32 parent, LotItem calldata item, bytes32 child, Record record)
        private
        view
        returns (Reason reason)
    {
        Record parentRecord = _records[parent];
        (, bytes32 outermost) = _custodianOf(parent, parentRecord);
        if (outermost == child) return Reason.Malformed;
        if (parentRecord.status() != HELD_STATUS) return Reason.WrongState;
        if (_isOnItsWay(parent, parentRecord)) return Reason.WrongState;
        reason = _refusesUse(record);
        if (reason != Reason.None) return reason;
        if (record.has(HELD)) return Reason.Held;
        return RECALLS.isRecalled(item.facts.maker(), item.handle) ? Reason.Recalled : Reason.None;
    }

    /// @dev What is used, split or packed must be here, loose, and not on its way to somebody.
    function _refusesUse(Record record) private pure returns (Reason) {
        if (record.has(FLAG_CLOSED)) return Reason.Closed;
        if (record.has(FLAG_PACKED)) return Reason.Packed;
        return record.status() == HELD_STATUS ? Reason.None : Reason.WrongState;
    }

    /// @dev What is split off from a holding, or unpacked from what it came in, was received with that: by a key that must
    /// not release it, from somebody it may go back to. What is packed was not received with its packing so far. Found
    /// out before the records change, which say what brought it.
    function _keepReceipts(Judged memory judged, LotEventLog log, uint256 items) private {
        uint256 place = judged.place;
        uint32 packedAfter = place == PACKING ? _lastReceipt(judged.first) : 0;
        if (place != SPLITTING && place != UNPACKING && packedAfter == 0) return;
        for (uint256 i = 1; i < items; ++i) {
            (bytes32 id,) = log.get(i);
            bytes32 carrier = judged.first;
            if (place == PACKING) carrier = id;
            else if (place == UNPACKING) carrier = _carrierOf(id, _records[id]);
            Receipt memory receipt = _receipts[carrier];
            bool changes = carrier != id || receipt.packedAfter != packedAfter;
            receipt.packedAfter = packedAfter;
            if (changes) _receipts[id] = receipt;
        }
    }

    /// @dev Item 0 is the parent; packing ties the others to it, unpacking unties them.
    function _pack(uint256 action, LotEventLog log, uint256 items) private {
        if (action == uint8(LotAction.Observe)) return;
        (bytes32 parent,) = log.get(0);
        if (action == uint8(LotAction.Delete)) parent = 0;
        for (uint256 i = 1; i < items; ++i) {
            (bytes32 child,) = log.get(i);
            _parents[child] = parent;
        }
    }
}

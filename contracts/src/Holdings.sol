// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SignedLedger} from "./SignedLedger.sol";
import {TradeLedger} from "./TradeLedger.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IProcurement} from "./interfaces/IProcurement.sol";
import {IRecalls} from "./interfaces/IRecalls.sol";
import {ISignedLedger, Reason} from "./interfaces/ISignedLedger.sol";
import {ISuccession} from "./interfaces/ISuccession.sol";
import {HoldingStatus, ITraceability} from "./interfaces/ITraceability.sol";
import {
    FLAG_DISPUTED,
    FLAG_HELD_BY_PARTY,
    FLAG_HELD_BY_REGULATOR,
    FLAG_PACKED,
    FLAG_QUARANTINED,
    Record
} from "./types/Record.sol";

/// @title What `Traceability` remembers of holdings, and who answers for them.
abstract contract Holdings is TradeLedger, ITraceability {
    /// @dev A holding on its way; zero if it is on none.
    /// @param quarantine Whether the order wants it judged on receipt.
    /// @param consignment The first 23 bytes of the consignment's id: what one slot has room for.
    struct Dispatch {
        uint24 to;
        uint40 lapsesAt;
        bool quarantine;
        bytes23 consignment;
    }

    /// @dev Who took a holding in, and from which organisation; `from` is 0 where no sender signed. A receipt counts for
    /// all that lies in the packing by then, at any level: whoever takes in a pallet does not touch its vials' slots, so
    /// numbers tell which of them came with it.
    /// @param number Which receipt of this ledger it was, from 1; 0 if nobody received the holding.
    /// @param packedAfter The last receipt of any of its packings when it was packed; 0 while it is loose.
    struct Receipt {
        address receiver;
        uint24 from;
        uint32 number;
        uint32 packedAfter;
    }

    /// @dev What a one-sided receipt left for its sender to countersign by.
    struct Claim {
        bytes32 claim;
        uint24 receiver;
    }

    uint8 internal constant ON_HOLD = FLAG_HELD_BY_PARTY | FLAG_HELD_BY_REGULATOR;
    uint8 internal constant HELD = ON_HOLD | FLAG_QUARANTINED;

    /// @dev How many levels of packing a custodian is looked for. Deeper ones are refused until unpacked above.
    uint256 internal constant NESTING_MAX = 16;

    IRecalls public immutable RECALLS;
    IProcurement public immutable PROCUREMENT;

    mapping(bytes32 holding => bytes32 parent) internal _parents;
    mapping(bytes32 holding => Dispatch dispatch) internal _dispatches;
    mapping(bytes32 consignment => uint256 lines) internal _linesOnTheirWay;
    mapping(bytes32 holding => Receipt receipt) internal _receipts;
    mapping(bytes32 receipt => Claim claim) internal _claims;
    uint32 private _receiptCount;

    constructor(
        IParticipants participants,
        ISuccession succession,
        IRecalls recalls,
        IProcurement procurement
    ) TradeLedger(participants, succession) {
        RECALLS = recalls;
        PROCUREMENT = procurement;
    }

    /// @inheritdoc ISignedLedger
    /// @dev The custodian: the holder of the holding itself, or of what it is packed in. 0 if that is too deep.
    function answerableFor(bytes32 id)
        external
        view
        override(ISignedLedger, SignedLedger)
        returns (uint24 custodian)
    {
        (custodian,) = _custodianOf(id, _records[id]);
    }

    /// @inheritdoc ISignedLedger
    /// @dev A consignment awaits one while a line of it does: an act on the line stands in both their heads.
    function awaitsAnswer(bytes32 id) external view override(ISignedLedger, SignedLedger) returns (bool) {
        return _linesOnTheirWay[id] != 0 || _isOnItsWay(id, _records[id]);
    }

    /// @inheritdoc ITraceability
    function parentOf(bytes32 holding) external view returns (bytes32) {
        return _parents[holding];
    }

    /// @inheritdoc ITraceability
    function dispatchOf(bytes32 holding) external view returns (uint24 to, uint64 lapsesAt) {
        Dispatch memory dispatch = _dispatches[holding];
        return (dispatch.to, dispatch.lapsesAt);
    }

    /// @inheritdoc ITraceability
    function receiptOf(bytes32 holding) external view returns (address receiver, uint24 from) {
        Receipt storage receipt = _receipts[_carrierOf(holding, _records[holding])];
        return (receipt.receiver, receipt.from);
    }

    /// @inheritdoc ITraceability
    function claimOf(bytes32 receipt) external view returns (bytes32 claim, uint24 receiver) {
        Claim memory left = _claims[receipt];
        return (left.claim, left.receiver);
    }

    /// @dev The custodian of a holding and the outermost holding it is packed in (itself if in none). The
    /// custodian is 0 if nesting is deeper than `NESTING_MAX`.
    function _custodianOf(bytes32 id, Record record)
        internal
        view
        returns (uint24 custodian, bytes32 outermost)
    {
        for (uint256 level; record.has(FLAG_PACKED); ++level) {
            if (level == NESTING_MAX) return (0, id);
            id = _parents[id];
            record = _records[id];
        }
        return (record.holder(), id);
    }

    /// @dev Whether a holding, or what it is packed in, is on its way. The receiver agrees to the head of the outermost
    /// packing alone, so what lies in it must stay as it is until then.
    function _isOnItsWay(bytes32 id, Record record) internal view returns (bool) {
        (, bytes32 outermost) = _custodianOf(id, record);
        return _records[outermost].status() == uint8(HoldingStatus.Dispatched);
    }

    /// @dev The holds on a holding and on all it is packed in, as far as a custodian is looked for, with what failed
    /// among it.
    function _holdsOver(bytes32 id, Record record) internal view returns (uint8 holds) {
        holds = record.flags();
        for (uint256 level; record.has(FLAG_PACKED) && level < NESTING_MAX; ++level) {
            id = _parents[id];
            record = _records[id];
            holds |= record.flags();
        }
        holds &= HELD | FLAG_DISPUTED;
    }

    function _received(bytes32 id, address receiver, uint24 from) internal {
        _receipts[id] = Receipt(receiver, from, ++_receiptCount, 0);
    }

    /// @dev The holding whose receipt counts for another: the outermost packing that was received with it inside, or
    /// itself.
    function _carrierOf(bytes32 id, Record record) internal view returns (bytes32 carrier) {
        carrier = id;
        uint32 packedAfter = _receipts[id].packedAfter;
        for (uint256 level; record.has(FLAG_PACKED) && level < NESTING_MAX; ++level) {
            id = _parents[id];
            record = _records[id];
            Receipt storage receipt = _receipts[id];
            if (receipt.number > packedAfter) carrier = id;
            if (receipt.packedAfter > packedAfter) packedAfter = receipt.packedAfter;
        }
    }

    /// @dev The last receipt of a holding and of all it is packed in.
    function _lastReceipt(bytes32 id) internal view returns (uint32 number) {
        Record record = _records[id];
        number = _receipts[id].number;
        for (uint256 level; record.has(FLAG_PACKED) && level < NESTING_MAX; ++level) {
            id = _parents[id];
            record = _records[id];
            if (_receipts[id].number > number) number = _receipts[id].number;
        }
    }

    /// @dev Refusals of any act on a holding by its custodian.
    function _refusesCustodian(uint24 organisation, bytes32 id, Record record)
        internal
        view
        returns (Reason)
    {
        uint24 custodian = record.holder();
        if (record.has(FLAG_PACKED)) (custodian,) = _custodianOf(id, record);
        if (custodian == organisation) return Reason.None;
        return custodian == 0 ? Reason.NestingTooDeep : Reason.NotCustodian;
    }
}

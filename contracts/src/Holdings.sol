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

    /// @dev Who took a holding in, and from which organisation; `from` is 0 where no sender signed.
    struct Receipt {
        address receiver;
        uint24 from;
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
        Receipt memory receipt = _receipts[holding];
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
    /// among it, and the outermost packing that is in quarantine; 0 if none is.
    function _holdsOver(bytes32 id, Record record) internal view returns (uint8 holds, bytes32 quarantined) {
        holds = record.flags();
        for (uint256 level; record.has(FLAG_PACKED) && level < NESTING_MAX; ++level) {
            id = _parents[id];
            record = _records[id];
            holds |= record.flags();
            if (record.has(FLAG_QUARANTINED)) quarantined = id;
        }
        holds &= HELD | FLAG_DISPUTED;
    }

    /// @dev The holding whose receipt counts for another, because it came along in it: what brought the outermost
    /// packing in quarantine, if somebody received that; else what brought the holding itself.
    function _carrierOf(bytes32 id, Record record, uint24 custodian) internal view returns (bytes32 carrier) {
        (, bytes32 quarantined) = _holdsOver(id, record);
        if (quarantined != 0) carrier = _broughtBy(quarantined, _records[quarantined], custodian);
        if (_receipts[carrier].receiver == address(0)) carrier = _broughtBy(id, record, custodian);
    }

    /// @dev A receipt makes the receiver the holder of the outermost packing alone: what came in it still has the
    /// holder of before. So the innermost, itself or a packing, that the custodian is the holder of.
    function _broughtBy(bytes32 id, Record record, uint24 custodian) private view returns (bytes32) {
        while (record.holder() != custodian) {
            id = _parents[id];
            record = _records[id];
        }
        return id;
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

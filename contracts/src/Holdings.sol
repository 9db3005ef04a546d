// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SignedLedger} from "./SignedLedger.sol";
import {TradeLedger} from "./TradeLedger.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IRecalls} from "./interfaces/IRecalls.sol";
import {ISignedLedger, Reason} from "./interfaces/ISignedLedger.sol";
import {ISuccession} from "./interfaces/ISuccession.sol";
import {HoldingStatus, ITraceability} from "./interfaces/ITraceability.sol";
import {
    FLAG_CLOSED,
    FLAG_HELD_BY_PARTY,
    FLAG_HELD_BY_REGULATOR,
    FLAG_PACKED,
    Record
} from "./types/Record.sol";

/// @title What `Traceability` remembers of holdings, and who answers for them.
abstract contract Holdings is TradeLedger, ITraceability {
    /// @dev A pending offer; zero if none.
    struct Offer {
        uint24 to;
        uint40 lapsesAt;
    }

    uint8 internal constant HELD = FLAG_HELD_BY_PARTY | FLAG_HELD_BY_REGULATOR;

    /// @dev How many levels of packing a custodian is looked for. Deeper ones are refused until unpacked above.
    uint256 internal constant NESTING_MAX = 16;

    IRecalls public immutable RECALLS;

    mapping(bytes32 holding => bytes32 parent) internal _parents;
    mapping(bytes32 holding => Offer offer) internal _offers;

    constructor(IParticipants participants, ISuccession succession, IRecalls recalls)
        TradeLedger(participants, succession)
    {
        RECALLS = recalls;
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
    function awaitsAnswer(bytes32 id) external view override(ISignedLedger, SignedLedger) returns (bool) {
        return _isOnOffer(id, _records[id]);
    }

    /// @inheritdoc ITraceability
    function parentOf(bytes32 holding) external view returns (bytes32) {
        return _parents[holding];
    }

    /// @inheritdoc ITraceability
    function offerOf(bytes32 holding) external view returns (uint24 to, uint64 lapsesAt) {
        Offer memory offer = _offers[holding];
        return (offer.to, offer.lapsesAt);
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

    /// @dev Whether a holding, or what it is packed in, is on offer. The receiver agrees to the head of the outermost
    /// packing alone, so what lies in it must stay as it is until then.
    function _isOnOffer(bytes32 id, Record record) internal view returns (bool) {
        (, bytes32 outermost) = _custodianOf(id, record);
        return _records[outermost].status() == uint8(HoldingStatus.Offered);
    }

    /// @dev The holds on a holding and on all it is packed in, as far as a custodian is looked for.
    function _holdsOver(bytes32 id, Record record) internal view returns (uint8 holds) {
        holds = record.flags();
        for (uint256 level; record.has(FLAG_PACKED) && level < NESTING_MAX; ++level) {
            id = _parents[id];
            record = _records[id];
            holds |= record.flags();
        }
        holds &= HELD;
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

    /// @dev Refusals of a plan for a holding: it must lie there, loose, free of holds.
    function _refusesPlan(Record record) internal pure returns (Reason) {
        if (record.has(FLAG_CLOSED)) return Reason.Closed;
        if (record.has(FLAG_PACKED)) return Reason.Packed;
        if (record.status() != uint8(HoldingStatus.Held)) return Reason.WrongState;
        return record.has(HELD) ? Reason.Held : Reason.None;
    }
}

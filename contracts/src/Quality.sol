// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Holdings} from "./Holdings.sol";
import {Batch, Loop} from "./SignedLedger.sol";
import {RIGHT_QUALITY, ROLES_KNOWN, ROLE_REGULATOR} from "./interfaces/IParticipants.sol";
import {Authorisation, Reason, Touched} from "./interfaces/ISignedLedger.sol";
import {ITraceability, JudgeHolding, PlaceHold, Verdict} from "./interfaces/ITraceability.sol";
import {TraceabilityActions} from "./libraries/TraceabilityActions.sol";
import {
    FLAG_CLOSED,
    FLAG_DISPUTED,
    FLAG_HELD_BY_PARTY,
    FLAG_HELD_BY_REGULATOR,
    FLAG_QUARANTINED,
    Record
} from "./types/Record.sol";

/// @title Holds, and what quality says of goods on hold or in quarantine.
abstract contract Quality is Holdings {
    using TraceabilityActions for *;

    uint8 private constant PASS = uint8(Verdict.Pass);
    uint8 private constant FAIL = uint8(Verdict.Fail);
    uint8 private constant OF_PARTY = FLAG_HELD_BY_PARTY | FLAG_QUARANTINED;

    /// @inheritdoc ITraceability
    function placeHolds(PlaceHold[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        uint256 first;
        assembly ("memory-safe") {
            first := actions.offset
        }
        _recordAll(
            hashes,
            authorisation,
            Loop(TraceabilityActions.PLACE_HOLD_BATCH, first, TraceabilityActions.PLACE_HOLD_SIZE, _placeHold)
        );
    }

    function _placeHold(Batch memory batch, uint256 index, bytes32 hash, uint256 place)
        private
        returns (Reason reason)
    {
        PlaceHold calldata action;
        assembly ("memory-safe") {
            action := place
        }
        bytes32 id = action.holding.id();
        Record record = _records[id];
        uint8 flag = _isRegulator(batch) ? FLAG_HELD_BY_REGULATOR : FLAG_HELD_BY_PARTY;
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_QUALITY), _refusesMoment(action.occurredAt));
        if (reason == Reason.None && !record.exists()) reason = Reason.NotFound;
        if (reason == Reason.None && flag == FLAG_HELD_BY_PARTY) {
            reason = _refusesCustodian(batch.standing.organisation, id, record);
        }
        if (reason == Reason.None && record.has(FLAG_CLOSED)) reason = Reason.Closed;
        if (reason == Reason.None && record.has(flag)) reason = Reason.Held;
        reason = _or(reason, _refusesFull(record));
        if (reason != Reason.None) return reason;

        Touched[] memory touched =
            _writeOne(batch, hash, id, record.holder(), record.status(), record.flags() | flag);
        emit HoldPlaced(batch.digest, hash, index, action, touched);
    }

    /// @inheritdoc ITraceability
    function judgeHoldings(JudgeHolding[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        uint256 first;
        assembly ("memory-safe") {
            first := actions.offset
        }
        _recordAll(
            hashes,
            authorisation,
            Loop(
                TraceabilityActions.JUDGE_HOLDING_BATCH,
                first,
                TraceabilityActions.JUDGE_HOLDING_SIZE,
                _judgeHolding
            )
        );
    }

    /// @dev A regulator lifts its own hold first. The custodian's quality passes or fails what it holds or has in quarantine,
    /// a regulator's too.
    function _judgeHolding(Batch memory batch, uint256 index, bytes32 hash, uint256 place)
        private
        returns (Reason reason)
    {
        JudgeHolding calldata action;
        assembly ("memory-safe") {
            action := place
        }
        bytes32 id = action.holding.id();
        Record record = _records[id];
        bool lifts = _isRegulator(batch) && record.has(FLAG_HELD_BY_REGULATOR);
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_QUALITY), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesSeq(record, action.seq));
        if (reason == Reason.None && !lifts) reason = _refusesVerdict(batch, id, record, action.verdict);
        if (reason == Reason.None && lifts && action.verdict != PASS) reason = Reason.Malformed;
        if (reason != Reason.None) return reason;

        uint8 flags = record.flags();
        if (lifts) flags &= ~FLAG_HELD_BY_REGULATOR;
        else if (action.verdict == PASS) flags &= ~(OF_PARTY | FLAG_DISPUTED);
        else flags = (flags & ~FLAG_HELD_BY_PARTY) | FLAG_QUARANTINED | FLAG_DISPUTED;
        Touched[] memory touched = _writeOne(batch, hash, id, record.holder(), record.status(), flags);
        emit HoldingJudged(batch.digest, hash, index, action, touched);
    }

    /// @dev Refusals of a verdict by quality. Whoever received goods does not judge them in quarantine.
    function _refusesVerdict(Batch memory batch, bytes32 id, Record record, uint8 verdict)
        private
        view
        returns (Reason reason)
    {
        reason = _refusesCustodian(batch.standing.organisation, id, record);
        if (reason != Reason.None) return reason;
        if (verdict != PASS && verdict != FAIL) return Reason.Malformed;
        if (!record.has(OF_PARTY)) return Reason.WrongState;
        if (record.has(FLAG_CLOSED)) return Reason.Closed;
        if (!record.has(FLAG_QUARANTINED)) return Reason.None;
        bool received = _receipts[_carrierOf(id, record)].receiver == batch.signer;
        return received ? Reason.SameSigner : Reason.None;
    }

    function _isRegulator(Batch memory batch) private pure returns (bool) {
        return batch.standing.roles & ROLE_REGULATOR != 0;
    }
}

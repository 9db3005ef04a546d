// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Batch, SignedLedger} from "./SignedLedger.sol";
import {
    IParticipants,
    RIGHT_ADMIN,
    ROLE_AUTHORITY,
    ROLE_OPERATOR,
    Standing
} from "./interfaces/IParticipants.sol";
import {Authorisation, ISignedLedger, LedgerMode, Reason, Touched} from "./interfaces/ISignedLedger.sol";
import {ConfirmMode, EndModeChange, ISuccession, ScheduleMode} from "./interfaces/ISuccession.sol";
import {SuccessionActions} from "./libraries/SuccessionActions.sol";
import {Record} from "./types/Record.sol";

/// @title The mode a generation of ledgers is in.
contract Succession is SignedLedger, ISuccession {
    using SuccessionActions for *;

    /// @dev One slot. `current` holds until `effectiveAt`, then `next` does, if the authority confirmed it.
    struct ModeChange {
        LedgerMode current;
        LedgerMode next;
        bool confirmed;
        uint40 effectiveAt;
    }

    IParticipants public immutable PARTICIPANTS;

    /// @dev Seconds between confirming a mode and its effect.
    uint40 public immutable MODE_DELAY;

    ModeChange private _modeChange;

    constructor(IParticipants participants, uint40 modeDelay) {
        PARTICIPANTS = participants;
        MODE_DELAY = modeDelay;
    }

    /// @inheritdoc ISignedLedger
    function awaitsAnswer(bytes32) external view override(ISignedLedger, SignedLedger) returns (bool) {
        return _isModePending() && !_modeChange.confirmed;
    }

    /// @inheritdoc ISuccession
    function mode() public view returns (LedgerMode) {
        ModeChange memory change = _modeChange;
        return change.confirmed && block.timestamp >= change.effectiveAt ? change.next : change.current;
    }

    /// @inheritdoc ISuccession
    function scheduleModes(ScheduleMode[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(SuccessionActions.SCHEDULE_MODE_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _scheduleMode(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _scheduleMode(Batch memory batch, uint256 index, bytes32 hash, ScheduleMode calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = SuccessionActions.platformId();
        Record record = _records[id];
        LedgerMode current = mode();
        reason = _or(_may(batch, ROLE_OPERATOR, RIGHT_ADMIN), _refusesMoment(action.occurredAt));
        if (reason == Reason.None && record.seq() != action.seq) reason = Reason.StaleSeq;
        reason = _or(reason, _refusesFull(record));
        if (reason == Reason.None && _isModePending()) reason = Reason.ProposalPending;
        if (reason == Reason.None && action.mode > uint8(type(LedgerMode).max)) reason = Reason.Malformed;
        if (reason == Reason.None && action.mode <= uint8(current)) reason = Reason.WrongState;
        if (reason == Reason.None && action.effectiveAt > type(uint40).max) reason = Reason.Malformed;
        if (reason != Reason.None) return reason;

        _modeChange = ModeChange(current, LedgerMode(action.mode), false, uint40(action.effectiveAt));
        Touched[] memory touched =
            _writeOne(batch, hash, id, batch.standing.organisation, uint8(current), record.flags());
        emit ModeScheduled(batch.digest, hash, index, action, touched);
    }

    /// @inheritdoc ISuccession
    function confirmModes(ConfirmMode[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(SuccessionActions.CONFIRM_MODE_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _confirmMode(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _confirmMode(Batch memory batch, uint256 index, bytes32 hash, ConfirmMode calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = SuccessionActions.platformId();
        Record record = _records[id];
        reason = _or(_may(batch, ROLE_AUTHORITY, RIGHT_ADMIN), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesHead(record, action.agreesTo));
        if (reason == Reason.None && (!_isModePending() || _modeChange.confirmed)) {
            reason = Reason.WrongState;
        }
        if (reason == Reason.None && _modeChange.effectiveAt < _now() + MODE_DELAY) reason = Reason.TooEarly;
        if (reason != Reason.None) return reason;

        _modeChange.confirmed = true;
        Touched[] memory touched =
            _writeOne(batch, hash, id, record.holder(), uint8(_modeChange.next), record.flags());
        emit ModeConfirmed(batch.digest, hash, index, action, touched);
    }

    /// @inheritdoc ISuccession
    function endModeChanges(EndModeChange[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(SuccessionActions.END_MODE_CHANGE_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _endModeChange(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _endModeChange(Batch memory batch, uint256 index, bytes32 hash, EndModeChange calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = SuccessionActions.platformId();
        Record record = _records[id];
        reason =
            _or(_may(batch, ROLE_OPERATOR | ROLE_AUTHORITY, RIGHT_ADMIN), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesSeq(record, action.seq));
        if (reason == Reason.None && !_isModePending()) reason = Reason.WrongState;
        if (reason != Reason.None) return reason;

        LedgerMode current = mode();
        _modeChange = ModeChange(current, current, false, 0);
        Touched[] memory touched = _writeOne(batch, hash, id, record.holder(), uint8(current), record.flags());
        emit ModeChangeEnded(batch.digest, hash, index, action, touched);
    }

    function _isModePending() private view returns (bool) {
        return _modeChange.next != _modeChange.current
            && !(_modeChange.confirmed && block.timestamp >= _modeChange.effectiveAt);
    }

    function _standingOf(address signer) internal view override returns (Standing memory) {
        return PARTICIPANTS.standingOf(signer);
    }

    function _now() private view returns (uint40) {
        return uint40(block.timestamp);
    }
}

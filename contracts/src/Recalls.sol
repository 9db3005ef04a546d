// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Batch} from "./SignedLedger.sol";
import {TradeLedger} from "./TradeLedger.sol";
import {IParticipants, RIGHT_QUALITY, ROLES_KNOWN} from "./interfaces/IParticipants.sol";
import {EndRecall, IRecalls, LotStatus, RecallLot} from "./interfaces/IRecalls.sol";
import {Authorisation, Reason, Touched} from "./interfaces/ISignedLedger.sol";
import {ISuccession} from "./interfaces/ISuccession.sol";
import {RecallActions} from "./libraries/RecallActions.sol";
import {FLAG_RECALLED, Record} from "./types/Record.sol";

/// @title Lots their maker has called back.
contract Recalls is TradeLedger, IRecalls {
    using RecallActions for *;

    constructor(IParticipants participants, ISuccession succession) TradeLedger(participants, succession) {}

    /// @inheritdoc IRecalls
    function isRecalled(uint24 maker, bytes32 handle) external view returns (bool) {
        return _records[RecallActions.lotId(maker, handle)].has(FLAG_RECALLED);
    }

    /// @inheritdoc IRecalls
    function recallLots(RecallLot[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(RecallActions.RECALL_LOT_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _recall(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _recall(Batch memory batch, uint256 index, bytes32 hash, RecallLot calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = action.lot.id();
        Record record = _records[id];
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_QUALITY), _refusesMoment(action.occurredAt));
        if (reason == Reason.None && action.lot.maker != batch.standing.organisation) {
            reason = Reason.NotMaker;
        }
        if (reason == Reason.None && record.has(FLAG_RECALLED)) reason = Reason.Recalled;
        reason = _or(reason, _refusesFull(record));
        if (reason != Reason.None) return reason;

        Touched[] memory touched = _writeOne(
            batch, hash, id, action.lot.maker, uint8(LotStatus.Known), record.flags() | FLAG_RECALLED
        );
        emit LotRecalled(batch.digest, hash, index, action, touched);
    }

    /// @inheritdoc IRecalls
    function endRecalls(EndRecall[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(RecallActions.END_RECALL_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _endRecall(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _endRecall(Batch memory batch, uint256 index, bytes32 hash, EndRecall calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = action.lot.id();
        Record record = _records[id];
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_QUALITY), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesSeq(record, action.seq));
        if (reason == Reason.None && action.lot.maker != batch.standing.organisation) {
            reason = Reason.NotMaker;
        }
        if (reason == Reason.None && !record.has(FLAG_RECALLED)) reason = Reason.WrongState;
        if (reason != Reason.None) return reason;

        Touched[] memory touched = _writeOne(
            batch, hash, id, action.lot.maker, uint8(LotStatus.Known), record.flags() & ~FLAG_RECALLED
        );
        emit RecallEnded(batch.digest, hash, index, action, touched);
    }
}

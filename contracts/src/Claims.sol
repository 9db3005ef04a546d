// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Batch} from "./SignedLedger.sol";
import {TradeLedger} from "./TradeLedger.sol";
import {ClaimStatus, CountersignReceipt, IClaims, SettleDiscrepancy} from "./interfaces/IClaims.sol";
import {
    IParticipants,
    RIGHT_ORDER,
    RIGHT_RECEIVE,
    RIGHT_STOCK,
    ROLES_KNOWN
} from "./interfaces/IParticipants.sol";
import {Authorisation, Reason, Touched} from "./interfaces/ISignedLedger.sol";
import {ISuccession} from "./interfaces/ISuccession.sol";
import {ConsignmentKey, ITraceability} from "./interfaces/ITraceability.sol";
import {ClaimActions} from "./libraries/ClaimActions.sol";
import {TraceabilityActions} from "./libraries/TraceabilityActions.sol";
import {FLAG_DISPUTED} from "./types/Record.sol";

/// @title Discrepancies settled and one-sided receipts countersigned.
contract Claims is TradeLedger, IClaims {
    using ClaimActions for *;
    using TraceabilityActions for ConsignmentKey;

    ITraceability public immutable TRACEABILITY;

    mapping(bytes32 consignment => bytes24 head) private _settled;

    constructor(IParticipants participants, ISuccession succession, ITraceability traceability)
        TradeLedger(participants, succession)
    {
        TRACEABILITY = traceability;
    }

    /// @inheritdoc IClaims
    function settledOf(bytes32 consignment) external view returns (bytes24 head) {
        return _settled[consignment];
    }

    /// @inheritdoc IClaims
    function settleDiscrepancies(SettleDiscrepancy[] calldata actions, Authorisation calldata authorisation)
        external
    {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(ClaimActions.SETTLE_DISCREPANCY_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _settleOne(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _settleOne(Batch memory batch, uint256 index, bytes32 hash, SettleDiscrepancy calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = action.consignment.id();
        uint24 organisation = batch.standing.organisation;
        bool sender = organisation == action.consignment.from;
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_ORDER | RIGHT_RECEIVE), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesHead(TRACEABILITY.recordOf(id), action.agreesTo));
        if (reason == Reason.None && !_isOpen(id, action.agreesTo)) reason = Reason.WrongState;
        if (reason == Reason.None && !sender && organisation != action.consignment.to) {
            reason = Reason.WrongActor;
        }
        reason = _or(reason, _refusesFull(_records[id]));
        if (reason != Reason.None) return reason;

        _settled[id] = action.agreesTo;
        ClaimStatus status = sender ? ClaimStatus.Agreed : ClaimStatus.Withdrawn;
        Touched[] memory touched = _writeOne(batch, hash, id, organisation, uint8(status), 0);
        emit DiscrepancySettled(batch.digest, hash, index, action, touched);
    }

    /// @dev Whether a consignment is disputed at this head and nobody has settled that yet.
    function _isOpen(bytes32 consignment, bytes24 head) private view returns (bool) {
        return TRACEABILITY.recordOf(consignment).has(FLAG_DISPUTED) && _settled[consignment] != head;
    }

    /// @inheritdoc IClaims
    function countersignReceipts(CountersignReceipt[] calldata actions, Authorisation calldata authorisation)
        external
    {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(ClaimActions.COUNTERSIGN_RECEIPT_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _countersign(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _countersign(Batch memory batch, uint256 index, bytes32 hash, CountersignReceipt calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = action.receipt.id();
        uint24 organisation = batch.standing.organisation;
        (bytes32 claim, uint24 receiver) = TRACEABILITY.claimOf(action.receipt.receipt);
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_STOCK | RIGHT_ORDER), _refusesMoment(action.occurredAt));
        if (reason == Reason.None && claim == 0) reason = Reason.NotFound;
        if (reason == Reason.None && _records[id].exists()) reason = Reason.AlreadyExists;
        if (reason == Reason.None && organisation == receiver) reason = Reason.WrongActor;
        if (reason == Reason.None && keccak256(abi.encodePacked(action.secret)) != claim) {
            reason = Reason.WrongAgreesTo;
        }
        if (reason != Reason.None) return reason;

        Touched[] memory touched =
            _writeOne(batch, hash, id, organisation, uint8(ClaimStatus.Countersigned), 0);
        emit ReceiptCountersigned(batch.digest, hash, index, action, touched);
    }
}

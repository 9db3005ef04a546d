// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Holdings} from "./Holdings.sol";
import {Batch} from "./SignedLedger.sol";
import {RIGHT_RECEIVE, RIGHT_STOCK, ROLES_KNOWN} from "./interfaces/IParticipants.sol";
import {Authorisation, Reason, Touched} from "./interfaces/ISignedLedger.sol";
import {
    AgreeCorrection,
    CorrectDetails,
    EndCorrection,
    ITraceability,
    Step,
    Trail
} from "./interfaces/ITraceability.sol";
import {TraceabilityActions} from "./libraries/TraceabilityActions.sol";
import {Record, RecordLibrary} from "./types/Record.sol";

/// @title Corrections that never rewind: the details root of one record is replaced, its history stays.
/// @dev The chain keeps only heads, so whoever corrects opens the head: from the one before the record through
/// every step since. The first step's signer is the author; if another organisation has signed since, it has
/// built on the record and must agree.
abstract contract Corrections is Holdings {
    using TraceabilityActions for *;

    uint16 private constant RIGHTS = RIGHT_STOCK | RIGHT_RECEIVE;

    /// @dev A correction that waits for the other party; zero if none.
    struct Pending {
        uint24 countersigner;
        uint24 author;
        uint40 lapsesAt;
    }

    mapping(bytes32 subject => Pending pending) private _pending;

    /// @inheritdoc ITraceability
    function correctionOf(bytes32 subject) external view returns (uint24 countersigner, uint64 lapsesAt) {
        Pending memory pending = _pending[subject];
        return (pending.countersigner, pending.lapsesAt);
    }

    /// @inheritdoc ITraceability
    function correctDetails(
        CorrectDetails[] calldata actions,
        Trail[] calldata trails,
        Authorisation calldata authorisation
    ) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(TraceabilityActions.CORRECT_DETAILS_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _correct(batch, i, hashes[i], actions[i], trails[i]));
        }
        _finish(batch);
    }

    function _correct(
        Batch memory batch,
        uint256 index,
        bytes32 hash,
        CorrectDetails calldata action,
        Trail calldata trail
    ) private returns (Reason reason) {
        Record record = _records[action.subject];
        uint24 countersigner;
        reason = _or(_may(batch, ROLES_KNOWN, RIGHTS), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesSeq(record, action.seq));
        if (reason == Reason.None && _pending[action.subject].countersigner != 0) {
            reason = Reason.ProposalPending;
        }
        if (reason == Reason.None) (reason, countersigner) = _open(batch, record, action.corrects, trail);
        if (reason == Reason.None && countersigner != 0) {
            if (action.lapsesAt > type(uint40).max) reason = Reason.Malformed;
            else if (action.lapsesAt <= block.timestamp) reason = Reason.Lapsed;
        }
        if (reason != Reason.None) return reason;

        if (countersigner != 0) {
            _pending[action.subject] =
                Pending(countersigner, batch.standing.organisation, uint40(action.lapsesAt));
        }
        emit DetailsCorrected(
            batch.digest, hash, index, action, _fold(batch, hash, action.subject, record), countersigner
        );
    }

    /// @dev Follows a trail to the head it must end in. The countersigner is the last other organisation on it.
    function _open(Batch memory batch, Record record, bytes32 corrects, Trail calldata trail)
        private
        view
        returns (Reason, uint24 countersigner)
    {
        if (trail.steps.length == 0 || trail.steps[0].actionHash != corrects) {
            return (Reason.TrailMismatch, 0);
        }
        bytes24 head = trail.headBefore;
        for (uint256 i; i < trail.steps.length; ++i) {
            Step calldata step = trail.steps[i];
            head = RecordLibrary.fold(head, step.actionHash, step.signer);
            uint24 organisation = PARTICIPANTS.organisationOf(step.signer);
            if (organisation == batch.standing.organisation) continue;
            if (i == 0) return (Reason.WrongActor, 0);
            countersigner = organisation;
        }
        return (head == record.head() ? Reason.None : Reason.TrailMismatch, countersigner);
    }

    /// @inheritdoc ITraceability
    function agreeCorrections(AgreeCorrection[] calldata actions, Authorisation calldata authorisation)
        external
    {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(TraceabilityActions.AGREE_CORRECTION_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _agree(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _agree(Batch memory batch, uint256 index, bytes32 hash, AgreeCorrection calldata action)
        private
        returns (Reason reason)
    {
        Record record = _records[action.subject];
        Pending memory pending = _pending[action.subject];
        reason = _or(_may(batch, ROLES_KNOWN, RIGHTS), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesHead(record, action.agreesTo));
        if (reason == Reason.None && pending.countersigner == 0) reason = Reason.WrongState;
        if (reason == Reason.None && pending.countersigner != batch.standing.organisation) {
            reason = Reason.WrongActor;
        }
        if (reason == Reason.None && block.timestamp > pending.lapsesAt) reason = Reason.Lapsed;
        if (reason != Reason.None) return reason;

        delete _pending[action.subject];
        emit CorrectionAgreed(batch.digest, hash, index, action, _fold(batch, hash, action.subject, record));
    }

    /// @inheritdoc ITraceability
    function endCorrections(EndCorrection[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(TraceabilityActions.END_CORRECTION_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _end(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _end(Batch memory batch, uint256 index, bytes32 hash, EndCorrection calldata action)
        private
        returns (Reason reason)
    {
        Record record = _records[action.subject];
        Pending memory pending = _pending[action.subject];
        reason = _or(_may(batch, ROLES_KNOWN, RIGHTS), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesSeq(record, action.seq));
        if (reason == Reason.None && pending.countersigner == 0) reason = Reason.WrongState;
        if (reason == Reason.None && block.timestamp <= pending.lapsesAt) {
            uint24 organisation = batch.standing.organisation;
            if (organisation != pending.author && organisation != pending.countersigner) {
                reason = Reason.WrongActor;
            }
        }
        if (reason != Reason.None) return reason;

        delete _pending[action.subject];
        emit CorrectionEnded(batch.digest, hash, index, action, _fold(batch, hash, action.subject, record));
    }

    /// @dev A correction changes nothing of a record but its head and seq.
    function _fold(Batch memory batch, bytes32 hash, bytes32 subject, Record record)
        private
        returns (Touched[] memory)
    {
        return _writeOne(batch, hash, subject, record.holder(), record.status(), record.flags());
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Batch, SignedLedger} from "./SignedLedger.sol";
import {TradeLedger} from "./TradeLedger.sol";
import {
    AgreeCorrection,
    CorrectDetails,
    CorrectionKey,
    CorrectionStatus,
    EndCorrection,
    ICorrections,
    Step,
    Trail
} from "./interfaces/ICorrections.sol";
import {IParticipants, RIGHT_RECEIVE, RIGHT_STOCK, ROLES_KNOWN} from "./interfaces/IParticipants.sol";
import {Authorisation, ISignedLedger, Reason, Touched} from "./interfaces/ISignedLedger.sol";
import {ISuccession} from "./interfaces/ISuccession.sol";
import {CorrectionActions} from "./libraries/CorrectionActions.sol";
import {Record, RecordLibrary} from "./types/Record.sol";

/// @title Corrections that never rewind, for every ledger.
/// @dev A ledger keeps only heads, so whoever corrects opens one: from the head before the record through every
/// step since. The first step's signer is the author.
contract Corrections is TradeLedger, ICorrections {
    using CorrectionActions for *;

    uint16 private constant RIGHTS = RIGHT_STOCK | RIGHT_RECEIVE;

    /// @dev A correction that waits for the other party; zero if none.
    struct Pending {
        uint24 countersigner;
        uint40 lapsesAt;
    }

    mapping(bytes32 id => Pending pending) private _pending;

    constructor(IParticipants participants, ISuccession succession) TradeLedger(participants, succession) {}

    /// @inheritdoc ISignedLedger
    function awaitsAnswer(bytes32 id) external view override(ISignedLedger, SignedLedger) returns (bool) {
        return _records[id].status() == uint8(CorrectionStatus.Offered);
    }

    /// @inheritdoc ICorrections
    function pendingOf(bytes32 id) external view returns (uint24 countersigner, uint64 lapsesAt) {
        Pending memory pending = _pending[id];
        return (pending.countersigner, pending.lapsesAt);
    }

    /// @inheritdoc ICorrections
    function correctDetails(
        CorrectDetails[] calldata actions,
        Trail[] calldata trails,
        Authorisation calldata authorisation
    ) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(CorrectionActions.CORRECT_DETAILS_BATCH, hashes, authorisation);
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
        bytes32 id = action.correction.id();
        Record record = _records[id];
        uint24 countersigner;
        reason = _or(_may(batch, ROLES_KNOWN, RIGHTS), _refusesMoment(action.occurredAt));
        if (reason == Reason.None && record.seq() != action.seq) reason = Reason.StaleSeq;
        if (reason == Reason.None && record.status() == uint8(CorrectionStatus.Offered)) {
            reason = Reason.ProposalPending;
        }
        reason = _or(reason, _refusesFull(record));
        if (reason == Reason.None) (reason, countersigner) = _open(batch, index, action.correction, trail);
        if (reason == Reason.None && action.lapsesAt > type(uint40).max) reason = Reason.Malformed;
        if (reason == Reason.None && countersigner != 0 && action.lapsesAt <= block.timestamp) {
            reason = Reason.Lapsed;
        }
        if (reason != Reason.None) return reason;

        if (countersigner != 0) _pending[id] = Pending(countersigner, uint40(action.lapsesAt));
        CorrectionStatus status = countersigner == 0 ? CorrectionStatus.InForce : CorrectionStatus.Offered;
        Touched[] memory touched = _writeOne(batch, hash, id, batch.standing.organisation, uint8(status), 0);
        emit DetailsCorrected(batch.digest, hash, index, action, touched, countersigner);
    }

    /// @dev Follows a trail to the head the ledger keeps, and finds who must agree: whoever answers for the subject
    /// now, if others have signed on it since or it has travelled on in its packing; else the last other who signed.
    function _open(Batch memory batch, uint256 index, CorrectionKey calldata correction, Trail calldata trail)
        private
        view
        returns (Reason, uint24 countersigner)
    {
        ISignedLedger ledger = ISignedLedger(correction.ledger);
        uint24 author = batch.standing.organisation;
        Record subject = ledger.recordOf(correction.subject);
        bytes24 head = trail.headBefore;
        for (uint256 i; i < trail.steps.length; ++i) {
            Step calldata step = trail.steps[i];
            head = RecordLibrary.fold(head, step.actionHash, step.signer);
            uint24 organisation = PARTICIPANTS.organisationOf(step.signer);
            if (organisation != author) countersigner = organisation;
        }
        // Nobody signed the trail: a wrong one is whoever relays', who must not be able to have a correction refused.
        if (
            trail.steps.length == 0 || trail.steps[0].actionHash != correction.corrects
                || head != subject.head()
        ) revert ActionRefused(index, Reason.TrailMismatch);

        if (PARTICIPANTS.organisationOf(trail.steps[0].signer) != author) return (Reason.WrongActor, 0);
        if (ledger.awaitsAnswer(correction.subject)) return (Reason.WrongState, 0);
        uint24 answerable = ledger.answerableFor(correction.subject);
        if (answerable == 0) return (Reason.NestingTooDeep, 0);
        bool concerned = countersigner != 0 || subject.holder() == author;
        return (Reason.None, concerned && answerable != author ? answerable : countersigner);
    }

    /// @inheritdoc ICorrections
    function agreeCorrections(AgreeCorrection[] calldata actions, Authorisation calldata authorisation)
        external
    {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(CorrectionActions.AGREE_CORRECTION_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _agree(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _agree(Batch memory batch, uint256 index, bytes32 hash, AgreeCorrection calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = action.correction.id();
        Record record = _records[id];
        Pending memory pending = _pending[id];
        reason = _or(_may(batch, ROLES_KNOWN, RIGHTS), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesHead(record, action.agreesTo));
        if (reason == Reason.None && record.status() != uint8(CorrectionStatus.Offered)) {
            reason = Reason.WrongState;
        }
        if (reason == Reason.None && pending.countersigner != batch.standing.organisation) {
            reason = Reason.WrongActor;
        }
        if (reason == Reason.None && block.timestamp > pending.lapsesAt) reason = Reason.Lapsed;
        if (reason != Reason.None) return reason;

        delete _pending[id];
        Touched[] memory touched =
            _writeOne(batch, hash, id, record.holder(), uint8(CorrectionStatus.InForce), 0);
        emit CorrectionAgreed(batch.digest, hash, index, action, touched);
    }

    /// @inheritdoc ICorrections
    function endCorrections(EndCorrection[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(CorrectionActions.END_CORRECTION_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _end(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _end(Batch memory batch, uint256 index, bytes32 hash, EndCorrection calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = action.correction.id();
        Record record = _records[id];
        Pending memory pending = _pending[id];
        reason = _or(_may(batch, ROLES_KNOWN, RIGHTS), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesSeq(record, action.seq));
        if (reason == Reason.None && record.status() != uint8(CorrectionStatus.Offered)) {
            reason = Reason.WrongState;
        }
        if (reason == Reason.None && block.timestamp <= pending.lapsesAt) {
            uint24 organisation = batch.standing.organisation;
            if (organisation != record.holder() && organisation != pending.countersigner) {
                reason = Reason.WrongActor;
            }
        }
        if (reason != Reason.None) return reason;

        delete _pending[id];
        Touched[] memory touched =
            _writeOne(batch, hash, id, record.holder(), uint8(CorrectionStatus.Ended), 0);
        emit CorrectionEnded(batch.digest, hash, index, action, touched);
    }
}

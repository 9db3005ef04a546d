// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Register} from "./Register.sol";
import {Batch} from "./SignedLedger.sol";
import {Authorisation, Reason, Touched} from "./interfaces/ISignedLedger.sol";
import {
    AdmitOrganisation,
    ConfirmAdmission,
    EndAdmission,
    IParticipants,
    KeyStatus,
    OrganisationStatus,
    ReinstateOrganisation,
    RIGHT_ADMIN,
    ROLES_KNOWN,
    ROLE_AUTHORITY,
    ROLE_OPERATOR,
    SuspendOrganisation
} from "./interfaces/IParticipants.sol";
import {ParticipantActions} from "./libraries/ParticipantActions.sol";
import {Key, KeyLibrary} from "./types/Key.sol";
import {FLAG_CLOSED, Record} from "./types/Record.sol";

/// @title Admission and suspension of organisations.
abstract contract Organisations is Register {
    using ParticipantActions for *;

    /// @inheritdoc IParticipants
    function admitOrganisations(AdmitOrganisation[] calldata actions, Authorisation calldata authorisation)
        external
    {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(ParticipantActions.ADMIT_ORGANISATION_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _admit(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _admit(Batch memory batch, uint256 index, bytes32 hash, AdmitOrganisation calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = action.organisation.organisationId();
        bytes32 signer = action.organisation.signerId(action.key);
        reason = _or(_may(batch, ROLE_OPERATOR, RIGHT_ADMIN), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesNewSubjects(batch));
        if (reason == Reason.None && (action.organisation == NOBODY || action.roles == 0)) {
            reason = Reason.Malformed;
        }
        if (reason == Reason.None && action.roles & ~ROLES_KNOWN != 0) reason = Reason.Malformed;
        if (reason == Reason.None && action.rights & RIGHT_ADMIN == 0) reason = Reason.Malformed;
        if (reason == Reason.None && _records[id].exists()) reason = Reason.AlreadyExists;
        reason =
            _or(reason, _refusesKey(signer, action.key, action.rights, action.validUntil, action.enrolBy));
        if (reason != Reason.None) return reason;

        Touched[] memory touched = new Touched[](2);
        touched[0] = _write(batch, hash, id, action.organisation, uint8(OrganisationStatus.Offered), 0);
        touched[1] = _writeKey(batch, hash, signer, action.organisation, KeyStatus.Offered);
        Key key = KeyLibrary.pack(
            action.organisation,
            action.rights,
            _now() + GRANT_DELAY,
            uint40(action.validUntil),
            uint40(action.enrolBy)
        );
        _granted[signer] = key;
        _roles[action.organisation] = action.roles;
        _admissions[action.organisation] = uint40(action.enrolBy);
        emit OrganisationAdmitted(batch.digest, hash, index, action, touched, key);
    }

    /// @inheritdoc IParticipants
    function confirmAdmissions(ConfirmAdmission[] calldata actions, Authorisation calldata authorisation)
        external
    {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(ParticipantActions.CONFIRM_ADMISSION_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _confirmAdmission(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _confirmAdmission(
        Batch memory batch,
        uint256 index,
        bytes32 hash,
        ConfirmAdmission calldata action
    ) private returns (Reason reason) {
        bytes32 id = action.organisation.organisationId();
        Record record = _records[id];
        reason = _or(_may(batch, ROLE_AUTHORITY, RIGHT_ADMIN), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesHead(record, action.agreesTo));
        reason = _or(reason, _refusesStatus(record, OrganisationStatus.Offered));
        if (reason == Reason.None && block.timestamp > _admissions[action.organisation]) {
            reason = Reason.Lapsed;
        }
        if (reason != Reason.None) return reason;

        Touched[] memory touched =
            _writeOne(batch, hash, id, action.organisation, uint8(OrganisationStatus.Active), record.flags());
        emit AdmissionConfirmed(batch.digest, hash, index, action, touched);
    }

    /// @inheritdoc IParticipants
    function endAdmissions(EndAdmission[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(ParticipantActions.END_ADMISSION_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _endAdmission(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _endAdmission(Batch memory batch, uint256 index, bytes32 hash, EndAdmission calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = action.organisation.organisationId();
        Record record = _records[id];
        reason = _or(_refusesMoment(action.occurredAt), _refusesSeq(record, action.seq));
        reason = _or(reason, _refusesStatus(record, OrganisationStatus.Offered));
        // Operator and authority withdraw or decline; once it has lapsed, anyone enrolled may tidy up.
        if (reason == Reason.None && block.timestamp <= _admissions[action.organisation]) {
            reason = _may(batch, ROLE_OPERATOR | ROLE_AUTHORITY, RIGHT_ADMIN);
        }
        if (reason != Reason.None) return reason;

        Touched[] memory touched =
            _writeOne(batch, hash, id, action.organisation, uint8(OrganisationStatus.Ended), FLAG_CLOSED);
        emit AdmissionEnded(batch.digest, hash, index, action, touched);
    }

    /// @inheritdoc IParticipants
    function suspendOrganisations(
        SuspendOrganisation[] calldata actions,
        Authorisation calldata authorisation
    ) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(ParticipantActions.SUSPEND_ORGANISATION_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _suspend(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _suspend(Batch memory batch, uint256 index, bytes32 hash, SuspendOrganisation calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = action.organisation.organisationId();
        Record record = _records[id];
        // Only the authority may suspend the authority: the operator must not be able to silence its overseer.
        bool overseer = _roles[action.organisation] & ROLE_AUTHORITY != 0;
        reason = _may(batch, overseer ? ROLE_AUTHORITY : ROLE_OPERATOR | ROLE_AUTHORITY, RIGHT_ADMIN);
        reason = _or(reason, _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesStatus(record, OrganisationStatus.Active));
        reason = _or(reason, _refusesFull(record));
        if (reason != Reason.None) return reason;

        Touched[] memory touched = _writeOne(
            batch, hash, id, action.organisation, uint8(OrganisationStatus.Suspended), record.flags()
        );
        emit OrganisationSuspended(batch.digest, hash, index, action, touched);
    }

    /// @inheritdoc IParticipants
    function reinstateOrganisations(
        ReinstateOrganisation[] calldata actions,
        Authorisation calldata authorisation
    ) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch =
            _authorise(ParticipantActions.REINSTATE_ORGANISATION_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _reinstate(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _reinstate(
        Batch memory batch,
        uint256 index,
        bytes32 hash,
        ReinstateOrganisation calldata action
    ) private returns (Reason reason) {
        bytes32 id = action.organisation.organisationId();
        Record record = _records[id];
        reason = _or(_may(batch, ROLE_AUTHORITY, RIGHT_ADMIN), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesSeq(record, action.seq));
        reason = _or(reason, _refusesStatus(record, OrganisationStatus.Suspended));
        if (reason != Reason.None) return reason;

        Touched[] memory touched =
            _writeOne(batch, hash, id, action.organisation, uint8(OrganisationStatus.Active), record.flags());
        emit OrganisationReinstated(batch.digest, hash, index, action, touched);
    }

    function _refusesStatus(Record record, OrganisationStatus status) private pure returns (Reason) {
        if (!record.exists()) return Reason.NotFound;
        return record.status() == uint8(status) ? Reason.None : Reason.WrongState;
    }
}

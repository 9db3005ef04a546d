// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Register} from "./Register.sol";
import {Batch} from "./SignedLedger.sol";
import {Authorisation, Reason, Touched} from "./interfaces/ISignedLedger.sol";
import {
    CloseKey,
    ConfirmRecovery,
    EnrolKey,
    GrantKey,
    IParticipants,
    KeyStatus,
    ProposeRecovery,
    RIGHT_ADMIN,
    ROLES_KNOWN,
    ROLE_AUTHORITY,
    ROLE_OPERATOR
} from "./interfaces/IParticipants.sol";
import {ParticipantActions} from "./libraries/ParticipantActions.sol";
import {Key, KeyLibrary} from "./types/Key.sol";
import {Record} from "./types/Record.sol";

/// @title Granting, enrolling, closing and recovering keys.
abstract contract Keys is Register {
    using ParticipantActions for *;

    /// @dev `validFrom` of a recovery's key that the authority has not confirmed: never.
    uint40 private constant UNCONFIRMED = type(uint40).max;

    /// @inheritdoc IParticipants
    function grantKeys(GrantKey[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(ParticipantActions.GRANT_KEY_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _grant(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _grant(Batch memory batch, uint256 index, bytes32 hash, GrantKey calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = action.organisation.signerId(action.key);
        bytes32 organisation = action.organisation.organisationId();
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_ADMIN), _refusesMoment(action.occurredAt));
        if (reason == Reason.None && batch.standing.organisation != action.organisation) {
            reason = Reason.WrongActor;
        }
        if (reason == Reason.None && action.validFrom >= UNCONFIRMED) reason = Reason.Malformed;
        reason = _or(reason, _refusesKey(id, action.key, action.rights, action.validUntil, action.enrolBy));
        reason = _or(reason, _refusesFull(_records[organisation]));
        if (reason != Reason.None) return reason;

        uint40 from = _now() + GRANT_DELAY;
        if (action.validFrom > from) from = uint40(action.validFrom);
        Key key = KeyLibrary.pack(
            action.organisation, action.rights, from, uint40(action.validUntil), uint40(action.enrolBy)
        );
        _granted[id] = key;
        Touched[] memory touched = new Touched[](2);
        touched[0] = _touchOrganisation(batch, hash, organisation);
        touched[1] = _writeKey(batch, hash, id, action.organisation, KeyStatus.Offered);
        emit KeyGranted(batch.digest, hash, index, action, touched, key);
    }

    /// @inheritdoc IParticipants
    function enrolKeys(EnrolKey[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(ParticipantActions.ENROL_KEY_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _enrol(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _enrol(Batch memory batch, uint256 index, bytes32 hash, EnrolKey calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = action.organisation.signerId(action.key);
        bytes32 organisation = action.organisation.organisationId();
        Record record = _records[id];
        Key key = _granted[id];
        if (batch.signer != action.key) reason = Reason.WrongActor;
        reason = _or(reason, _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesHead(record, action.agreesTo));
        if (reason == Reason.None && record.status() != uint8(KeyStatus.Offered)) reason = Reason.WrongState;
        if (reason == Reason.None && block.timestamp > key.enrolBy()) reason = Reason.Lapsed;
        if (reason == Reason.None && key.validFrom() == UNCONFIRMED) reason = Reason.TooEarly;
        if (reason == Reason.None && _enrolled[action.key].organisation() != NOBODY) {
            reason = Reason.KeyKnown;
        }
        if (reason == Reason.None && !_isConfirmed(_records[organisation])) reason = Reason.WrongState;
        reason = _or(reason, _refusesFull(_records[organisation]));
        if (reason != Reason.None) return reason;

        _enrolled[action.key] = key;
        Touched[] memory touched = new Touched[](2);
        touched[0] = _touchOrganisation(batch, hash, organisation);
        touched[1] = _writeKey(batch, hash, id, action.organisation, KeyStatus.Active);
        emit KeyEnrolled(batch.digest, hash, index, action, touched, key);
    }

    /// @inheritdoc IParticipants
    function closeKeys(CloseKey[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(ParticipantActions.CLOSE_KEY_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _close(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _close(Batch memory batch, uint256 index, bytes32 hash, CloseKey calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = action.organisation.signerId(action.key);
        bytes32 organisation = action.organisation.organisationId();
        Record record = _records[id];
        Key key = _granted[id];
        reason = _refusesMoment(action.occurredAt);
        if (reason == Reason.None && !record.exists()) reason = Reason.NotFound;
        if (reason == Reason.None && record.status() == uint8(KeyStatus.Closed)) reason = Reason.Closed;
        if (reason == Reason.None && action.compromisedSince > block.timestamp) {
            reason = Reason.FromTheFuture;
        }
        reason = _or(reason, _refusesCloser(batch, action.key, key, KeyStatus(record.status())));
        reason = _or(reason, _refusesFull(record));
        reason = _or(reason, _refusesFull(_records[organisation]));
        if (reason != Reason.None) return reason;

        key = key.closedAt(_now(), uint40(action.compromisedSince));
        _granted[id] = key;
        if (record.status() == uint8(KeyStatus.Active)) _enrolled[action.key] = key;
        Touched[] memory touched = new Touched[](2);
        touched[0] = _touchOrganisation(batch, hash, organisation);
        touched[1] = _writeKey(batch, hash, id, action.organisation, KeyStatus.Closed);
        emit KeyClosed(batch.digest, hash, index, action, touched, key);
    }

    /// @dev A key closes itself or is closed by an admin of its organisation. One that is not in use yet may also be
    /// closed by any key of the organisation (the veto against a recovery), by anyone once its time to enrol is
    /// over, and, while the authority has not confirmed its recovery, by operator and authority. More they may
    /// not: the operator must not be able to keep an organisation from adding keys.
    function _refusesCloser(Batch memory batch, address target, Key key, KeyStatus status)
        private
        view
        returns (Reason)
    {
        bool colleague = batch.standing.organisation == key.organisation();
        if (batch.signer == target) return Reason.None;
        if (colleague && batch.standing.rights & RIGHT_ADMIN != 0) return Reason.None;
        if (colleague && (status != KeyStatus.Active || block.timestamp < key.validFrom())) {
            return Reason.None;
        }
        if (status != KeyStatus.Active) {
            if (block.timestamp > key.enrolBy()) return Reason.None;
            if (key.validFrom() == UNCONFIRMED) {
                return _may(batch, ROLE_OPERATOR | ROLE_AUTHORITY, RIGHT_ADMIN);
            }
        }
        return colleague ? Reason.RightMissing : Reason.WrongActor;
    }

    /// @inheritdoc IParticipants
    function proposeRecoveries(ProposeRecovery[] calldata actions, Authorisation calldata authorisation)
        external
    {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(ParticipantActions.PROPOSE_RECOVERY_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _proposeRecovery(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _proposeRecovery(
        Batch memory batch,
        uint256 index,
        bytes32 hash,
        ProposeRecovery calldata action
    ) private returns (Reason reason) {
        bytes32 id = action.organisation.signerId(action.key);
        bytes32 organisation = action.organisation.organisationId();
        reason = _or(_may(batch, ROLE_OPERATOR, RIGHT_ADMIN), _refusesMoment(action.occurredAt));
        // Proposals raise the seq of an organisation, which a reinstatement names: suspending the operator ends that.
        reason = _or(reason, _refusesNewSubjects(batch));
        if (reason == Reason.None && !_isConfirmed(_records[organisation])) {
            reason = Reason.OrganisationUnknown;
        }
        reason = _or(reason, _refusesKey(id, action.key, action.rights, action.validUntil, action.enrolBy));
        reason = _or(reason, _refusesFull(_records[organisation]));
        if (reason != Reason.None) return reason;

        Key key = KeyLibrary.pack(
            action.organisation, action.rights, UNCONFIRMED, uint40(action.validUntil), uint40(action.enrolBy)
        );
        _granted[id] = key;
        Touched[] memory touched = new Touched[](2);
        touched[0] = _touchOrganisation(batch, hash, organisation);
        touched[1] = _writeKey(batch, hash, id, action.organisation, KeyStatus.Offered);
        emit RecoveryProposed(batch.digest, hash, index, action, touched, key);
    }

    /// @inheritdoc IParticipants
    function confirmRecoveries(ConfirmRecovery[] calldata actions, Authorisation calldata authorisation)
        external
    {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(ParticipantActions.CONFIRM_RECOVERY_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _confirmRecovery(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _confirmRecovery(
        Batch memory batch,
        uint256 index,
        bytes32 hash,
        ConfirmRecovery calldata action
    ) private returns (Reason reason) {
        bytes32 id = action.organisation.signerId(action.key);
        bytes32 organisation = action.organisation.organisationId();
        Record record = _records[id];
        Key key = _granted[id];
        reason = _or(_may(batch, ROLE_AUTHORITY, RIGHT_ADMIN), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesHead(record, action.agreesTo));
        if (reason == Reason.None && record.status() != uint8(KeyStatus.Offered)) reason = Reason.WrongState;
        if (reason == Reason.None && key.validFrom() != UNCONFIRMED) reason = Reason.WrongState;
        if (reason == Reason.None && block.timestamp > key.enrolBy()) reason = Reason.Lapsed;
        reason = _or(reason, _refusesFull(_records[organisation]));
        if (reason != Reason.None) return reason;

        key = key.startingAt(_now() + RECOVERY_DELAY);
        _granted[id] = key;
        Touched[] memory touched = new Touched[](2);
        touched[0] = _touchOrganisation(batch, hash, organisation);
        touched[1] = _writeKey(batch, hash, id, action.organisation, KeyStatus.Offered);
        emit RecoveryConfirmed(batch.digest, hash, index, action, touched, key);
    }
}

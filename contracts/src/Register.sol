// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Batch, SignedLedger} from "./SignedLedger.sol";
import {ISignedLedger, Reason, Touched} from "./interfaces/ISignedLedger.sol";
import {
    Founder,
    IParticipants,
    KeyStatus,
    OrganisationStatus,
    RIGHTS_KNOWN,
    Standing
} from "./interfaces/IParticipants.sol";
import {ParticipantActions} from "./libraries/ParticipantActions.sol";
import {Key, KeyLibrary} from "./types/Key.sol";
import {FLAG_CLOSED, Record} from "./types/Record.sol";

/// @title What `Participants` remembers, and who may sign.
abstract contract Register is SignedLedger, IParticipants {
    using ParticipantActions for *;

    uint24 internal constant NOBODY = 0;

    /// @dev Seconds between granting a key, or confirming a recovery, and its first use: the time a veto has.
    uint40 public immutable GRANT_DELAY;
    uint40 public immutable RECOVERY_DELAY;

    mapping(uint24 organisation => uint16 roles) internal _roles;
    mapping(uint24 organisation => uint40 confirmBy) internal _admissions;
    /// @dev What was granted to a key, and the same again by address once the key enrolled: the hot path reads one.
    mapping(bytes32 signerId => Key key) internal _granted;
    mapping(address signer => Key key) internal _enrolled;

    constructor(Founder memory operator, Founder memory authority, uint40 grantDelay, uint40 recoveryDelay) {
        GRANT_DELAY = grantDelay;
        RECOVERY_DELAY = recoveryDelay;
        _found(operator);
        _found(authority);
    }

    /// @inheritdoc ISignedLedger
    function awaitsAnswer(bytes32 id) external view override(ISignedLedger, SignedLedger) returns (bool) {
        // Offered has the same number among organisations and keys, and means the same: somebody is to sign.
        return _records[id].status() == uint8(OrganisationStatus.Offered);
    }

    /// @inheritdoc IParticipants
    function standingOf(address signer) external view returns (Standing memory) {
        return _standingOf(signer);
    }

    /// @inheritdoc IParticipants
    function organisationOf(address signer) external view returns (uint24) {
        return _enrolled[signer].organisation();
    }

    /// @inheritdoc IParticipants
    function rolesOf(uint24 organisation) external view returns (uint16) {
        return _isConfirmed(_records[organisation.organisationId()]) ? _roles[organisation] : 0;
    }

    /// @inheritdoc IParticipants
    function keyOf(uint24 organisation, address signer) external view returns (Key) {
        return _granted[organisation.signerId(signer)];
    }

    function _standingOf(address signer) internal view override returns (Standing memory standing) {
        Key key = _enrolled[signer];
        standing.organisation = key.organisation();
        if (standing.organisation == NOBODY) return standing;
        Record organisation = _records[standing.organisation.organisationId()];
        standing.roles = _roles[standing.organisation];
        standing.rights = key.rights();
        standing.suspended = organisation.status() == uint8(OrganisationStatus.Suspended);
        // Keys enrol with a confirmed organisation only, and it stays one.
        standing.valid = key.covers(block.timestamp);
    }

    /// @dev A new key signs its own enrolment and nothing else before it is valid.
    function _checkStanding(address signer, Standing memory standing, bytes32 typehash)
        internal
        view
        override
    {
        if (typehash != ParticipantActions.ENROL_KEY_BATCH) {
            super._checkStanding(signer, standing, typehash);
        }
    }

    function _found(Founder memory founder) private {
        bytes32 hash = founder.hash();
        bytes32[2] memory ids =
            [founder.organisation.organisationId(), founder.organisation.signerId(founder.key)];
        uint8[2] memory statuses = [uint8(OrganisationStatus.Active), uint8(KeyStatus.Active)];
        Touched[] memory touched = new Touched[](2);
        for (uint256 i; i < 2; ++i) {
            Record record = _records[ids[i]].advance(hash, founder.key, founder.organisation, statuses[i], 0);
            _records[ids[i]] = record;
            touched[i] = Touched(ids[i], record);
        }
        Key key = KeyLibrary.pack(founder.organisation, RIGHTS_KNOWN, _now(), type(uint40).max, _now());
        _granted[ids[1]] = key;
        _enrolled[founder.key] = key;
        _roles[founder.organisation] = founder.roles;
        emit OrganisationFounded(founder.organisation, hash, founder, touched, key);
    }

    function _writeKey(Batch memory batch, bytes32 hash, bytes32 id, uint24 organisation, KeyStatus status)
        internal
        returns (Touched memory)
    {
        return
            _write(batch, hash, id, organisation, uint8(status), status == KeyStatus.Closed ? FLAG_CLOSED : 0);
    }

    /// @dev Folds an act on a key into its organisation too, so that neither can be shown without the other.
    function _touchOrganisation(Batch memory batch, bytes32 hash, bytes32 id)
        internal
        returns (Touched memory)
    {
        Record record = _records[id];
        return _write(batch, hash, id, record.holder(), record.status(), record.flags());
    }

    /// @dev Refusals of granting `key` to an organisation it was never granted to (`id` is that pair's).
    function _refusesKey(bytes32 id, address key, uint16 rights, uint64 validUntil, uint64 enrolBy)
        internal
        view
        returns (Reason)
    {
        if (key == address(0) || rights == 0 || rights & ~RIGHTS_KNOWN != 0) return Reason.Malformed;
        if (validUntil > type(uint40).max || enrolBy > type(uint40).max) return Reason.Malformed;
        if (enrolBy < block.timestamp || validUntil <= block.timestamp) return Reason.Lapsed;
        return _records[id].exists() ? Reason.KeyKnown : Reason.None;
    }

    function _isConfirmed(Record organisation) internal pure returns (bool) {
        return organisation.status() == uint8(OrganisationStatus.Active)
            || organisation.status() == uint8(OrganisationStatus.Suspended);
    }

    function _now() internal view returns (uint40) {
        return uint40(block.timestamp);
    }
}

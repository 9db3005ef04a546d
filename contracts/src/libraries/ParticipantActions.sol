// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AdmitOrganisation,
    CloseKey,
    ConfirmAdmission,
    ConfirmRecovery,
    EndAdmission,
    EnrolKey,
    Founder,
    GrantKey,
    ProposeRecovery,
    ReinstateOrganisation,
    SuspendOrganisation
} from "../interfaces/IParticipants.sol";

/// @notice EIP-712 types of the actions on participants, and the ids of their subjects.
/// @dev An id is the EIP-712 struct hash of the subject's key: its kind is the typehash.
library ParticipantActions {
    bytes32 internal constant ORGANISATION_KEY = keccak256("OrganisationKey(uint24 organisation)");
    bytes32 internal constant SIGNER_KEY = keccak256("SignerKey(uint24 organisation,address key)");
    bytes32 internal constant FOUNDER =
        keccak256("Founder(uint24 organisation,uint16 roles,address key,bytes32 root)");

    bytes32 internal constant ADMIT_ORGANISATION = keccak256(
        "AdmitOrganisation(uint24 organisation,uint16 roles,address key,uint16 rights,uint64 validUntil,uint64 enrolBy,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant ADMIT_ORGANISATION_BATCH = keccak256(
        "AdmitOrganisationBatch(AdmitOrganisation[] actions,uint256 nonce,uint64 deadline,uint8 mode)AdmitOrganisation(uint24 organisation,uint16 roles,address key,uint16 rights,uint64 validUntil,uint64 enrolBy,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant CONFIRM_ADMISSION = keccak256(
        "ConfirmAdmission(uint24 organisation,bytes24 agreesTo,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant CONFIRM_ADMISSION_BATCH = keccak256(
        "ConfirmAdmissionBatch(ConfirmAdmission[] actions,uint256 nonce,uint64 deadline,uint8 mode)ConfirmAdmission(uint24 organisation,bytes24 agreesTo,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant END_ADMISSION = keccak256(
        "EndAdmission(uint24 organisation,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant END_ADMISSION_BATCH = keccak256(
        "EndAdmissionBatch(EndAdmission[] actions,uint256 nonce,uint64 deadline,uint8 mode)EndAdmission(uint24 organisation,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant SUSPEND_ORGANISATION =
        keccak256("SuspendOrganisation(uint24 organisation,uint64 occurredAt,uint32 schema,bytes32 root)");
    bytes32 internal constant SUSPEND_ORGANISATION_BATCH = keccak256(
        "SuspendOrganisationBatch(SuspendOrganisation[] actions,uint256 nonce,uint64 deadline,uint8 mode)SuspendOrganisation(uint24 organisation,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant REINSTATE_ORGANISATION = keccak256(
        "ReinstateOrganisation(uint24 organisation,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant REINSTATE_ORGANISATION_BATCH = keccak256(
        "ReinstateOrganisationBatch(ReinstateOrganisation[] actions,uint256 nonce,uint64 deadline,uint8 mode)ReinstateOrganisation(uint24 organisation,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant GRANT_KEY = keccak256(
        "GrantKey(uint24 organisation,address key,uint16 rights,uint64 validFrom,uint64 validUntil,uint64 enrolBy,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant GRANT_KEY_BATCH = keccak256(
        "GrantKeyBatch(GrantKey[] actions,uint256 nonce,uint64 deadline,uint8 mode)GrantKey(uint24 organisation,address key,uint16 rights,uint64 validFrom,uint64 validUntil,uint64 enrolBy,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant ENROL_KEY = keccak256(
        "EnrolKey(uint24 organisation,address key,bytes24 agreesTo,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant ENROL_KEY_BATCH = keccak256(
        "EnrolKeyBatch(EnrolKey[] actions,uint256 nonce,uint64 deadline,uint8 mode)EnrolKey(uint24 organisation,address key,bytes24 agreesTo,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant CLOSE_KEY = keccak256(
        "CloseKey(uint24 organisation,address key,uint64 compromisedSince,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant CLOSE_KEY_BATCH = keccak256(
        "CloseKeyBatch(CloseKey[] actions,uint256 nonce,uint64 deadline,uint8 mode)CloseKey(uint24 organisation,address key,uint64 compromisedSince,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant PROPOSE_RECOVERY = keccak256(
        "ProposeRecovery(uint24 organisation,address key,uint16 rights,uint64 validUntil,uint64 enrolBy,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant PROPOSE_RECOVERY_BATCH = keccak256(
        "ProposeRecoveryBatch(ProposeRecovery[] actions,uint256 nonce,uint64 deadline,uint8 mode)ProposeRecovery(uint24 organisation,address key,uint16 rights,uint64 validUntil,uint64 enrolBy,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant CONFIRM_RECOVERY = keccak256(
        "ConfirmRecovery(uint24 organisation,address key,bytes24 agreesTo,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant CONFIRM_RECOVERY_BATCH = keccak256(
        "ConfirmRecoveryBatch(ConfirmRecovery[] actions,uint256 nonce,uint64 deadline,uint8 mode)ConfirmRecovery(uint24 organisation,address key,bytes24 agreesTo,uint64 occurredAt,uint32 schema,bytes32 root)"
    );

    function organisationId(uint24 organisation) internal pure returns (bytes32) {
        return keccak256(abi.encode(ORGANISATION_KEY, organisation));
    }

    function signerId(uint24 organisation, address key) internal pure returns (bytes32) {
        return keccak256(abi.encode(SIGNER_KEY, organisation, key));
    }

    function hash(Founder memory founder) internal pure returns (bytes32) {
        return keccak256(abi.encode(FOUNDER, founder));
    }

    function hash(AdmitOrganisation calldata action) internal pure returns (bytes32) {
        return keccak256(abi.encode(ADMIT_ORGANISATION, action));
    }

    function hash(ConfirmAdmission calldata action) internal pure returns (bytes32) {
        return keccak256(abi.encode(CONFIRM_ADMISSION, action));
    }

    function hash(EndAdmission calldata action) internal pure returns (bytes32) {
        return keccak256(abi.encode(END_ADMISSION, action));
    }

    function hash(SuspendOrganisation calldata action) internal pure returns (bytes32) {
        return keccak256(abi.encode(SUSPEND_ORGANISATION, action));
    }

    function hash(ReinstateOrganisation calldata action) internal pure returns (bytes32) {
        return keccak256(abi.encode(REINSTATE_ORGANISATION, action));
    }

    function hash(GrantKey calldata action) internal pure returns (bytes32) {
        return keccak256(abi.encode(GRANT_KEY, action));
    }

    function hash(EnrolKey calldata action) internal pure returns (bytes32) {
        return keccak256(abi.encode(ENROL_KEY, action));
    }

    function hash(CloseKey calldata action) internal pure returns (bytes32) {
        return keccak256(abi.encode(CLOSE_KEY, action));
    }

    function hash(ProposeRecovery calldata action) internal pure returns (bytes32) {
        return keccak256(abi.encode(PROPOSE_RECOVERY, action));
    }

    function hash(ConfirmRecovery calldata action) internal pure returns (bytes32) {
        return keccak256(abi.encode(CONFIRM_RECOVERY, action));
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Key} from "../types/Key.sol";
import {Authorisation, ISignedLedger, Touched} from "./ISignedLedger.sol";

// What an organisation is (a mask: a firm may be several things).
uint16 constant ROLE_OPERATOR = 1 << 0;
uint16 constant ROLE_AUTHORITY = 1 << 1;
uint16 constant ROLE_SUPPLIER = 1 << 2;
uint16 constant ROLE_TENANT = 1 << 3;
uint16 constant ROLE_LESSOR = 1 << 4;
uint16 constant ROLE_CARRIER = 1 << 5;
uint16 constant ROLE_COLLECTOR = 1 << 6;
uint16 constant ROLE_DISPOSER = 1 << 7;
uint16 constant ROLE_REGULATOR = 1 << 8;
uint16 constant ROLES_KNOWN = (1 << 9) - 1;

// What a key may sign for its organisation.
uint16 constant RIGHT_ORDER = 1 << 0;
uint16 constant RIGHT_RECEIVE = 1 << 1;
uint16 constant RIGHT_QUALITY = 1 << 2;
uint16 constant RIGHT_STOCK = 1 << 3;
uint16 constant RIGHT_WASTE = 1 << 4;
uint16 constant RIGHT_CARRY = 1 << 5;
uint16 constant RIGHT_WEIGH = 1 << 6;
uint16 constant RIGHT_LEASE = 1 << 7;
uint16 constant RIGHT_FINANCE = 1 << 8;
uint16 constant RIGHT_ADMIN = 1 << 9;
uint16 constant RIGHTS_KNOWN = (1 << 10) - 1;

/// @notice Statuses of an organisation's record.
/// none -> Offered -> Active <-> Suspended; Offered -> Ended.
enum OrganisationStatus {
    None,
    Offered,
    Active,
    Suspended,
    Ended
}

/// @notice Statuses of a key's record.
/// none -> Offered -> Active -> Closed; Offered -> Closed. A recovery's key cannot enrol before it is confirmed.
enum KeyStatus {
    None,
    Offered,
    Active,
    Closed
}

/// @notice What a ledger must know of a signer, as of now.
struct Standing {
    uint24 organisation;
    uint16 roles;
    uint16 rights;
    bool valid;
    bool suspended;
}

/// @notice One of the two organisations a deployment starts with, signing nothing because nobody is there yet.
struct Founder {
    uint24 organisation;
    uint16 roles;
    address key;
    bytes32 root;
}

// Every action ends alike: when it happened by the signer's account, and the commitment to its confidential
// details (`root` under `schema`). Roots are salted, so each signed struct has a field nobody can guess.

struct AdmitOrganisation {
    uint24 organisation;
    uint16 roles;
    address key;
    uint16 rights;
    uint64 validUntil;
    uint64 enrolBy;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct ConfirmAdmission {
    uint24 organisation;
    bytes24 agreesTo;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct EndAdmission {
    uint24 organisation;
    uint24 seq;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct SuspendOrganisation {
    uint24 organisation;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct ReinstateOrganisation {
    uint24 organisation;
    uint24 seq;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct GrantKey {
    uint24 organisation;
    address key;
    uint16 rights;
    uint64 validFrom;
    uint64 validUntil;
    uint64 enrolBy;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct EnrolKey {
    uint24 organisation;
    address key;
    bytes24 agreesTo;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct CloseKey {
    uint24 organisation;
    address key;
    uint64 compromisedSince;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct ProposeRecovery {
    uint24 organisation;
    address key;
    uint16 rights;
    uint64 validUntil;
    uint64 enrolBy;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct ConfirmRecovery {
    uint24 organisation;
    address key;
    bytes24 agreesTo;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

/// @title Organisations and their keys.
/// @notice The operator proposes, the authority confirms; after its first key only an organisation's own admin
/// keys add keys, and each new key signs its own enrolment. Closing and suspending are immediate, granting is
/// delayed. Only a key's own enrolment binds its address to an organisation, so nobody can squat on it.
/// Recovery of an organisation that lost its keys takes operator, authority and a delay in which any
/// key it still has may veto by `CloseKey`.
interface IParticipants is ISignedLedger {
    event OrganisationFounded(
        uint24 indexed organisation, bytes32 indexed actionHash, Founder founder, Touched[] touched, Key key
    );
    event OrganisationAdmitted(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        AdmitOrganisation action,
        Touched[] touched,
        Key key
    );
    event AdmissionConfirmed(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        ConfirmAdmission action,
        Touched[] touched
    );
    event AdmissionEnded(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        EndAdmission action,
        Touched[] touched
    );
    event OrganisationSuspended(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        SuspendOrganisation action,
        Touched[] touched
    );
    event OrganisationReinstated(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        ReinstateOrganisation action,
        Touched[] touched
    );
    event KeyGranted(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        GrantKey action,
        Touched[] touched,
        Key key
    );
    event KeyEnrolled(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        EnrolKey action,
        Touched[] touched,
        Key key
    );
    event KeyClosed(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        CloseKey action,
        Touched[] touched,
        Key key
    );
    event RecoveryProposed(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        ProposeRecovery action,
        Touched[] touched,
        Key key
    );
    event RecoveryConfirmed(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        ConfirmRecovery action,
        Touched[] touched,
        Key key
    );

    function admitOrganisations(AdmitOrganisation[] calldata actions, Authorisation calldata authorisation)
        external;
    function confirmAdmissions(ConfirmAdmission[] calldata actions, Authorisation calldata authorisation)
        external;
    function endAdmissions(EndAdmission[] calldata actions, Authorisation calldata authorisation) external;
    function suspendOrganisations(
        SuspendOrganisation[] calldata actions,
        Authorisation calldata authorisation
    ) external;
    function reinstateOrganisations(
        ReinstateOrganisation[] calldata actions,
        Authorisation calldata authorisation
    ) external;
    function grantKeys(GrantKey[] calldata actions, Authorisation calldata authorisation) external;
    /// @notice Signed by the new key itself, which agrees to the head its grant left.
    function enrolKeys(EnrolKey[] calldata actions, Authorisation calldata authorisation) external;
    function closeKeys(CloseKey[] calldata actions, Authorisation calldata authorisation) external;
    function proposeRecoveries(ProposeRecovery[] calldata actions, Authorisation calldata authorisation)
        external;
    function confirmRecoveries(ConfirmRecovery[] calldata actions, Authorisation calldata authorisation)
        external;

    /// @notice What a ledger must know of a signer now; all zero for an address that never enrolled.
    function standingOf(address signer) external view returns (Standing memory);

    /// @notice The organisation a key enrolled itself with; 0 if none. Never changes once set.
    function organisationOf(address signer) external view returns (uint24);

    /// @notice The roles of an organisation; 0 unless it was confirmed (a suspended one keeps its roles).
    function rolesOf(uint24 organisation) external view returns (uint16);

    /// @notice What an organisation granted to an address, enrolled or not.
    function keyOf(uint24 organisation, address signer) external view returns (Key);
}

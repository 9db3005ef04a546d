// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IClaims} from "../../src/interfaces/IClaims.sol";
import {ICorrections} from "../../src/interfaces/ICorrections.sol";
import {
    AdmitOrganisation,
    ConfirmAdmission,
    EnrolKey,
    Founder,
    GrantKey,
    IParticipants,
    RIGHTS_KNOWN,
    ROLE_AUTHORITY,
    ROLE_CARRIER,
    ROLE_OPERATOR,
    ROLE_REGULATOR,
    ROLE_SUPPLIER,
    ROLE_TENANT
} from "../../src/interfaces/IParticipants.sol";
import {IProcurement} from "../../src/interfaces/IProcurement.sol";
import {IRecalls} from "../../src/interfaces/IRecalls.sol";
import {ISheets} from "../../src/interfaces/ISheets.sol";
import {ISignedLedger, LedgerMode, Reason} from "../../src/interfaces/ISignedLedger.sol";
import {ISuccession} from "../../src/interfaces/ISuccession.sol";
import {ITraceability} from "../../src/interfaces/ITraceability.sol";
import {Record} from "../../src/types/Record.sol";
import {Envelope} from "./Envelope.sol";
import {Kind, Kinds, Ledger} from "./Kinds.sol";
import {Replay} from "./Replay.sol";
import {vm, Vm} from "./Vm.sol";

/// @notice A park with all its ledgers and a member of each kind, each with one key that has every right.
/// @dev Each batch that is recorded here is read back from its logs by `Replay`, so every test is one of folds,
/// digests and after-images too.
abstract contract Park is Replay {
    uint24 internal constant OPERATOR = 1;
    uint24 internal constant AUTHORITY = 2;
    uint24 internal constant SUPPLIER = 3;
    uint24 internal constant TENANT = 4;
    uint24 internal constant REGULATOR = 5;
    uint24 internal constant CARRIER = 6;
    uint24 internal constant RIVAL = 7; // a second supplier

    uint40 internal constant GRANT_DELAY = 1 days;
    uint40 internal constant RECOVERY_DELAY = 14 days;
    uint40 internal constant MODE_DELAY = 7 days;

    uint8 internal constant EACH = 0;
    uint8 internal constant ALL = 1;

    IParticipants internal participants;
    ISuccession internal succession;
    IRecalls internal recalls;
    IProcurement internal procurement;
    ITraceability internal traceability;
    IClaims internal claims;
    ISheets internal sheets;
    ICorrections internal corrections;

    uint256 private _nonce;
    uint256 private _salt;

    function setUp() public virtual {
        vm.warp(1_700_000_000);
        vm.recordLogs();
        participants = IParticipants(
            vm.deployCode(
                "Participants.sol:Participants",
                abi.encode(
                    Founder(OPERATOR, ROLE_OPERATOR, addressOf(OPERATOR), keccak256("operator")),
                    Founder(AUTHORITY, ROLE_AUTHORITY, addressOf(AUTHORITY), keccak256("authority")),
                    GRANT_DELAY,
                    RECOVERY_DELAY
                )
            )
        );
        readFounding(vm.getRecordedLogs());
        succession =
            ISuccession(vm.deployCode("Succession.sol:Succession", abi.encode(participants, MODE_DELAY)));
        _deployTrade();
        join(SUPPLIER, ROLE_SUPPLIER);
        join(TENANT, ROLE_TENANT);
        join(REGULATOR, ROLE_REGULATOR);
        join(CARRIER, ROLE_CARRIER);
        join(RIVAL, ROLE_SUPPLIER);
        pass(2 * GRANT_DELAY);
    }

    /// @dev The ledgers of the trade, in the order in which one asks another.
    function _deployTrade() private {
        bytes memory both = abi.encode(participants, succession);
        recalls = IRecalls(vm.deployCode("Recalls.sol:Recalls", both));
        procurement = IProcurement(vm.deployCode("Procurement.sol:Procurement", both));
        traceability = ITraceability(
            vm.deployCode(
                "Traceability.sol:Traceability", abi.encode(participants, succession, recalls, procurement)
            )
        );
        claims =
            IClaims(vm.deployCode("Claims.sol:Claims", abi.encode(participants, succession, traceability)));
        sheets = ISheets(vm.deployCode("Sheets.sol:Sheets", both));
        corrections = ICorrections(vm.deployCode("Corrections.sol:Corrections", both));
    }

    // ------------------------------------------------------------------------------------------- who signs

    /// @dev The first key of an organisation.
    function keyOf(uint24 organisation) internal pure returns (uint256 secret) {
        return keyOf(organisation, 1);
    }

    function keyOf(uint24 organisation, uint256 number) internal pure returns (uint256 secret) {
        return uint256(keccak256(abi.encode("key of", organisation, number))) >> 1;
    }

    function addressOf(uint24 organisation) internal pure returns (address) {
        return vm.addr(keyOf(organisation));
    }

    function join(uint24 organisation, uint16 roles) internal {
        record(Kinds.admitOrganisation(), OPERATOR, abi.encode(admission(organisation, roles)));
        record(Kinds.confirmAdmission(), AUTHORITY, abi.encode(confirmation(organisation)));
        recordBy(
            keyOf(organisation), Kinds.enrolKey(), abi.encode(enrolment(organisation, keyOf(organisation)))
        );
    }

    function admission(uint24 organisation, uint16 roles) internal returns (AdmitOrganisation memory) {
        return AdmitOrganisation(
            organisation,
            roles,
            addressOf(organisation),
            RIGHTS_KNOWN,
            time() + 3650 days,
            time() + 7 days,
            time(),
            1,
            root()
        );
    }

    function confirmation(uint24 organisation) internal returns (ConfirmAdmission memory) {
        return ConfirmAdmission(organisation, headOf(organisationId(organisation)), time(), 1, root());
    }

    function enrolment(uint24 organisation, uint256 secret) internal returns (EnrolKey memory) {
        bytes24 head = headOf(signerId(organisation, vm.addr(secret)));
        return EnrolKey(organisation, vm.addr(secret), head, time(), 1, root());
    }

    function grant(uint24 organisation, uint256 secret, uint16 rights) internal returns (GrantKey memory) {
        return GrantKey(
            organisation, vm.addr(secret), rights, 0, time() + 365 days, time() + 7 days, time(), 1, root()
        );
    }

    /// @dev A further key of an organisation, in use at once: the clock moves past the delay.
    function addKey(uint24 organisation, uint256 number, uint16 rights) internal returns (uint256 secret) {
        secret = keyOf(organisation, number);
        record(Kinds.grantKey(), organisation, abi.encode(grant(organisation, secret, rights)));
        recordBy(secret, Kinds.enrolKey(), abi.encode(enrolment(organisation, secret)));
        pass(GRANT_DELAY);
    }

    // ---------------------------------------------------------------------------------------- what is asked

    /// @dev Asked of Foundry: the optimiser takes `block.timestamp` for the same before and after a warp.
    function time() internal view returns (uint64) {
        return uint64(vm.getBlockTimestamp());
    }

    function pass(uint256 duration) internal {
        vm.warp(vm.getBlockTimestamp() + duration);
    }

    /// @dev A commitment to details: different each time, as salted ones are.
    function root() internal returns (bytes32) {
        return keccak256(abi.encode("root", ++_salt));
    }

    function organisationId(uint24 organisation) internal pure returns (bytes32) {
        return vm.eip712HashStruct("OrganisationKey(uint24 organisation)", abi.encode(organisation));
    }

    function signerId(uint24 organisation, address key) internal pure returns (bytes32) {
        return
            vm.eip712HashStruct("SignerKey(uint24 organisation,address key)", abi.encode(organisation, key));
    }

    function lotId(uint24 maker, bytes32 handle) internal pure returns (bytes32) {
        return vm.eip712HashStruct(Kinds.LOT, abi.encode(maker, handle));
    }

    /// @dev The head of a subject of `Participants`.
    function headOf(bytes32 id) internal view returns (bytes24) {
        return participants.recordOf(id).head();
    }

    function addressOf(Ledger ledger) internal view returns (address) {
        if (ledger == Ledger.Participants) return address(participants);
        if (ledger == Ledger.Succession) return address(succession);
        if (ledger == Ledger.Traceability) return address(traceability);
        if (ledger == Ledger.Recalls) return address(recalls);
        if (ledger == Ledger.Procurement) return address(procurement);
        if (ledger == Ledger.Claims) return address(claims);
        return ledger == Ledger.Sheets ? address(sheets) : address(corrections);
    }

    // -------------------------------------------------------------------------------------- what is recorded

    function envelope(Kind memory kind, uint256 secret, bytes[] memory actions)
        internal
        returns (Envelope memory)
    {
        return Envelope(kind, addressOf(kind.ledger), secret, actions, "", ++_nonce, time() + 1 days, EACH);
    }

    function envelope(Kind memory kind, uint256 secret, bytes memory action)
        internal
        returns (Envelope memory)
    {
        bytes[] memory actions = new bytes[](1);
        actions[0] = action;
        return envelope(kind, secret, actions);
    }

    /// @dev Relays a batch that must record all its actions.
    function record(Envelope memory batch) internal {
        vm.assertEq(0, recordSome(batch), "refused");
    }

    function recordBy(uint256 secret, Kind memory kind, bytes memory action) internal {
        record(envelope(kind, secret, action));
    }

    function record(Kind memory kind, uint24 organisation, bytes memory action) internal {
        recordBy(keyOf(organisation), kind, action);
    }

    /// @dev Relays a batch that must record some of its actions; says how many it refused.
    function recordSome(Envelope memory batch) internal returns (uint256 refusals) {
        vm.recordLogs();
        (bool done, bytes memory answer) = batch.ledger.call(batch.relay());
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (!done) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
        vm.assertEq(batch.actions.length + 1, logs.length, "one log an action");
        return read(batch.kind, logs);
    }

    /// @dev Relays a batch of one action that must be refused for this reason.
    function refuse(Reason reason, Envelope memory batch) internal {
        fail(
            abi.encodeWithSelector(ISignedLedger.NothingRecorded.selector, reason),
            batch.ledger,
            batch.relay()
        );
    }

    function refuseBy(uint256 secret, Reason reason, Kind memory kind, bytes memory action) internal {
        refuse(reason, envelope(kind, secret, action));
    }

    function refuse(Reason reason, Kind memory kind, uint24 organisation, bytes memory action) internal {
        refuseBy(keyOf(organisation), reason, kind, action);
    }

    /// @dev A call that must revert with this.
    function fail(bytes memory expected, address ledger, bytes memory call) internal {
        (bool done, bytes memory answer) = ledger.call(call);
        vm.assertFalse(done, "recorded what should have failed");
        vm.assertEq(expected, answer);
    }

    /// @dev The arrows drawn in docs/architecture.md: two digits each, from and to.
    function checkArrow(address ledger, bytes32 id, Record before, Record next) internal view override {
        if (address(succession) == address(0)) return; // The founding: active at once.
        uint256 arrow = uint256(before.status()) * 10 + next.status();
        if (ledger == address(traceability)) {
            isOneOf(arrow, [uint256(1), 11, 12, 13, 21, 22, 33, 33, 33]);
        } else if (ledger == address(corrections)) {
            isOneOf(arrow, [uint256(1), 2, 11, 12, 21, 23, 31, 32, 32]);
        } else if (ledger == address(recalls)) {
            isOneOf(arrow, [uint256(1), 1, 1, 1, 1, 1, 1, 1, 11]);
        } else if (ledger == address(procurement) && procurement.termsOf(id).exists()) {
            isOneOf(arrow, [uint256(1), 12, 15, 22, 23, 24, 32, 34, 36]);
        } else if (ledger == address(procurement)) {
            isOneOf(arrow, [uint256(1), 1, 1, 1, 1, 1, 12, 13, 31]);
        } else if (ledger == address(claims)) {
            isOneOf(arrow, [uint256(1), 2, 3, 11, 12, 21, 22, 22, 22]);
        } else if (ledger == address(sheets)) {
            isOneOf(arrow, [uint256(1), 1, 1, 1, 1, 1, 1, 1, 11]);
        } else if (ledger == address(succession)) {
            vm.assertLe(next.status(), uint8(LedgerMode.ReadOnly));
        } else if (id == organisationId(next.holder())) {
            // Touched for one of its keys, an organisation keeps its status.
            if (address(participants) != address(0)) {
                isOneOf(arrow, [uint256(1), 11, 12, 14, 22, 23, 32, 33, 44]);
            }
        } else {
            isOneOf(arrow, [uint256(1), 11, 12, 13, 23, 23, 23, 23, 23]);
        }
    }

    function isOneOf(uint256 arrow, uint256[9] memory drawn) private pure {
        for (uint256 i; i < drawn.length; ++i) {
            if (drawn[i] == arrow) return;
        }
        revert(string.concat("no arrow is drawn ", vm.toString(arrow)));
    }

    /// @dev The record of a subject of `Traceability`.
    function recordOf(bytes32 id) internal view returns (Record) {
        return traceability.recordOf(id);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    CloseKey,
    EnrolKey,
    GrantKey,
    KeyStatus,
    RIGHTS_KNOWN,
    RIGHT_ADMIN,
    RIGHT_STOCK,
    ROLE_LESSOR
} from "../src/interfaces/IParticipants.sol";
import {ISignedLedger, Reason} from "../src/interfaces/ISignedLedger.sol";
import {Origin} from "../src/interfaces/ITraceability.sol";
import {Key} from "../src/types/Key.sol";
import {FLAG_CLOSED, Record} from "../src/types/Record.sol";
import {Envelope} from "./support/Envelope.sol";
import {Goods} from "./support/Goods.sol";
import {Kind, Kinds} from "./support/Kinds.sol";
import {vm} from "./support/Vm.sol";

/// @notice Keys: granted by their organisation, enrolled by themselves, closed for good.
contract KeysTest is Goods {
    uint256 private secret;

    function setUp() public override {
        super.setUp();
        secret = keyOf(SUPPLIER, 2);
    }

    function grantTo(uint24 organisation, uint16 rights) private {
        record(Kinds.grantKey(), organisation, abi.encode(grant(organisation, secret, rights)));
    }

    function refuseGrant(Reason reason, GrantKey memory action) private {
        refuse(reason, Kinds.grantKey(), SUPPLIER, abi.encode(action));
    }

    function enrol(uint24 organisation) private {
        recordBy(secret, Kinds.enrolKey(), abi.encode(enrolment(organisation, secret)));
    }

    function refuseEnrolment(Reason reason, uint24 organisation) private {
        refuseBy(secret, reason, Kinds.enrolKey(), abi.encode(enrolment(organisation, secret)));
    }

    function closing(uint24 organisation, uint256 key) private returns (bytes memory) {
        return abi.encode(CloseKey(organisation, vm.addr(key), 0, time(), 1, root()));
    }

    function recordOfKey(uint24 organisation, uint256 key) private view returns (Record) {
        return participants.recordOf(signerId(organisation, vm.addr(key)));
    }

    function assertStatus(KeyStatus expected, uint24 organisation, uint256 key) private view {
        vm.assertEq(uint8(expected), recordOfKey(organisation, key).status());
    }

    // --------------------------------------------------------------------------------------- granting

    function test_a_granted_key_is_in_use_after_it_enrolled_and_the_delay_is_over() external {
        grantTo(SUPPLIER, RIGHT_STOCK);
        uint256 from = time() + GRANT_DELAY;
        assertStatus(KeyStatus.Offered, SUPPLIER, secret);
        vm.assertEq(0, participants.organisationOf(vm.addr(secret)));
        enrol(SUPPLIER);
        assertStatus(KeyStatus.Active, SUPPLIER, secret);
        vm.assertEq(SUPPLIER, participants.organisationOf(vm.addr(secret)));
        vm.assertEq(false, participants.standingOf(vm.addr(secret)).valid);
        vm.warp(from);
        vm.assertTrue(participants.standingOf(vm.addr(secret)).valid);
        vm.assertEq(RIGHT_STOCK, participants.standingOf(vm.addr(secret)).rights);
    }

    function test_a_key_may_start_later_than_the_delay_but_not_sooner() external {
        GrantKey memory action = grant(SUPPLIER, secret, RIGHT_STOCK);
        action.validFrom = time() + 30 days;
        record(Kinds.grantKey(), SUPPLIER, abi.encode(action));
        vm.assertEq(action.validFrom, participants.keyOf(SUPPLIER, vm.addr(secret)).validFrom());
        uint256 third = keyOf(SUPPLIER, 3);
        action = grant(SUPPLIER, third, RIGHT_STOCK);
        action.validFrom = time();
        record(Kinds.grantKey(), SUPPLIER, abi.encode(action));
        vm.assertEq(time() + GRANT_DELAY, participants.keyOf(SUPPLIER, vm.addr(third)).validFrom());
    }

    function test_only_an_admin_grants_and_only_for_its_own_organisation() external {
        uint256 clerk = addKey(SUPPLIER, 3, RIGHTS_KNOWN - RIGHT_ADMIN);
        bytes memory action = abi.encode(grant(SUPPLIER, secret, RIGHT_STOCK));
        refuseBy(clerk, Reason.RightMissing, Kinds.grantKey(), action);
        refuse(Reason.WrongActor, Kinds.grantKey(), TENANT, action);
        refuse(Reason.WrongActor, Kinds.grantKey(), OPERATOR, action);
        refuse(Reason.WrongActor, Kinds.grantKey(), AUTHORITY, action);
    }

    function test_a_grant_that_contradicts_itself_is_refused() external {
        GrantKey memory action = grant(SUPPLIER, secret, 0);
        refuseGrant(Reason.Malformed, action);
        refuseGrant(Reason.Malformed, grant(SUPPLIER, secret, RIGHTS_KNOWN + 1));
        action = grant(SUPPLIER, secret, RIGHT_STOCK);
        action.validFrom = type(uint40).max; // Would pass for a recovery nobody confirmed.
        refuseGrant(Reason.Malformed, action);
        action = grant(SUPPLIER, secret, RIGHT_STOCK);
        action.key = address(0);
        refuseGrant(Reason.Malformed, action);
        action = grant(SUPPLIER, secret, RIGHT_STOCK);
        action.validUntil = time();
        refuseGrant(Reason.Lapsed, action);
        action = grant(SUPPLIER, secret, RIGHT_STOCK);
        action.occurredAt = time() + 1 hours;
        refuseGrant(Reason.FromTheFuture, action);
    }

    function test_a_key_is_granted_once_by_an_organisation() external {
        refuseGrant(Reason.KeyKnown, grant(SUPPLIER, keyOf(SUPPLIER), RIGHT_STOCK));
        grantTo(SUPPLIER, RIGHT_STOCK);
        refuseGrant(Reason.KeyKnown, grant(SUPPLIER, secret, RIGHT_STOCK));
        record(Kinds.closeKey(), SUPPLIER, closing(SUPPLIER, secret));
        refuseGrant(Reason.KeyKnown, grant(SUPPLIER, secret, RIGHT_STOCK));
    }

    // -------------------------------------------------------------------------------------- enrolling

    function test_nobody_squats_on_an_address_by_granting_it() external {
        grantTo(RIVAL, RIGHTS_KNOWN);
        grantTo(SUPPLIER, RIGHT_STOCK);
        enrol(SUPPLIER);
        refuseEnrolment(Reason.KeyKnown, RIVAL);
        vm.assertEq(SUPPLIER, participants.organisationOf(vm.addr(secret)));
    }

    function test_only_the_key_itself_enrols() external {
        grantTo(SUPPLIER, RIGHT_STOCK);
        bytes memory action = abi.encode(enrolment(SUPPLIER, secret));
        refuse(Reason.WrongActor, Kinds.enrolKey(), SUPPLIER, action);
        refuseBy(uint256(keccak256("stranger")), Reason.WrongActor, Kinds.enrolKey(), action);
    }

    function test_a_key_agrees_to_its_own_grant() external {
        refuseEnrolment(Reason.NotFound, SUPPLIER);
        grantTo(SUPPLIER, RIGHT_STOCK);
        EnrolKey memory action = enrolment(SUPPLIER, secret);
        action.agreesTo = bytes24(uint192(1));
        refuseBy(secret, Reason.WrongAgreesTo, Kinds.enrolKey(), abi.encode(action));
        action = enrolment(SUPPLIER, secret);
        action.occurredAt = time() + 1 hours;
        refuseBy(secret, Reason.FromTheFuture, Kinds.enrolKey(), abi.encode(action));
        enrol(SUPPLIER);
        refuseEnrolment(Reason.WrongState, SUPPLIER);
    }

    function test_a_grant_lapses() external {
        grantTo(SUPPLIER, RIGHT_STOCK);
        pass(7 days + 1);
        refuseEnrolment(Reason.Lapsed, SUPPLIER);
        record(Kinds.closeKey(), CARRIER, closing(SUPPLIER, secret)); // Anyone may tidy up.
    }

    function test_an_unknown_key_signs_its_enrolment_and_nothing_else() external {
        grantTo(SUPPLIER, RIGHTS_KNOWN);
        Envelope memory batch =
            envelope(Kinds.grantKey(), secret, abi.encode(grant(SUPPLIER, keyOf(SUPPLIER, 3), RIGHT_STOCK)));
        fail(
            abi.encodeWithSelector(ISignedLedger.SignerUnknown.selector, batch.signer()),
            batch.ledger,
            batch.relay()
        );
    }

    // ---------------------------------------------------------------------------------------- closing

    function test_closing_is_immediate_and_for_good() external {
        uint256 key = addKey(SUPPLIER, 3, RIGHT_STOCK);
        CloseKey memory action = CloseKey(SUPPLIER, vm.addr(key), time() - 1 days, time(), 1, root());
        record(Kinds.closeKey(), SUPPLIER, abi.encode(action));
        Key closed = participants.keyOf(SUPPLIER, vm.addr(key));
        vm.assertEq(time(), closed.revokedAt());
        vm.assertEq(time() - 1 days, closed.compromisedSince());
        vm.assertTrue(recordOfKey(SUPPLIER, key).has(FLAG_CLOSED));
        vm.assertEq(SUPPLIER, participants.organisationOf(vm.addr(key)));
        Envelope memory batch =
            envelope(Kinds.recordLotEvent(), key, creation(holdingOf(SUPPLIER, 1), Origin.Made));
        fail(
            abi.encodeWithSelector(ISignedLedger.SignerNotValid.selector, batch.signer()),
            batch.ledger,
            batch.relay()
        );
        refuse(Reason.Closed, Kinds.closeKey(), SUPPLIER, closing(SUPPLIER, key));
    }

    function test_a_key_closes_itself() external {
        uint256 key = addKey(SUPPLIER, 3, RIGHT_STOCK);
        recordBy(key, Kinds.closeKey(), closing(SUPPLIER, key));
        vm.assertEq(false, participants.standingOf(vm.addr(key)).valid);
    }

    function test_a_key_in_use_is_closed_by_itself_or_an_admin_of_its_own() external {
        uint256 key = addKey(SUPPLIER, 3, RIGHT_STOCK);
        uint256 clerk = addKey(SUPPLIER, 4, RIGHTS_KNOWN - RIGHT_ADMIN);
        refuseBy(clerk, Reason.RightMissing, Kinds.closeKey(), closing(SUPPLIER, key));
        uint24[4] memory others = [OPERATOR, AUTHORITY, TENANT, REGULATOR];
        for (uint256 i; i < others.length; ++i) {
            refuse(Reason.WrongActor, Kinds.closeKey(), others[i], closing(SUPPLIER, key));
        }
        pass(30 days); // No time opens that door.
        refuse(Reason.WrongActor, Kinds.closeKey(), OPERATOR, closing(SUPPLIER, key));
    }

    function test_a_key_that_is_not_there_cannot_be_closed_nor_one_that_was_stolen_tomorrow() external {
        refuse(Reason.NotFound, Kinds.closeKey(), SUPPLIER, closing(SUPPLIER, secret));
        CloseKey memory action = CloseKey(SUPPLIER, addressOf(SUPPLIER), time() + 1, time(), 1, root());
        refuse(Reason.FromTheFuture, Kinds.closeKey(), SUPPLIER, abi.encode(action));
        action = CloseKey(SUPPLIER, addressOf(SUPPLIER), 0, time() + 1 hours, 1, root());
        refuse(Reason.FromTheFuture, Kinds.closeKey(), SUPPLIER, abi.encode(action));
    }

    /// @dev Else the operator could keep a member from ever adding a key, burning each as it is granted.
    function test_the_operator_cannot_close_what_a_member_granted() external {
        grantTo(SUPPLIER, RIGHT_STOCK);
        refuse(Reason.WrongActor, Kinds.closeKey(), OPERATOR, closing(SUPPLIER, secret));
        refuse(Reason.WrongActor, Kinds.closeKey(), AUTHORITY, closing(SUPPLIER, secret));
        enrol(SUPPLIER);
        refuse(Reason.WrongActor, Kinds.closeKey(), OPERATOR, closing(SUPPLIER, secret));
    }

    function test_any_colleague_vetoes_a_grant_until_the_key_is_in_use() external {
        uint256 clerk = addKey(SUPPLIER, 4, RIGHT_STOCK);
        grantTo(SUPPLIER, RIGHTS_KNOWN);
        enrol(SUPPLIER);
        recordBy(clerk, Kinds.closeKey(), closing(SUPPLIER, secret));
        assertStatus(KeyStatus.Closed, SUPPLIER, secret);
    }

    function test_a_grant_closed_elsewhere_leaves_an_enrolled_key_alone() external {
        grantTo(RIVAL, RIGHT_STOCK);
        grantTo(SUPPLIER, RIGHT_STOCK);
        enrol(SUPPLIER);
        pass(GRANT_DELAY);
        record(Kinds.closeKey(), RIVAL, closing(RIVAL, secret));
        vm.assertTrue(participants.standingOf(vm.addr(secret)).valid);
        assertStatus(KeyStatus.Closed, RIVAL, secret);
    }

    function test_an_enrolled_key_declines_what_another_organisation_granted_it() external {
        uint256 key = addKey(SUPPLIER, 3, RIGHT_STOCK);
        record(Kinds.grantKey(), RIVAL, abi.encode(grant(RIVAL, key, RIGHT_STOCK)));
        recordBy(key, Kinds.closeKey(), closing(RIVAL, key));
        vm.assertTrue(participants.standingOf(vm.addr(key)).valid);
    }

    // ------------------------------------------------------------------------------- an organisation at its end

    function test_an_organisation_with_as_many_records_as_it_can_hold_refuses_acts_on_its_keys() external {
        grantTo(SUPPLIER, RIGHT_STOCK);
        bytes32 slot = keccak256(abi.encode(organisationId(SUPPLIER), uint256(0)));
        bytes32 full = vm.load(address(participants), slot) | bytes32(uint256(0xffffff) << 16);
        vm.store(address(participants), slot, full);
        refuseGrant(Reason.SeqExhausted, grant(SUPPLIER, keyOf(SUPPLIER, 3), RIGHT_STOCK));
        refuseEnrolment(Reason.SeqExhausted, SUPPLIER);
        refuse(Reason.SeqExhausted, Kinds.closeKey(), SUPPLIER, closing(SUPPLIER, secret));
    }

    function test_the_first_key_of_an_organisation_lapses_like_any_other() external {
        uint24 newcomer = 9;
        record(Kinds.admitOrganisation(), OPERATOR, abi.encode(admission(newcomer, ROLE_LESSOR)));
        record(Kinds.confirmAdmission(), AUTHORITY, abi.encode(confirmation(newcomer)));
        uint256 first = keyOf(newcomer);
        Kind memory kind = Kinds.enrolKey();
        vm.warp(time() + 7 days);
        bytes memory action = abi.encode(enrolment(newcomer, first));
        vm.warp(time() + 1);
        refuseBy(first, Reason.Lapsed, kind, action);
        vm.warp(time() - 1);
        recordBy(first, kind, action);
    }
}

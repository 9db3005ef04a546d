// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    CloseKey,
    ConfirmRecovery,
    KeyStatus,
    ProposeRecovery,
    RIGHTS_KNOWN,
    RIGHT_STOCK,
    ROLE_LESSOR,
    SuspendOrganisation
} from "../src/interfaces/IParticipants.sol";
import {Reason} from "../src/interfaces/ISignedLedger.sol";
import {Kinds} from "./support/Kinds.sol";
import {Park} from "./support/Park.sol";
import {vm} from "./support/Vm.sol";

/// @notice An organisation that lost its keys gets one by two powers and a delay in which any key it has may veto.
contract RecoveryTest is Park {
    uint256 private secret;
    uint256 private clerk;

    function setUp() public override {
        super.setUp();
        secret = keyOf(SUPPLIER, 2);
        clerk = addKey(SUPPLIER, 3, RIGHT_STOCK);
    }

    function proposal() private returns (ProposeRecovery memory) {
        return ProposeRecovery(
            SUPPLIER, vm.addr(secret), RIGHTS_KNOWN, time() + 365 days, time() + 30 days, time(), 1, root()
        );
    }

    function propose() private {
        record(Kinds.proposeRecovery(), OPERATOR, abi.encode(proposal()));
    }

    function refuseProposal(Reason reason, ProposeRecovery memory action) private {
        refuse(reason, Kinds.proposeRecovery(), OPERATOR, abi.encode(action));
    }

    function agreement() private returns (ConfirmRecovery memory) {
        bytes24 head = headOf(signerId(SUPPLIER, vm.addr(secret)));
        return ConfirmRecovery(SUPPLIER, vm.addr(secret), head, time(), 1, root());
    }

    function confirm() private {
        record(Kinds.confirmRecovery(), AUTHORITY, abi.encode(agreement()));
    }

    function refuseAgreement(Reason reason, ConfirmRecovery memory action) private {
        refuse(reason, Kinds.confirmRecovery(), AUTHORITY, abi.encode(action));
    }

    function enrol() private {
        recordBy(secret, Kinds.enrolKey(), abi.encode(enrolment(SUPPLIER, secret)));
    }

    function closing() private returns (bytes memory) {
        return abi.encode(CloseKey(SUPPLIER, vm.addr(secret), 0, time(), 1, root()));
    }

    function isValid() private view returns (bool) {
        return participants.standingOf(vm.addr(secret)).valid;
    }

    function test_a_recovered_key_is_in_use_after_two_signatures_its_own_and_the_delay() external {
        propose();
        vm.assertTrue(participants.awaitsAnswer(signerId(SUPPLIER, vm.addr(secret))));
        confirm();
        uint256 from = time() + RECOVERY_DELAY;
        enrol();
        vm.warp(from - 1);
        vm.assertEq(false, isValid());
        vm.warp(from);
        vm.assertTrue(isValid());
    }

    function test_the_operator_alone_recovers_nothing() external {
        propose();
        refuseBy(secret, Reason.TooEarly, Kinds.enrolKey(), abi.encode(enrolment(SUPPLIER, secret)));
        refuse(Reason.RoleMissing, Kinds.confirmRecovery(), OPERATOR, abi.encode(agreement()));
        pass(29 days);
        refuseBy(secret, Reason.TooEarly, Kinds.enrolKey(), abi.encode(enrolment(SUPPLIER, secret)));
    }

    function test_the_authority_alone_recovers_nothing() external {
        refuse(Reason.RoleMissing, Kinds.proposeRecovery(), AUTHORITY, abi.encode(proposal()));
        refuseAgreement(Reason.NotFound, agreement());
        // Nor does it turn what the organisation itself granted into a recovery.
        record(Kinds.grantKey(), SUPPLIER, abi.encode(grant(SUPPLIER, secret, RIGHT_STOCK)));
        refuseAgreement(Reason.WrongState, agreement());
        recordBy(secret, Kinds.enrolKey(), abi.encode(enrolment(SUPPLIER, secret)));
        refuseAgreement(Reason.WrongState, agreement());
    }

    function test_any_key_of_the_organisation_vetoes_a_proposal() external {
        propose();
        recordBy(clerk, Kinds.closeKey(), closing());
        refuseAgreement(Reason.WrongState, agreement());
    }

    function test_any_key_of_the_organisation_vetoes_a_confirmed_recovery() external {
        propose();
        confirm();
        recordBy(clerk, Kinds.closeKey(), closing());
        refuseBy(secret, Reason.WrongState, Kinds.enrolKey(), abi.encode(enrolment(SUPPLIER, secret)));
    }

    /// @dev Enrolling at once must not cut the veto short.
    function test_any_key_of_the_organisation_vetoes_until_the_last_second_of_the_delay() external {
        propose();
        confirm();
        enrol();
        pass(RECOVERY_DELAY - 1);
        recordBy(clerk, Kinds.closeKey(), closing());
        pass(1);
        vm.assertEq(false, isValid());
    }

    function test_a_veto_comes_too_late_once_the_key_is_in_use() external {
        propose();
        confirm();
        enrol();
        pass(RECOVERY_DELAY);
        refuseBy(clerk, Reason.RightMissing, Kinds.closeKey(), closing());
    }

    function test_an_unconfirmed_recovery_is_withdrawn_by_operator_or_authority_and_by_no_other_member()
        external
    {
        propose();
        refuse(Reason.RoleMissing, Kinds.closeKey(), TENANT, closing());
        record(Kinds.closeKey(), AUTHORITY, closing());
        vm.assertEq(
            uint8(KeyStatus.Closed), participants.recordOf(signerId(SUPPLIER, vm.addr(secret))).status()
        );
    }

    function test_a_confirmed_recovery_is_the_organisations_to_end() external {
        propose();
        confirm();
        refuse(Reason.WrongActor, Kinds.closeKey(), OPERATOR, closing());
        refuse(Reason.WrongActor, Kinds.closeKey(), TENANT, closing());
    }

    function test_a_recovery_lapses_and_then_anyone_tidies_up() external {
        propose();
        pass(30 days + 1);
        refuseAgreement(Reason.Lapsed, agreement());
        record(Kinds.closeKey(), TENANT, closing());
    }

    function test_a_proposal_is_for_a_member_and_a_new_key() external {
        ProposeRecovery memory action = proposal();
        action.organisation = 9;
        refuseProposal(Reason.OrganisationUnknown, action);
        record(Kinds.admitOrganisation(), OPERATOR, abi.encode(admission(9, ROLE_LESSOR)));
        refuseProposal(Reason.OrganisationUnknown, action);
        action = proposal();
        action.key = addressOf(SUPPLIER);
        refuseProposal(Reason.KeyKnown, action);
        action = proposal();
        action.occurredAt = time() + 1 hours;
        refuseProposal(Reason.FromTheFuture, action);
        uint256 deputy = addKey(OPERATOR, 2, RIGHT_STOCK);
        refuseBy(deputy, Reason.RightMissing, Kinds.proposeRecovery(), abi.encode(proposal()));
    }

    function test_a_confirmation_names_the_proposal_it_agrees_to() external {
        propose();
        ConfirmRecovery memory action = agreement();
        action.agreesTo = bytes24(uint192(1));
        refuseAgreement(Reason.WrongAgreesTo, action);
        action = agreement();
        action.occurredAt = time() + 1 hours;
        refuseAgreement(Reason.FromTheFuture, action);
        uint256 deputy = addKey(AUTHORITY, 2, RIGHT_STOCK);
        refuseBy(deputy, Reason.RightMissing, Kinds.confirmRecovery(), abi.encode(agreement()));
    }

    /// @dev Proposals raise the seq of an organisation; a reinstatement names it. Without this the operator could keep
    /// a member suspended by outrunning every reinstatement.
    function test_a_suspended_operator_proposes_no_recovery() external {
        SuspendOrganisation memory suspension = SuspendOrganisation(OPERATOR, time(), 1, root());
        record(Kinds.suspendOrganisation(), AUTHORITY, abi.encode(suspension));
        refuseProposal(Reason.OrganisationSuspended, proposal());
    }

    function test_an_organisation_with_as_many_records_as_it_can_hold_is_not_recovered() external {
        propose();
        bytes32 slot = keccak256(abi.encode(organisationId(SUPPLIER), uint256(0)));
        vm.store(
            address(participants),
            slot,
            vm.load(address(participants), slot) | bytes32(uint256(0xffffff) << 16)
        );
        refuseAgreement(Reason.SeqExhausted, agreement());
        ProposeRecovery memory action = proposal();
        action.key = vm.addr(keyOf(SUPPLIER, 9));
        refuseProposal(Reason.SeqExhausted, action);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AdmitOrganisation,
    ConfirmAdmission,
    EndAdmission,
    OrganisationStatus,
    ReinstateOrganisation,
    RIGHTS_KNOWN,
    RIGHT_ADMIN,
    RIGHT_STOCK,
    ROLES_KNOWN,
    ROLE_AUTHORITY,
    ROLE_LESSOR,
    ROLE_OPERATOR,
    ROLE_TENANT,
    Standing,
    SuspendOrganisation
} from "../src/interfaces/IParticipants.sol";
import {Reason} from "../src/interfaces/ISignedLedger.sol";
import {HoldingKey, Origin} from "../src/interfaces/ITraceability.sol";
import {FLAG_CLOSED} from "../src/types/Record.sol";
import {Goods} from "./support/Goods.sol";
import {Kind, Kinds} from "./support/Kinds.sol";
import {vm} from "./support/Vm.sol";

/// @notice Admission by two powers, suspension by one, reinstatement by the authority.
contract OrganisationsTest is Goods {
    uint24 private constant NEWCOMER = 9;

    function admit(AdmitOrganisation memory action) private {
        record(Kinds.admitOrganisation(), OPERATOR, abi.encode(action));
    }

    function refuseAdmission(Reason reason, AdmitOrganisation memory action) private {
        refuse(reason, Kinds.admitOrganisation(), OPERATOR, abi.encode(action));
    }

    function confirm() private {
        record(Kinds.confirmAdmission(), AUTHORITY, abi.encode(confirmation(NEWCOMER)));
    }

    function refuseConfirmation(Reason reason, uint24 by, ConfirmAdmission memory action) private {
        refuse(reason, Kinds.confirmAdmission(), by, abi.encode(action));
    }

    function ending(uint24 organisation) private returns (bytes memory) {
        uint24 seq = participants.recordOf(organisationId(organisation)).seq();
        return abi.encode(EndAdmission(organisation, seq, time(), 1, root()));
    }

    function suspension(uint24 organisation) private returns (bytes memory) {
        return abi.encode(SuspendOrganisation(organisation, time(), 1, root()));
    }

    function reinstatement(uint24 organisation) private returns (bytes memory) {
        uint24 seq = participants.recordOf(organisationId(organisation)).seq();
        return abi.encode(ReinstateOrganisation(organisation, seq, time(), 1, root()));
    }

    function assertStatus(OrganisationStatus expected, uint24 organisation) private view {
        vm.assertEq(uint8(expected), participants.recordOf(organisationId(organisation)).status());
    }

    // -------------------------------------------------------------------------------------------- admission

    function test_the_two_founders_can_act_from_the_first_block() external view {
        Standing memory operator = participants.standingOf(addressOf(OPERATOR));
        vm.assertEq(OPERATOR, operator.organisation);
        vm.assertEq(ROLE_OPERATOR, operator.roles);
        vm.assertEq(RIGHTS_KNOWN, operator.rights);
        vm.assertTrue(operator.valid);
        vm.assertEq(ROLE_AUTHORITY, participants.rolesOf(AUTHORITY));
        assertStatus(OrganisationStatus.Active, AUTHORITY);
    }

    function test_an_organisation_is_admitted_by_operator_and_authority() external {
        admit(admission(NEWCOMER, ROLE_LESSOR));
        assertStatus(OrganisationStatus.Offered, NEWCOMER);
        vm.assertTrue(participants.awaitsAnswer(organisationId(NEWCOMER)));
        vm.assertEq(0, participants.rolesOf(NEWCOMER));
        confirm();
        assertStatus(OrganisationStatus.Active, NEWCOMER);
        vm.assertEq(ROLE_LESSOR, participants.rolesOf(NEWCOMER));
        vm.assertEq(NEWCOMER, participants.answerableFor(organisationId(NEWCOMER)));
    }

    function test_only_an_admin_of_the_operator_admits() external {
        bytes memory action = abi.encode(admission(NEWCOMER, ROLE_LESSOR));
        refuse(Reason.RoleMissing, Kinds.admitOrganisation(), AUTHORITY, action);
        refuse(Reason.RoleMissing, Kinds.admitOrganisation(), SUPPLIER, action);
        uint256 clerk = addKey(OPERATOR, 2, RIGHTS_KNOWN - RIGHT_ADMIN);
        refuseBy(clerk, Reason.RightMissing, Kinds.admitOrganisation(), action);
    }

    function test_an_admission_that_contradicts_itself_is_malformed() external {
        AdmitOrganisation memory action = admission(0, ROLE_LESSOR);
        refuseAdmission(Reason.Malformed, action);
        refuseAdmission(Reason.Malformed, admission(NEWCOMER, 0));
        refuseAdmission(Reason.Malformed, admission(NEWCOMER, ROLES_KNOWN + 1));
        action = admission(NEWCOMER, ROLE_LESSOR);
        action.rights = RIGHTS_KNOWN - RIGHT_ADMIN; // Who would grant the next key?
        refuseAdmission(Reason.Malformed, action);
        action.rights = RIGHTS_KNOWN + 1 + RIGHT_ADMIN;
        refuseAdmission(Reason.Malformed, action);
        action.rights = RIGHT_ADMIN;
        action.key = address(0);
        refuseAdmission(Reason.Malformed, action);
        action = admission(NEWCOMER, ROLE_LESSOR);
        action.validUntil = uint64(type(uint40).max) + 1;
        refuseAdmission(Reason.Malformed, action);
        action = admission(NEWCOMER, ROLE_LESSOR);
        action.enrolBy = uint64(type(uint40).max) + 1;
        refuseAdmission(Reason.Malformed, action);
    }

    function test_an_admission_is_not_for_yesterday_nor_from_tomorrow() external {
        AdmitOrganisation memory action = admission(NEWCOMER, ROLE_LESSOR);
        action.enrolBy = time() - 1;
        refuseAdmission(Reason.Lapsed, action);
        action = admission(NEWCOMER, ROLE_LESSOR);
        action.validUntil = time();
        refuseAdmission(Reason.Lapsed, action);
        action = admission(NEWCOMER, ROLE_LESSOR);
        action.occurredAt = time() + 5 minutes + 1;
        refuseAdmission(Reason.FromTheFuture, action);
    }

    function test_a_number_is_given_once() external {
        refuseAdmission(Reason.AlreadyExists, admission(TENANT, ROLE_TENANT));
        admit(admission(NEWCOMER, ROLE_LESSOR));
        refuseAdmission(Reason.AlreadyExists, admission(NEWCOMER, ROLE_LESSOR));
        record(Kinds.endAdmission(), OPERATOR, ending(NEWCOMER));
        refuseAdmission(Reason.AlreadyExists, admission(NEWCOMER, ROLE_LESSOR));
    }

    function test_only_an_admin_of_the_authority_confirms() external {
        admit(admission(NEWCOMER, ROLE_LESSOR));
        ConfirmAdmission memory action = confirmation(NEWCOMER);
        refuseConfirmation(Reason.RoleMissing, OPERATOR, action);
        uint256 clerk = addKey(AUTHORITY, 2, RIGHT_STOCK);
        action = confirmation(NEWCOMER);
        refuseBy(clerk, Reason.RightMissing, Kinds.confirmAdmission(), abi.encode(action));
        action.occurredAt = time() + 1 hours;
        refuseConfirmation(Reason.FromTheFuture, AUTHORITY, action);
    }

    function test_a_confirmation_agrees_to_one_proposal_and_to_no_other() external {
        refuseConfirmation(Reason.NotFound, AUTHORITY, confirmation(NEWCOMER));
        admit(admission(NEWCOMER, ROLE_LESSOR));
        ConfirmAdmission memory action = confirmation(NEWCOMER);
        action.agreesTo = headOf(organisationId(TENANT));
        refuseConfirmation(Reason.WrongAgreesTo, AUTHORITY, action);
        confirm();
        refuseConfirmation(Reason.WrongState, AUTHORITY, confirmation(NEWCOMER));
    }

    function test_an_admission_lapses() external {
        AdmitOrganisation memory action = admission(NEWCOMER, ROLE_LESSOR);
        admit(action);
        vm.warp(action.enrolBy + 1);
        refuseConfirmation(Reason.Lapsed, AUTHORITY, confirmation(NEWCOMER));
        record(Kinds.endAdmission(), SUPPLIER, ending(NEWCOMER));
        assertStatus(OrganisationStatus.Ended, NEWCOMER);
    }

    function test_an_open_admission_is_ended_by_operator_or_authority_alone() external {
        for (uint24 i; i < 2; ++i) {
            admit(admission(NEWCOMER + i, ROLE_LESSOR));
            refuse(Reason.RoleMissing, Kinds.endAdmission(), SUPPLIER, ending(NEWCOMER + i));
            record(Kinds.endAdmission(), i == 0 ? OPERATOR : AUTHORITY, ending(NEWCOMER + i));
            vm.assertTrue(participants.recordOf(organisationId(NEWCOMER + i)).has(FLAG_CLOSED));
            refuseBy(
                keyOf(NEWCOMER + i),
                Reason.WrongState,
                Kinds.enrolKey(),
                abi.encode(enrolment(NEWCOMER + i, keyOf(NEWCOMER + i)))
            );
        }
    }

    function test_an_admission_is_ended_while_it_is_open_at_the_seq_that_was_seen() external {
        refuse(Reason.NotFound, Kinds.endAdmission(), OPERATOR, ending(NEWCOMER));
        refuse(Reason.WrongState, Kinds.endAdmission(), OPERATOR, ending(TENANT));
        admit(admission(NEWCOMER, ROLE_LESSOR));
        EndAdmission memory action = EndAdmission(NEWCOMER, 2, time(), 1, root());
        refuse(Reason.StaleSeq, Kinds.endAdmission(), OPERATOR, abi.encode(action));
        action = EndAdmission(NEWCOMER, 1, time() + 1 hours, 1, root());
        refuse(Reason.FromTheFuture, Kinds.endAdmission(), OPERATOR, abi.encode(action));
    }

    function test_a_key_of_an_unconfirmed_organisation_does_not_enrol() external {
        admit(admission(NEWCOMER, ROLE_LESSOR));
        uint256 key = keyOf(NEWCOMER);
        refuseBy(key, Reason.WrongState, Kinds.enrolKey(), abi.encode(enrolment(NEWCOMER, key)));
        vm.assertEq(0, participants.organisationOf(vm.addr(key)));
    }

    // ------------------------------------------------------------------------------------------- suspension

    function test_a_suspended_organisation_begins_nothing_and_finishes_what_is_open() external {
        HoldingKey memory open = make(SUPPLIER, 1);
        HoldingKey memory sent = make(SUPPLIER, 2);
        dispatch(sent, TENANT);
        record(Kinds.suspendOrganisation(), OPERATOR, suspension(SUPPLIER));
        vm.assertTrue(participants.standingOf(addressOf(SUPPLIER)).suspended);

        refuseLot(Reason.OrganisationSuspended, SUPPLIER, creation(holdingOf(SUPPLIER, 3), Origin.Made));
        refuseLot(Reason.OrganisationSuspended, SUPPLIER, splitting(open, holdingOf(SUPPLIER, 3)));
        receiveIt(TENANT, sent);
        handOver(open, TENANT);
        recordLot(TENANT, observation(open));
    }

    function test_a_suspended_operator_admits_nobody_and_recovers_nothing() external {
        record(Kinds.suspendOrganisation(), AUTHORITY, suspension(OPERATOR));
        refuseAdmission(Reason.OrganisationSuspended, admission(NEWCOMER, ROLE_LESSOR));
    }

    function test_operator_or_authority_suspends_and_the_authority_reinstates() external {
        record(Kinds.suspendOrganisation(), OPERATOR, suspension(SUPPLIER));
        record(Kinds.suspendOrganisation(), AUTHORITY, suspension(TENANT));
        refuse(Reason.RoleMissing, Kinds.reinstateOrganisation(), OPERATOR, reinstatement(SUPPLIER));
        refuse(Reason.RoleMissing, Kinds.suspendOrganisation(), SUPPLIER, suspension(CARRIER));
        record(Kinds.reinstateOrganisation(), AUTHORITY, reinstatement(SUPPLIER));
        assertStatus(OrganisationStatus.Active, SUPPLIER);
        make(SUPPLIER, 1);
    }

    function test_the_operator_cannot_silence_its_overseer() external {
        refuse(Reason.RoleMissing, Kinds.suspendOrganisation(), OPERATOR, suspension(AUTHORITY));
        record(Kinds.suspendOrganisation(), AUTHORITY, suspension(OPERATOR));
        record(Kinds.suspendOrganisation(), AUTHORITY, suspension(AUTHORITY));
        record(Kinds.reinstateOrganisation(), AUTHORITY, reinstatement(AUTHORITY));
    }

    function test_suspending_takes_an_admin_of_today_and_a_member() external {
        uint256 clerk = addKey(OPERATOR, 2, RIGHT_STOCK);
        refuseBy(clerk, Reason.RightMissing, Kinds.suspendOrganisation(), suspension(SUPPLIER));
        refuse(Reason.NotFound, Kinds.suspendOrganisation(), OPERATOR, suspension(NEWCOMER));
        admit(admission(NEWCOMER, ROLE_LESSOR));
        refuse(Reason.WrongState, Kinds.suspendOrganisation(), OPERATOR, suspension(NEWCOMER));
        SuspendOrganisation memory early = SuspendOrganisation(SUPPLIER, time() + 1 hours, 1, root());
        refuse(Reason.FromTheFuture, Kinds.suspendOrganisation(), OPERATOR, abi.encode(early));
        record(Kinds.suspendOrganisation(), OPERATOR, suspension(SUPPLIER));
        refuse(Reason.WrongState, Kinds.suspendOrganisation(), OPERATOR, suspension(SUPPLIER));
    }

    function test_reinstating_names_the_seq_of_a_suspended_member() external {
        Kind memory kind = Kinds.reinstateOrganisation();
        refuse(Reason.NotFound, kind, AUTHORITY, reinstatement(NEWCOMER));
        refuse(Reason.WrongState, kind, AUTHORITY, reinstatement(SUPPLIER));
        uint256 clerk = addKey(AUTHORITY, 2, RIGHT_STOCK);
        record(Kinds.suspendOrganisation(), OPERATOR, suspension(SUPPLIER));
        refuseBy(clerk, Reason.RightMissing, kind, reinstatement(SUPPLIER));
        uint24 seq = participants.recordOf(organisationId(SUPPLIER)).seq();
        ReinstateOrganisation memory action = ReinstateOrganisation(SUPPLIER, seq - 1, time(), 1, root());
        refuse(Reason.StaleSeq, kind, AUTHORITY, abi.encode(action));
        action = ReinstateOrganisation(SUPPLIER, seq, time() + 1 hours, 1, root());
        refuse(Reason.FromTheFuture, kind, AUTHORITY, abi.encode(action));
    }
}

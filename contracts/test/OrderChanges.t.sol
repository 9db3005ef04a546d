// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RIGHTS_KNOWN, RIGHT_ORDER} from "../src/interfaces/IParticipants.sol";
import {
    AgreeChange,
    EndProposal,
    OrderKey,
    OrderStatus,
    ProposeChange
} from "../src/interfaces/IProcurement.sol";
import {Reason} from "../src/interfaces/ISignedLedger.sol";
import {FLAG_CLOSED} from "../src/types/Record.sol";
import {Terms} from "../src/types/Terms.sol";
import {DealKinds} from "./support/DealKinds.sol";
import {Ordering} from "./support/Ordering.sol";
import {vm} from "./support/Vm.sol";

/// @notice A confirmed order changes when both have signed, and its first promise never.
contract OrderChangesTest is Ordering {
    OrderKey private order;
    uint64 private promised;

    function setUp() public override {
        super.setUp();
        order = orderOf(TENANT, SUPPLIER, 1);
        issue(order, 3, 4);
        confirm(order);
        promised = terms().promisedAt();
    }

    function terms() private view returns (Terms) {
        return procurement.termsOf(idOf(order));
    }

    function refusePropose(Reason reason, uint24 by, ProposeChange memory action) private {
        refuse(reason, DealKinds.proposeChange(), by, abi.encode(action));
    }

    function refuseAgree(Reason reason, uint24 by, AgreeChange memory action) private {
        refuse(reason, DealKinds.agreeChange(), by, abi.encode(action));
    }

    function refuseEnd(Reason reason, uint24 by, EndProposal memory action) private {
        refuse(reason, DealKinds.endProposal(), by, abi.encode(action));
    }

    // -------------------------------------------------------------------------------------- what it changes

    function test_a_new_promise_stands_beside_the_first_one() external {
        propose(SUPPLIER, order, 0);
        vm.assertEq(promised, terms().promisedAt()); // Not before the other has agreed.
        vm.assertEq(time() + 60 days, terms().nextPromisedAt());
        agree(TENANT, order);
        vm.assertEq(promised, terms().firstPromisedAt());
        vm.assertEq(time() + 60 days, terms().promisedAt());
        vm.assertEq(0, uint256(terms().lapsesAt()) + terms().proposer() + terms().nextPromisedAt());
        assertStatus(OrderStatus.Confirmed, order);
        vm.assertEq(7, openLines(order));
    }

    function test_either_party_proposes_and_the_other_agrees() external {
        propose(TENANT, order, 0);
        vm.assertEq(TENANT, terms().proposer());
        assertStatus(OrderStatus.Changing, order);
        vm.assertTrue(procurement.awaitsAnswer(idOf(order)));
        refuseAgree(Reason.WrongActor, TENANT, agreeing(order));
        refuseAgree(Reason.WrongActor, RIVAL, agreeing(order));
        refuseAgree(Reason.WrongActor, OPERATOR, agreeing(order));
        agree(SUPPLIER, order);
        propose(SUPPLIER, order, 0);
        refuseAgree(Reason.WrongActor, SUPPLIER, agreeing(order));
        agree(TENANT, order);
        vm.assertEq(false, procurement.awaitsAnswer(idOf(order)));
    }

    function test_agreed_lines_are_cancelled_and_others_stay_open() external {
        propose(SUPPLIER, order, 5);
        vm.assertEq(5, procurement.linesOf(idOf(order)).cancelled);
        vm.assertEq(7, openLines(order));
        agree(TENANT, order);
        vm.assertEq(2, openLines(order));
        assertStatus(OrderStatus.Confirmed, order);
        vm.assertEq(false, terms().done());
        close(order, 2);
        assertStatus(OrderStatus.Closed, order);
    }

    function test_an_order_of_which_nothing_was_done_is_cancelled_by_cancelling_all_lines() external {
        propose(TENANT, order, 3);
        agree(SUPPLIER, order);
        propose(TENANT, order, 4);
        agree(SUPPLIER, order);
        assertStatus(OrderStatus.Cancelled, order);
        vm.assertTrue(recordOf(order).has(FLAG_CLOSED));
        vm.assertEq(0, openLines(order));
        refusePropose(Reason.WrongState, TENANT, proposing(order, 0));
    }

    function test_an_order_of_which_something_was_done_closes_by_cancelling_the_rest() external {
        close(order, 1);
        propose(TENANT, order, 6);
        agree(SUPPLIER, order);
        assertStatus(OrderStatus.Closed, order);
        vm.assertTrue(recordOf(order).has(FLAG_CLOSED));
    }

    function test_what_was_proposed_before_counts_for_nothing_in_the_next_change() external {
        propose(TENANT, order, 7);
        end(TENANT, order);
        propose(TENANT, order, 0);
        agree(SUPPLIER, order);
        vm.assertEq(7, openLines(order));
    }

    // ------------------------------------------------------------------------------------------- proposing

    function test_one_change_waits_at_a_time_and_no_line_is_closed_meanwhile() external {
        propose(TENANT, order, 1);
        refusePropose(Reason.ProposalPending, TENANT, proposing(order, 2));
        refusePropose(Reason.ProposalPending, SUPPLIER, proposing(order, 2));
        refuse(Reason.ProposalPending, DealKinds.closeLines(), TENANT, abi.encode(closing(order, 2)));
    }

    function test_only_a_party_proposes_and_needs_the_right_to() external {
        refusePropose(Reason.WrongActor, RIVAL, proposing(order, 0));
        refusePropose(Reason.WrongActor, AUTHORITY, proposing(order, 0));
        uint256 clerk = addKey(TENANT, 2, RIGHTS_KNOWN - RIGHT_ORDER);
        refuseBy(clerk, Reason.RightMissing, DealKinds.proposeChange(), abi.encode(proposing(order, 0)));
        propose(TENANT, order, 0);
        clerk = addKey(SUPPLIER, 2, RIGHTS_KNOWN - RIGHT_ORDER);
        refuseBy(clerk, Reason.RightMissing, DealKinds.agreeChange(), abi.encode(agreeing(order)));
        refuseBy(clerk, Reason.RightMissing, DealKinds.endProposal(), abi.encode(ending(order)));
    }

    function test_a_change_is_of_a_confirmed_order_and_of_lines_that_are_open() external {
        OrderKey memory other = orderOf(TENANT, SUPPLIER, 2);
        refusePropose(Reason.NotFound, TENANT, proposing(other, 0));
        issue(other, 1, 0);
        refusePropose(Reason.WrongState, TENANT, proposing(other, 0));
        refusePropose(Reason.LineClosed, TENANT, proposing(order, 8));
        close(order, 1);
        refusePropose(Reason.LineClosed, TENANT, proposing(order, 1));
    }

    function test_a_change_names_the_seq_a_promise_and_a_moment_to_come() external {
        ProposeChange memory action = proposing(order, 0);
        --action.seq;
        refusePropose(Reason.StaleSeq, TENANT, action);
        action = proposing(order, 0);
        action.promisedAt = 0;
        refusePropose(Reason.Malformed, TENANT, action);
        action.promisedAt = uint64(type(uint40).max) + 1;
        refusePropose(Reason.Malformed, TENANT, action);
        action = proposing(order, 0);
        action.lapsesAt = time();
        refusePropose(Reason.Lapsed, TENANT, action);
        action.lapsesAt = uint64(type(uint40).max) + 1;
        refusePropose(Reason.Malformed, TENANT, action);
        action = proposing(order, 0);
        action.occurredAt = time() + 1 hours;
        refusePropose(Reason.FromTheFuture, TENANT, action);
    }

    // ------------------------------------------------------------------------------------------- answering

    function test_a_change_is_agreed_at_the_head_that_was_seen_until_it_lapses() external {
        refuseAgree(Reason.WrongState, SUPPLIER, agreeing(order));
        refuseAgree(Reason.NotFound, SUPPLIER, agreeing(orderOf(TENANT, SUPPLIER, 2)));
        propose(TENANT, order, 1);
        AgreeChange memory action = agreeing(order);
        end(TENANT, order);
        propose(TENANT, order, 7);
        refuseAgree(Reason.WrongAgreesTo, SUPPLIER, action); // It was for another one.
        action = agreeing(order);
        action.occurredAt = time() + 1 hours;
        refuseAgree(Reason.FromTheFuture, SUPPLIER, action);
        action = agreeing(order);
        pass(1 days + 1);
        refuseAgree(Reason.Lapsed, SUPPLIER, action);
        vm.warp(time() - 1);
        record(DealKinds.agreeChange(), SUPPLIER, abi.encode(action));
    }

    function test_the_giver_withdraws_the_receiver_declines_and_anyone_tidies_up() external {
        Terms before = terms();
        for (uint256 i; i < 3; ++i) {
            propose(TENANT, order, 7);
            if (i == 2) pass(1 days);
            refuseEnd(Reason.WrongActor, CARRIER, ending(order));
            if (i == 2) pass(1);
            end([TENANT, SUPPLIER, CARRIER][i], order);
            assertStatus(OrderStatus.Confirmed, order);
            vm.assertEq(Terms.unwrap(before), Terms.unwrap(terms()));
            vm.assertEq(7, openLines(order));
            refuseEnd(Reason.WrongState, TENANT, ending(order));
        }
    }

    function test_a_proposal_is_ended_at_the_seq_that_was_seen() external {
        refuseEnd(Reason.NotFound, TENANT, ending(orderOf(TENANT, SUPPLIER, 2)));
        propose(TENANT, order, 1);
        EndProposal memory action = ending(order);
        --action.seq;
        refuseEnd(Reason.StaleSeq, TENANT, action);
        action = ending(order);
        action.occurredAt = time() + 1 hours;
        refuseEnd(Reason.FromTheFuture, TENANT, action);
    }

    function test_an_order_with_as_many_records_as_it_can_hold_refuses() external {
        bytes32 slot = keccak256(abi.encode(idOf(order), uint256(0)));
        bytes32 before = vm.load(address(procurement), slot);
        vm.store(address(procurement), slot, before | bytes32(uint256(0xffffff) << 16));
        refusePropose(Reason.SeqExhausted, TENANT, proposing(order, 0));
        refuse(Reason.SeqExhausted, DealKinds.closeLines(), TENANT, abi.encode(closing(order, 1)));
        vm.store(address(procurement), slot, before);
        propose(TENANT, order, 0);
        before = vm.load(address(procurement), slot);
        vm.store(address(procurement), slot, before | bytes32(uint256(0xffffff) << 16));
        refuseAgree(Reason.SeqExhausted, SUPPLIER, agreeing(order));
    }
}

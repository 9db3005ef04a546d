// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RIGHTS_KNOWN, RIGHT_ORDER, RIGHT_RECEIVE} from "../src/interfaces/IParticipants.sol";
import {
    AcceptMilestone,
    EndReport,
    MilestoneKey,
    MilestoneStatus,
    OrderKey,
    OrderStatus,
    ReportMilestone
} from "../src/interfaces/IProcurement.sol";
import {Reason} from "../src/interfaces/ISignedLedger.sol";
import {FLAG_CLOSED} from "../src/types/Record.sol";
import {DealKinds} from "./support/DealKinds.sol";
import {Ordering} from "./support/Ordering.sol";
import {vm} from "./support/Vm.sol";

/// @notice Services are reported by milestones and accepted by the hash of what was reported.
contract MilestonesTest is Ordering {
    OrderKey private order;
    MilestoneKey private first;
    MilestoneKey private second;

    /// @dev An order of two service lines (0 and 1) and one of goods (2).
    function setUp() public override {
        super.setUp();
        order = orderOf(TENANT, SUPPLIER, 1);
        issue(order, 3, 3);
        confirm(order);
        first = MilestoneKey(order, 0, 0);
        second = MilestoneKey(order, 0, 1);
    }

    function refuseReport(Reason reason, uint24 by, ReportMilestone memory action) private {
        refuse(reason, DealKinds.reportMilestone(), by, abi.encode(action));
    }

    function refuseAccept(Reason reason, uint24 by, AcceptMilestone memory action) private {
        refuse(reason, DealKinds.acceptMilestone(), by, abi.encode(action));
    }

    function refuseEnd(Reason reason, uint24 by, EndReport memory action) private {
        refuse(reason, DealKinds.endReport(), by, abi.encode(action));
    }

    // ------------------------------------------------------------------------------------------- reporting

    function test_a_supplier_reports_and_the_buyer_accepts() external {
        report(first, false);
        assertStatus(MilestoneStatus.Reported, first);
        vm.assertEq(SUPPLIER, procurement.answerableFor(idOf(first)));
        vm.assertTrue(procurement.awaitsAnswer(idOf(first)));
        (bytes32 hash, uint40 lapsesAt, bool last) = procurement.reportOf(idOf(first));
        vm.assertEq(reportOf(first), hash);
        vm.assertEq(time() + 1 days, lapsesAt);
        vm.assertEq(false, last);
        acceptReport(first);
        assertStatus(MilestoneStatus.Accepted, first);
        vm.assertTrue(recordOf(first).has(FLAG_CLOSED));
        vm.assertEq(false, procurement.awaitsAnswer(idOf(first)));
        // Its line goes on: the order was not touched.
        vm.assertEq(2, recordOf(order).seq());
        vm.assertEq(7, openLines(order));
        refuseReport(Reason.Closed, SUPPLIER, reporting(first, false));
    }

    function test_only_the_supplier_reports_and_needs_the_right_to() external {
        refuseReport(Reason.WrongActor, TENANT, reporting(first, false));
        refuseReport(Reason.WrongActor, RIVAL, reporting(first, false));
        uint256 clerk = addKey(SUPPLIER, 2, RIGHTS_KNOWN - RIGHT_ORDER);
        bytes memory action = abi.encode(reporting(first, false));
        refuseBy(clerk, Reason.RightMissing, DealKinds.reportMilestone(), action);
    }

    function test_a_milestone_is_of_an_open_service_line_of_an_order_that_was_confirmed() external {
        refuseReport(Reason.LineClosed, SUPPLIER, reporting(MilestoneKey(order, 2, 0), false)); // Goods.
        refuseReport(Reason.LineClosed, SUPPLIER, reporting(MilestoneKey(order, 3, 0), false)); // No line.
        refuseReport(Reason.LineClosed, SUPPLIER, reporting(MilestoneKey(order, 255, 0), false));
        OrderKey memory other = orderOf(TENANT, SUPPLIER, 2);
        refuseReport(Reason.NotFound, SUPPLIER, reporting(MilestoneKey(other, 0, 0), false));
        issue(other, 1, 1);
        refuseReport(Reason.WrongState, SUPPLIER, reporting(MilestoneKey(other, 0, 0), false));
        close(order, 1);
        refuseReport(Reason.LineClosed, SUPPLIER, reporting(first, false));
        close(order, 6);
        refuseReport(Reason.WrongState, SUPPLIER, reporting(MilestoneKey(order, 1, 0), false));
    }

    function test_work_goes_on_while_a_change_waits() external {
        propose(TENANT, order, 0);
        report(first, false);
        acceptReport(first);
    }

    function test_a_milestone_waits_once_at_a_time_and_names_its_own_seq() external {
        ReportMilestone memory action = reporting(first, false);
        ++action.seq;
        refuseReport(Reason.StaleSeq, SUPPLIER, action);
        report(first, false);
        refuseReport(Reason.ProposalPending, SUPPLIER, reporting(first, false));
        report(second, false); // Another one may wait beside it.
        endReport(SUPPLIER, first);
        action = reporting(first, false);
        action.seq = 0;
        refuseReport(Reason.StaleSeq, SUPPLIER, action);
        report(first, true); // Reported again, after it was withdrawn.
        assertStatus(MilestoneStatus.Reported, first);
    }

    function test_a_report_lapses_at_a_moment_to_come_and_is_not_made_in_advance() external {
        ReportMilestone memory action = reporting(first, false);
        action.lapsesAt = time();
        refuseReport(Reason.Lapsed, SUPPLIER, action);
        action.lapsesAt = uint64(type(uint40).max) + 1;
        refuseReport(Reason.Malformed, SUPPLIER, action);
        action = reporting(first, false);
        action.occurredAt = time() + 1 hours;
        refuseReport(Reason.FromTheFuture, SUPPLIER, action);
    }

    function test_a_suspended_supplier_finishes_the_work_it_has_begun() external {
        suspend(SUPPLIER);
        report(first, false);
        acceptReport(first);
    }

    // ------------------------------------------------------------------------------------------- accepting

    function test_only_the_buyer_accepts_and_needs_the_right_to_receive() external {
        refuseAccept(Reason.NotFound, TENANT, accepting(first));
        report(first, false);
        refuseAccept(Reason.WrongActor, SUPPLIER, accepting(first));
        refuseAccept(Reason.WrongActor, RIVAL, accepting(first));
        uint256 clerk = addKey(TENANT, 2, RIGHTS_KNOWN - RIGHT_RECEIVE);
        bytes memory action = abi.encode(accepting(first));
        refuseBy(clerk, Reason.RightMissing, DealKinds.acceptMilestone(), action);
        endReport(TENANT, first);
        refuseAccept(Reason.WrongState, TENANT, accepting(first));
    }

    function test_a_buyer_accepts_the_report_it_has_read_until_it_lapses() external {
        report(first, false);
        AcceptMilestone memory action = accepting(first);
        action.report = keccak256("another report");
        refuseAccept(Reason.WrongAgreesTo, TENANT, action);
        action = accepting(first);
        action.agreesTo = bytes24(uint192(1));
        refuseAccept(Reason.WrongAgreesTo, TENANT, action);
        action = accepting(first);
        action.occurredAt = time() + 1 hours;
        refuseAccept(Reason.FromTheFuture, TENANT, action);
        action = accepting(first);
        pass(1 days + 1);
        refuseAccept(Reason.Lapsed, TENANT, action);
        vm.warp(time() - 1);
        record(DealKinds.acceptMilestone(), TENANT, abi.encode(action));
    }

    function test_the_last_milestone_closes_its_line() external {
        report(first, true);
        acceptReport(first);
        vm.assertEq(6, openLines(order));
        vm.assertEq(3, recordOf(order).seq()); // The order's head folds it too.
        vm.assertTrue(procurement.termsOf(idOf(order)).done());
        assertStatus(OrderStatus.Confirmed, order);
        refuseReport(Reason.LineClosed, SUPPLIER, reporting(second, false));
    }

    function test_the_last_milestone_of_the_last_line_closes_the_order() external {
        close(order, 6);
        report(first, true);
        acceptReport(first);
        assertStatus(OrderStatus.Closed, order);
        vm.assertTrue(recordOf(order).has(FLAG_CLOSED));
        vm.assertEq(0, openLines(order));
    }

    function test_no_line_is_closed_by_a_milestone_while_a_change_waits() external {
        report(first, true);
        propose(SUPPLIER, order, 1);
        refuseAccept(Reason.ProposalPending, TENANT, accepting(first));
        end(SUPPLIER, order);
        acceptReport(first);
        vm.assertEq(6, openLines(order));
    }

    function test_work_on_a_line_that_was_closed_meanwhile_is_still_accepted_and_touches_no_order() external {
        report(first, true);
        report(second, true);
        close(order, 7);
        acceptReport(first);
        endReport(TENANT, second);
        assertStatus(MilestoneStatus.Accepted, first);
        vm.assertEq(3, recordOf(order).seq());
        assertStatus(OrderStatus.Closed, order);
        refuseReport(Reason.WrongState, SUPPLIER, reporting(second, false));
    }

    function test_work_on_a_line_that_is_closed_is_accepted_while_a_change_waits() external {
        report(first, true);
        close(order, 1);
        propose(SUPPLIER, order, 2);
        acceptReport(first);
        assertStatus(OrderStatus.Changing, order);
        vm.assertEq(6, openLines(order));
    }

    // ---------------------------------------------------------------------------------------------- ending

    function test_the_supplier_withdraws_the_buyer_declines_and_anyone_tidies_up() external {
        for (uint256 i; i < 3; ++i) {
            report(first, true);
            if (i == 2) pass(1 days);
            refuseEnd(Reason.WrongActor, RIVAL, ending(first));
            if (i == 2) pass(1);
            endReport([SUPPLIER, TENANT, RIVAL][i], first);
            assertStatus(MilestoneStatus.Ended, first);
            vm.assertEq(false, procurement.awaitsAnswer(idOf(first)));
            refuseEnd(Reason.WrongState, SUPPLIER, ending(first));
        }
        vm.assertEq(7, openLines(order));
    }

    function test_a_report_is_ended_at_the_seq_that_was_seen_by_who_orders_or_receives() external {
        refuseEnd(Reason.NotFound, SUPPLIER, ending(first));
        report(first, false);
        EndReport memory action = ending(first);
        --action.seq;
        refuseEnd(Reason.StaleSeq, SUPPLIER, action);
        action = ending(first);
        action.occurredAt = time() + 1 hours;
        refuseEnd(Reason.FromTheFuture, SUPPLIER, action);
        uint256 clerk = addKey(TENANT, 2, RIGHTS_KNOWN - RIGHT_ORDER - RIGHT_RECEIVE);
        refuseBy(clerk, Reason.RightMissing, DealKinds.endReport(), abi.encode(ending(first)));
        recordBy(addKey(TENANT, 3, RIGHT_RECEIVE), DealKinds.endReport(), abi.encode(ending(first)));
    }

    // -------------------------------------------------------------------------------------------- its limits

    function fill(bytes32 id) private returns (bytes32 before) {
        bytes32 slot = keccak256(abi.encode(id, uint256(0)));
        before = vm.load(address(procurement), slot);
        vm.store(address(procurement), slot, before | bytes32(uint256(0xffffff) << 16));
    }

    function test_a_milestone_with_as_many_records_as_it_can_hold_refuses() external {
        report(first, false);
        fill(idOf(first));
        refuseAccept(Reason.SeqExhausted, TENANT, accepting(first));
        refuseEnd(Reason.SeqExhausted, TENANT, ending(first));
        report(second, false);
        endReport(SUPPLIER, second);
        fill(idOf(second));
        refuseReport(Reason.SeqExhausted, SUPPLIER, reporting(second, false));
    }

    function test_an_order_with_as_many_records_as_it_can_hold_loses_no_line_to_a_milestone() external {
        report(first, true);
        fill(idOf(order));
        refuseAccept(Reason.SeqExhausted, TENANT, accepting(first));
        vm.assertEq(7, openLines(order));
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RIGHTS_KNOWN, RIGHT_ORDER} from "../src/interfaces/IParticipants.sol";
import {
    CloseLines,
    ConfirmOrder,
    IssueOrder,
    MilestoneKey,
    OrderKey,
    OrderLines,
    OrderStatus
} from "../src/interfaces/IProcurement.sol";
import {Reason} from "../src/interfaces/ISignedLedger.sol";
import {FLAG_CLOSED} from "../src/types/Record.sol";
import {Terms} from "../src/types/Terms.sol";
import {DealKinds} from "./support/DealKinds.sol";
import {Ordering} from "./support/Ordering.sol";
import {vm} from "./support/Vm.sol";

/// @notice An order is offered, confirmed with a promise, and closed line by line.
contract OrdersTest is Ordering {
    OrderKey private order;

    function setUp() public override {
        super.setUp();
        order = orderOf(TENANT, SUPPLIER, 1);
    }

    function terms() private view returns (Terms) {
        return procurement.termsOf(idOf(order));
    }

    function refuseIssue(Reason reason, IssueOrder memory action) private {
        refuse(reason, DealKinds.issueOrder(), TENANT, abi.encode(action));
    }

    function refuseConfirm(Reason reason, uint24 by, ConfirmOrder memory action) private {
        refuse(reason, DealKinds.confirmOrder(), by, abi.encode(action));
    }

    function refuseClose(Reason reason, uint24 by, CloseLines memory action) private {
        refuse(reason, DealKinds.closeLines(), by, abi.encode(action));
    }

    // --------------------------------------------------------------------------------------------- issuing

    function test_a_buyer_offers_an_order_that_waits_for_its_supplier() external {
        IssueOrder memory action = issuing(order, 3, 4);
        action.quarantines = 1;
        record(DealKinds.issueOrder(), TENANT, abi.encode(action));
        assertStatus(OrderStatus.Offered, order);
        vm.assertEq(TENANT, procurement.answerableFor(idOf(order)));
        vm.assertTrue(procurement.awaitsAnswer(idOf(order)));
        OrderLines memory lines = procurement.linesOf(idOf(order));
        vm.assertEq(7, lines.open);
        vm.assertEq(4, lines.services);
        vm.assertEq(1, lines.quarantines);
        vm.assertEq(TENANT, terms().buyer());
        vm.assertEq(SUPPLIER, terms().supplier());
        vm.assertEq(3, terms().lines());
        vm.assertEq(action.lapsesAt, terms().lapsesAt());
        vm.assertEq(0, terms().promisedAt());
    }

    function test_an_order_has_as_many_lines_as_a_word_has_bits() external {
        IssueOrder memory action = issuing(order, 256, type(uint256).max);
        action.quarantines = type(uint256).max;
        record(DealKinds.issueOrder(), TENANT, abi.encode(action));
        vm.assertEq(type(uint256).max, openLines(order));
        order = orderOf(TENANT, SUPPLIER, 2);
        refuseIssue(Reason.Malformed, issuing(order, 257, 0));
        refuseIssue(Reason.Malformed, issuing(order, type(uint16).max, 0));
        refuseIssue(Reason.Malformed, issuing(order, 0, 0));
    }

    function test_no_bit_stands_for_a_line_that_is_not_there() external {
        IssueOrder memory action = issuing(order, 3, 8);
        refuseIssue(Reason.Malformed, action);
        action.services = 0;
        action.quarantines = 8;
        refuseIssue(Reason.Malformed, action);
        action.quarantines = 1 << 255;
        refuseIssue(Reason.Malformed, action);
    }

    function test_only_the_buyer_issues_its_order_and_needs_the_right_to() external {
        bytes memory action = abi.encode(issuing(order, 1, 0));
        refuse(Reason.WrongActor, DealKinds.issueOrder(), SUPPLIER, action);
        refuse(Reason.WrongActor, DealKinds.issueOrder(), OPERATOR, action);
        uint256 clerk = addKey(TENANT, 2, RIGHTS_KNOWN - RIGHT_ORDER);
        refuseBy(clerk, Reason.RightMissing, DealKinds.issueOrder(), abi.encode(issuing(order, 1, 0)));
    }

    function test_an_order_goes_to_another_member_of_the_park() external {
        order.supplier = 99;
        refuseIssue(Reason.OrganisationUnknown, issuing(order, 1, 0));
        order.supplier = TENANT;
        refuseIssue(Reason.Malformed, issuing(order, 1, 0));
        order.supplier = RIVAL;
        issue(order, 1, 0);
    }

    function test_an_order_lapses_at_a_moment_to_come_and_is_not_issued_in_advance() external {
        IssueOrder memory action = issuing(order, 1, 0);
        action.lapsesAt = time();
        refuseIssue(Reason.Lapsed, action);
        action.lapsesAt = uint64(type(uint40).max) + 1;
        refuseIssue(Reason.Malformed, action);
        action = issuing(order, 1, 0);
        action.occurredAt = time() + 1 hours;
        refuseIssue(Reason.FromTheFuture, action);
        action.occurredAt = time();
        action.lapsesAt = type(uint40).max;
        record(DealKinds.issueOrder(), TENANT, abi.encode(action));
    }

    function test_an_order_is_issued_once() external {
        issue(order, 1, 0);
        refuseIssue(Reason.AlreadyExists, issuing(order, 2, 0));
        end(TENANT, order);
        refuseIssue(Reason.AlreadyExists, issuing(order, 2, 0));
        issue(orderOf(TENANT, RIVAL, 1), 1, 0); // Another supplier, another order.
    }

    function test_a_suspended_buyer_issues_nothing_new_and_finishes_what_is_open() external {
        issue(order, 2, 0);
        suspend(TENANT);
        OrderKey memory other = orderOf(TENANT, SUPPLIER, 2);
        refuseIssue(Reason.OrganisationSuspended, issuing(other, 1, 0));
        confirm(order);
        propose(TENANT, order, 1);
        agree(SUPPLIER, order);
        close(order, 2);
        assertStatus(OrderStatus.Closed, order);
    }

    function test_a_finishing_ledger_takes_no_new_order_and_finishes_open_ones() external {
        IssueOrder memory action = issuing(order, 1, 1);
        action.lapsesAt = time() + 30 days;
        record(DealKinds.issueOrder(), TENANT, abi.encode(action));
        finishLedgers();
        refuseIssue(Reason.LedgerFinishing, issuing(orderOf(TENANT, SUPPLIER, 2), 1, 0));
        confirm(order);
        report(MilestoneKey(order, 0, 0), true);
        acceptReport(MilestoneKey(order, 0, 0));
        assertStatus(OrderStatus.Closed, order);
    }

    // ------------------------------------------------------------------------------------------ confirming

    function test_a_supplier_confirms_with_its_first_promise() external {
        issue(order, 2, 0);
        confirm(order);
        assertStatus(OrderStatus.Confirmed, order);
        vm.assertEq(time() + 30 days, terms().firstPromisedAt());
        vm.assertEq(time() + 30 days, terms().promisedAt());
        vm.assertEq(0, terms().lapsesAt());
        vm.assertEq(false, procurement.awaitsAnswer(idOf(order)));
        refuseConfirm(Reason.WrongState, SUPPLIER, confirming(order));
    }

    function test_only_the_supplier_confirms_and_needs_the_right_to() external {
        refuseConfirm(Reason.NotFound, SUPPLIER, confirming(order));
        issue(order, 1, 0);
        refuseConfirm(Reason.WrongActor, TENANT, confirming(order));
        refuseConfirm(Reason.WrongActor, RIVAL, confirming(order));
        uint256 clerk = addKey(SUPPLIER, 2, RIGHTS_KNOWN - RIGHT_ORDER);
        refuseBy(clerk, Reason.RightMissing, DealKinds.confirmOrder(), abi.encode(confirming(order)));
    }

    function test_a_supplier_confirms_the_order_it_has_read_until_it_lapses() external {
        issue(order, 1, 0);
        ConfirmOrder memory action = confirming(order);
        action.agreesTo = bytes24(uint192(1));
        refuseConfirm(Reason.WrongAgreesTo, SUPPLIER, action);
        action = confirming(order);
        action.occurredAt = time() + 1 hours;
        refuseConfirm(Reason.FromTheFuture, SUPPLIER, action);
        action = confirming(order);
        pass(1 days + 1);
        refuseConfirm(Reason.Lapsed, SUPPLIER, action);
        vm.warp(time() - 1);
        record(DealKinds.confirmOrder(), SUPPLIER, abi.encode(action));
    }

    function test_a_promise_is_a_moment() external {
        issue(order, 1, 0);
        ConfirmOrder memory action = confirming(order);
        action.promisedAt = 0;
        refuseConfirm(Reason.Malformed, SUPPLIER, action);
        action.promisedAt = uint64(type(uint40).max) + 1;
        refuseConfirm(Reason.Malformed, SUPPLIER, action);
        action.promisedAt = type(uint40).max;
        record(DealKinds.confirmOrder(), SUPPLIER, abi.encode(action));
        vm.assertEq(type(uint40).max, terms().firstPromisedAt());
    }

    // ------------------------------------------------------------------------------------- the three exits

    function test_the_buyer_withdraws_the_supplier_declines_and_anyone_tidies_up() external {
        for (uint256 i; i < 3; ++i) {
            order = orderOf(TENANT, SUPPLIER, i);
            issue(order, 1, 0);
            if (i == 2) pass(1 days);
            refuse(Reason.WrongActor, DealKinds.endProposal(), RIVAL, abi.encode(ending(order)));
            if (i == 2) pass(1);
            end([TENANT, SUPPLIER, RIVAL][i], order);
            assertStatus(OrderStatus.Ended, order);
            vm.assertTrue(recordOf(order).has(FLAG_CLOSED));
            vm.assertEq(0, terms().lapsesAt());
            refuse(Reason.WrongState, DealKinds.endProposal(), TENANT, abi.encode(ending(order)));
            refuseConfirm(Reason.WrongState, SUPPLIER, confirming(order));
        }
    }

    // --------------------------------------------------------------------------------------------- closing

    function test_an_order_closes_with_its_last_line() external {
        issue(order, 3, 4);
        confirm(order);
        close(order, 1);
        assertStatus(OrderStatus.Confirmed, order);
        vm.assertEq(6, openLines(order));
        vm.assertTrue(terms().done());
        close(order, 6); // A service line too, accepted or not: that is between the two.
        assertStatus(OrderStatus.Closed, order);
        vm.assertEq(0, openLines(order));
        vm.assertTrue(recordOf(order).has(FLAG_CLOSED));
        refuseClose(Reason.WrongState, TENANT, closing(order, 1));
    }

    function test_the_buyer_alone_closes_lines_that_are_open() external {
        refuseClose(Reason.NotFound, TENANT, closing(order, 1));
        issue(order, 3, 0);
        refuseClose(Reason.WrongState, TENANT, closing(order, 1));
        confirm(order);
        refuseClose(Reason.WrongActor, SUPPLIER, closing(order, 1));
        refuseClose(Reason.LineClosed, TENANT, closing(order, 0));
        refuseClose(Reason.LineClosed, TENANT, closing(order, 8));
        close(order, 1);
        refuseClose(Reason.LineClosed, TENANT, closing(order, 3));
        uint256 clerk = addKey(TENANT, 2, RIGHTS_KNOWN - RIGHT_ORDER);
        refuseBy(clerk, Reason.RightMissing, DealKinds.closeLines(), abi.encode(closing(order, 2)));
        vm.assertEq(6, openLines(order));
    }

    function test_lines_are_closed_at_the_seq_that_was_seen_and_not_in_advance() external {
        issue(order, 2, 0);
        confirm(order);
        CloseLines memory action = closing(order, 1);
        --action.seq;
        refuseClose(Reason.StaleSeq, TENANT, action);
        action = closing(order, 1);
        action.occurredAt = time() + 1 hours;
        refuseClose(Reason.FromTheFuture, TENANT, action);
    }

    // -------------------------------------------------------------------------------------------- delivery

    function refusal(uint24 from, uint24 to, uint8 line) private view returns (Reason reason) {
        (reason,) = procurement.refusesDelivery(idOf(order), from, to, line);
    }

    function assertRefusal(Reason expected, uint24 from, uint24 to, uint8 line) private view {
        vm.assertEq(uint8(expected), uint8(refusal(from, to, line)));
    }

    function test_goods_are_delivered_on_open_goods_lines_of_a_confirmed_order() external {
        assertRefusal(Reason.NotFound, SUPPLIER, TENANT, 0);
        issue(order, 3, 4);
        assertRefusal(Reason.WrongState, SUPPLIER, TENANT, 0);
        confirm(order);
        assertRefusal(Reason.None, SUPPLIER, TENANT, 0);
        assertRefusal(Reason.LineClosed, SUPPLIER, TENANT, 2); // A service.
        assertRefusal(Reason.LineClosed, SUPPLIER, TENANT, 3); // No line of this order.
        assertRefusal(Reason.LineClosed, SUPPLIER, TENANT, 255);
        propose(SUPPLIER, order, 2);
        assertRefusal(Reason.None, SUPPLIER, TENANT, 1);
        agree(TENANT, order);
        assertRefusal(Reason.LineClosed, SUPPLIER, TENANT, 1);
        close(order, 1);
        assertRefusal(Reason.LineClosed, SUPPLIER, TENANT, 0);
        close(order, 4);
        assertRefusal(Reason.WrongState, SUPPLIER, TENANT, 0);
    }

    function test_goods_are_delivered_by_the_supplier_or_whoever_is_not_on_board_to_the_buyer() external {
        issue(order, 1, 0);
        confirm(order);
        assertRefusal(Reason.WrongActor, RIVAL, TENANT, 0);
        assertRefusal(Reason.WrongActor, TENANT, SUPPLIER, 0);
        assertRefusal(Reason.WrongActor, SUPPLIER, RIVAL, 0);
        assertRefusal(Reason.WrongActor, 0, SUPPLIER, 0);
        assertRefusal(Reason.None, 0, TENANT, 0);
    }

    function test_an_order_says_whose_goods_wait_in_quarantine() external {
        IssueOrder memory action = issuing(order, 256, 0);
        action.quarantines = 1 << 255;
        record(DealKinds.issueOrder(), TENANT, abi.encode(action));
        (, bool quarantine) = procurement.refusesDelivery(idOf(order), SUPPLIER, TENANT, 255);
        vm.assertEq(false, quarantine); // Refused: it says nothing of quarantine.
        confirm(order);
        Reason reason;
        (reason, quarantine) = procurement.refusesDelivery(idOf(order), SUPPLIER, TENANT, 255);
        vm.assertEq(uint8(Reason.None), uint8(reason));
        vm.assertTrue(quarantine);
        (, quarantine) = procurement.refusesDelivery(idOf(order), SUPPLIER, TENANT, 254);
        vm.assertEq(false, quarantine);
    }

    // -------------------------------------------------------------------------------------------- its limits

    function test_an_order_with_as_many_records_as_it_can_hold_refuses() external {
        issue(order, 2, 0);
        bytes32 slot = keccak256(abi.encode(idOf(order), uint256(0)));
        bytes32 full = vm.load(address(procurement), slot) | bytes32(uint256(0xffffff) << 16);
        vm.store(address(procurement), slot, full);
        refuseConfirm(Reason.SeqExhausted, SUPPLIER, confirming(order));
        refuse(Reason.SeqExhausted, DealKinds.endProposal(), TENANT, abi.encode(ending(order)));
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RIGHTS_KNOWN, RIGHT_RECEIVE, RIGHT_STOCK, ROLE_LESSOR} from "../src/interfaces/IParticipants.sol";
import {Reason} from "../src/interfaces/ISignedLedger.sol";
import {
    Cause,
    ConsignmentKey,
    ConsignmentStatus,
    DispatchGoods,
    EndDispatch,
    HoldingKey,
    HoldingStatus,
    ReceiptOutcome,
    ReceiveGoods
} from "../src/interfaces/ITraceability.sol";
import {FLAG_DISPUTED, Record} from "../src/types/Record.sol";
import {Goods} from "./support/Goods.sol";
import {Kinds} from "./support/Kinds.sol";
import {Lots} from "./support/Lots.sol";
import {vm} from "./support/Vm.sol";

/// @notice Custody passes by two signatures, line by line.
contract ConsignmentsTest is Goods {
    using Lots for HoldingKey;

    HoldingKey private goods;

    function setUp() public override {
        super.setUp();
        goods = make(SUPPLIER, 1);
    }

    function toTenant() private returns (DispatchGoods memory) {
        return dispatching(goods, TENANT);
    }

    function assertNowhereOnItsWay(HoldingKey memory holding) private view {
        (uint24 to, uint64 lapsesAt) = traceability.dispatchOf(holding.id());
        vm.assertEq(0, to + lapsesAt);
        vm.assertEq(uint8(HoldingStatus.Held), recordOf(holding).status());
        vm.assertEq(false, traceability.awaitsAnswer(holding.id()));
    }

    // ---------------------------------------------------------------------------------------------- dispatch

    function test_custody_passes_when_the_receiver_signs_and_not_before() external {
        dispatch(goods, TENANT);
        vm.assertEq(SUPPLIER, custodianOf(goods));
        vm.assertEq(uint8(HoldingStatus.Dispatched), recordOf(goods).status());
        (uint24 to, uint64 lapsesAt) = traceability.dispatchOf(goods.id());
        vm.assertEq(TENANT, to);
        vm.assertEq(time() + 1 days, lapsesAt);
        receiveIt(TENANT, goods);
        vm.assertEq(TENANT, custodianOf(goods));
        assertNowhereOnItsWay(goods);
        (address receiver, uint24 from) = traceability.receiptOf(goods.id());
        vm.assertEq(addressOf(TENANT), receiver);
        vm.assertEq(SUPPLIER, from);
        refuseLot(Reason.NotCustodian, SUPPLIER, observation(goods));
    }

    function test_an_act_on_a_line_stands_in_its_consignment_too() external {
        HoldingKey memory other = make(SUPPLIER, 2);
        ConsignmentKey memory consignment = consignmentOf(SUPPLIER, TENANT);
        dispatch(goods, TENANT);
        dispatch(other, TENANT);
        Record sent = recordOf(consignment);
        vm.assertEq(2, sent.seq());
        vm.assertEq(SUPPLIER, sent.holder());
        vm.assertEq(uint8(ConsignmentStatus.Known), sent.status());
        vm.assertTrue(traceability.awaitsAnswer(idOf(consignment)));
        receiveIt(TENANT, goods);
        vm.assertTrue(traceability.awaitsAnswer(idOf(consignment)));
        endIt(SUPPLIER, other);
        vm.assertEq(4, recordOf(consignment).seq());
        vm.assertEq(SUPPLIER, recordOf(consignment).holder());
        vm.assertEq(false, traceability.awaitsAnswer(idOf(consignment)));
        vm.assertEq(SUPPLIER, traceability.answerableFor(idOf(consignment)));
    }

    function test_only_the_custodian_dispatches_what_it_has() external {
        DispatchGoods memory action = toTenant();
        refuseDispatch(Reason.NotCustodian, RIVAL, action);
        refuseDispatch(Reason.NotCustodian, OPERATOR, action);
        refuseDispatch(Reason.NotCustodian, TENANT, action);
        uint256 clerk = addKey(SUPPLIER, 2, RIGHTS_KNOWN - RIGHT_STOCK);
        refuseBy(clerk, Reason.RightMissing, Kinds.dispatchGoods(), abi.encode(toTenant()));
        action.holding.serial = 99;
        refuseDispatch(Reason.NotFound, SUPPLIER, action);
        action = toTenant();
        ++action.seq;
        refuseDispatch(Reason.StaleSeq, SUPPLIER, action);
        action = toTenant();
        action.occurredAt = time() + 1 hours;
        refuseDispatch(Reason.FromTheFuture, SUPPLIER, action);
        recordLot(SUPPLIER, consumption(goods));
        refuseDispatch(Reason.Closed, SUPPLIER, toTenant());
    }

    function test_a_consignment_is_from_its_sender_to_another_member() external {
        refuseDispatch(Reason.WrongActor, SUPPLIER, dispatching(goods, SUPPLIER));
        DispatchGoods memory action = toTenant();
        action.consignment.from = RIVAL;
        refuseDispatch(Reason.WrongActor, SUPPLIER, action);
        refuseDispatch(Reason.OrganisationUnknown, SUPPLIER, dispatching(goods, 9));
        refuseDispatch(Reason.OrganisationUnknown, SUPPLIER, dispatching(goods, 0));
        record(Kinds.admitOrganisation(), OPERATOR, abi.encode(admission(9, ROLE_LESSOR)));
        refuseDispatch(Reason.OrganisationUnknown, SUPPLIER, dispatching(goods, 9));
    }

    function test_a_dispatch_awaits_its_answer_until_a_moment_to_come() external {
        DispatchGoods memory action = toTenant();
        action.lapsesAt = time();
        refuseDispatch(Reason.Lapsed, SUPPLIER, action);
        action.lapsesAt = uint64(type(uint40).max) + 1;
        refuseDispatch(Reason.Malformed, SUPPLIER, action);
        action.lapsesAt = type(uint40).max;
        record(Kinds.dispatchGoods(), SUPPLIER, abi.encode(action));
    }

    function test_what_is_on_its_way_is_not_dispatched_again_nor_used_nor_split_nor_packed() external {
        HoldingKey memory box = make(SUPPLIER, 3);
        dispatch(goods, TENANT);
        refuseDispatch(Reason.WrongState, SUPPLIER, dispatching(goods, RIVAL));
        refuseLot(Reason.WrongState, SUPPLIER, consumption(goods));
        refuseLot(Reason.WrongState, SUPPLIER, splitting(goods, holdingOf(SUPPLIER, 2)));
        refuseLot(Reason.WrongState, SUPPLIER, packing(box, goods));
    }

    /// @dev Half of the records a consignment can hold are kept for the answers, so that each line gets its own.
    function test_a_consignment_takes_as_many_lines_as_can_be_answered() external {
        HoldingKey memory other = make(SUPPLIER, 2);
        dispatch(goods, TENANT);
        bytes32 slot = keccak256(abi.encode(idOf(consignmentOf(SUPPLIER, TENANT)), uint256(0)));
        bytes32 word = vm.load(address(traceability), slot) & ~bytes32(uint256(0xffffff) << 16);
        vm.store(address(traceability), slot, word | bytes32(uint256(0x7fffff) << 16));
        refuseDispatch(Reason.SeqExhausted, SUPPLIER, dispatching(other, TENANT));
        vm.store(address(traceability), slot, word | bytes32(uint256(0x7ffffe) << 16));
        Record full = Record.wrap(word | bytes32(uint256(0x7ffffe) << 16));
        (bool done,) = address(traceability)
            .call(
                envelope(Kinds.dispatchGoods(), keyOf(SUPPLIER), abi.encode(dispatching(other, TENANT)))
                    .relay()
            );
        vm.assertTrue(done);
        vm.assertEq(uint256(full.seq()) + 1, recordOf(consignmentOf(SUPPLIER, TENANT)).seq());
    }

    // ----------------------------------------------------------------------------------------------- receipt

    function test_only_the_one_it_was_sent_to_receives() external {
        dispatch(goods, TENANT);
        refuseReceipt(Reason.WrongActor, RIVAL, receiving(goods));
        refuseReceipt(Reason.WrongActor, SUPPLIER, receiving(goods));
        refuseReceipt(Reason.WrongActor, SUPPLIER, receiving(goods, ReceiptOutcome.Rejected));
        uint256 clerk = addKey(TENANT, 2, RIGHTS_KNOWN - RIGHT_RECEIVE);
        refuseBy(clerk, Reason.RightMissing, Kinds.receiveGoods(), abi.encode(receiving(goods)));
    }

    function test_a_receiver_agrees_to_one_dispatch_and_to_no_other() external {
        refuseReceipt(Reason.WrongState, TENANT, receiving(goods));
        dispatch(goods, TENANT);
        ReceiveGoods memory answer = receiving(goods);
        endIt(SUPPLIER, goods);
        refuseReceipt(Reason.WrongAgreesTo, TENANT, answer);
        dispatch(goods, TENANT);
        refuseReceipt(Reason.WrongAgreesTo, TENANT, answer);
        answer = receiving(goods);
        answer.occurredAt = time() + 1 hours;
        refuseReceipt(Reason.FromTheFuture, TENANT, answer);
        answer.holding.serial = 99;
        answer.occurredAt = time();
        refuseReceipt(Reason.NotFound, TENANT, answer);
        receiveIt(TENANT, goods);
        refuseReceipt(Reason.WrongState, TENANT, receiving(goods));
    }

    function test_whatever_happens_to_goods_on_their_way_makes_the_receiver_look_again() external {
        dispatch(goods, TENANT);
        ReceiveGoods memory answer = receiving(goods);
        recordLot(SUPPLIER, observation(goods));
        refuseReceipt(Reason.WrongAgreesTo, TENANT, answer);
        receiveIt(TENANT, goods);
    }

    function test_a_line_is_answered_in_its_own_consignment() external {
        dispatch(goods, TENANT);
        ConsignmentKey[3] memory others;
        others[0] = ConsignmentKey(SUPPLIER, TENANT, keccak256("another advice"));
        others[1] = consignmentOf(RIVAL, TENANT);
        others[2] = consignmentOf(SUPPLIER, RIVAL);
        for (uint256 i; i < others.length; ++i) {
            ReceiveGoods memory answer = receiving(goods);
            answer.consignment = others[i];
            refuseReceipt(Reason.Malformed, TENANT, answer);
            EndDispatch memory end = ending(goods);
            end.consignment = others[i];
            refuseEnding(Reason.Malformed, SUPPLIER, end);
        }
    }

    function test_a_dispatch_is_answered_until_it_lapses() external {
        dispatch(goods, TENANT);
        ReceiveGoods memory answer = receiving(goods);
        pass(1 days + 1);
        refuseReceipt(Reason.Lapsed, TENANT, answer);
        vm.warp(time() - 1);
        record(Kinds.receiveGoods(), TENANT, abi.encode(answer));
    }

    function test_short_and_over_take_custody_and_leave_a_dispute_with_the_sender() external {
        ReceiptOutcome[2] memory outcomes = [ReceiptOutcome.Short, ReceiptOutcome.Over];
        for (uint32 i; i < outcomes.length; ++i) {
            HoldingKey memory line = make(SUPPLIER, 10 + i);
            DispatchGoods memory sent = dispatching(line, TENANT);
            sent.consignment.handle = keccak256(abi.encode(i));
            record(Kinds.dispatchGoods(), SUPPLIER, abi.encode(sent));
            ReceiveGoods memory answer = receiving(line, outcomes[i]);
            answer.consignment = sent.consignment;
            answer.cause = uint8(Cause.Quantity);
            record(Kinds.receiveGoods(), TENANT, abi.encode(answer));
            vm.assertEq(TENANT, custodianOf(line));
            vm.assertEq(0, recordOf(line).flags());
            vm.assertEq(FLAG_DISPUTED, recordOf(sent.consignment).flags());
        }
    }

    function test_a_dispute_stays_whatever_becomes_of_the_other_lines() external {
        HoldingKey memory second = make(SUPPLIER, 2);
        HoldingKey memory third = make(SUPPLIER, 3);
        dispatch(goods, TENANT);
        dispatch(second, TENANT);
        receiveIt(TENANT, goods, ReceiptOutcome.Short);
        receiveIt(TENANT, second);
        dispatch(third, TENANT);
        endIt(TENANT, third);
        vm.assertEq(FLAG_DISPUTED, recordOf(consignmentOf(SUPPLIER, TENANT)).flags());
    }

    function test_what_was_accepted_leaves_no_dispute() external {
        handOver(goods, TENANT);
        vm.assertEq(0, recordOf(consignmentOf(SUPPLIER, TENANT)).flags());
    }

    function test_what_is_rejected_at_the_dock_never_changes_hands() external {
        dispatch(goods, TENANT);
        receiveIt(TENANT, goods, ReceiptOutcome.Rejected);
        vm.assertEq(SUPPLIER, custodianOf(goods));
        vm.assertEq(0, recordOf(goods).flags());
        vm.assertEq(0, recordOf(consignmentOf(SUPPLIER, TENANT)).flags());
        assertNowhereOnItsWay(goods);
        (address receiver, uint24 from) = traceability.receiptOf(goods.id());
        vm.assertEq(address(0), receiver);
        vm.assertEq(0, from);
        handOver(goods, RIVAL);
    }

    function test_lapsed_held_and_recalled_goods_are_rejected_at_the_dock_all_the_same() external {
        dispatch(goods, TENANT);
        pass(2 days);
        receiveIt(TENANT, goods, ReceiptOutcome.Rejected);
        dispatch(goods, TENANT);
        placeHold(REGULATOR, goods);
        placeHold(SUPPLIER, goods);
        receiveIt(TENANT, goods, ReceiptOutcome.Rejected);
        releaseHold(SUPPLIER, goods);
        releaseHold(REGULATOR, goods);
        dispatch(goods, TENANT);
        recall(SUPPLIER);
        receiveIt(TENANT, goods, ReceiptOutcome.Rejected);
        vm.assertEq(SUPPLIER, custodianOf(goods));
    }

    function test_a_hold_stops_goods_that_are_on_their_way() external {
        dispatch(goods, TENANT);
        placeHold(REGULATOR, goods);
        refuseReceipt(Reason.Held, TENANT, receiving(goods));
        endIt(SUPPLIER, goods);
        refuseDispatch(Reason.Held, SUPPLIER, toTenant());
    }

    function test_fuzz_a_receipt_has_one_of_four_outcomes_and_a_cause_unless_all_was_accepted(
        uint8 outcome,
        uint8 cause
    ) external {
        dispatch(goods, TENANT);
        ReceiveGoods memory answer = receiving(goods);
        (answer.outcome, answer.cause) = (outcome, cause);
        refuseReceipt(Reason.Malformed, TENANT, unless(answer));
        (answer.outcome, answer.cause) = (outcome % 4 + 1, cause % 10);
        if (answer.outcome != 1 && answer.cause == 0) {
            refuseReceipt(Reason.Malformed, TENANT, answer);
            answer.cause = uint8(Cause.Other);
        }
        record(Kinds.receiveGoods(), TENANT, abi.encode(answer));
        vm.assertEq(answer.outcome == 4 ? SUPPLIER : TENANT, custodianOf(goods));
    }

    /// @dev The same, made one that does not exist if it is.
    function unless(ReceiveGoods memory answer) private pure returns (ReceiveGoods memory) {
        if (answer.outcome > 0 && answer.outcome < 5 && answer.cause < 10) answer.outcome = 5;
        return answer;
    }

    // -------------------------------------------------------------------------------------------------- ends

    function test_the_sender_withdraws_and_the_receiver_declines() external {
        dispatch(goods, TENANT);
        endIt(SUPPLIER, goods);
        assertNowhereOnItsWay(goods);
        dispatch(goods, TENANT);
        endIt(TENANT, goods);
        assertNowhereOnItsWay(goods);
        vm.assertEq(SUPPLIER, custodianOf(goods));
        vm.assertEq(0, recordOf(consignmentOf(SUPPLIER, TENANT)).flags());
        EndDispatch memory again = ending(goods);
        again.consignment = consignmentOf(SUPPLIER, TENANT);
        refuseEnding(Reason.WrongState, SUPPLIER, again);
    }

    function test_a_third_party_ends_a_dispatch_only_once_it_has_lapsed() external {
        dispatch(goods, TENANT);
        pass(1 days);
        refuseEnding(Reason.WrongActor, RIVAL, ending(goods));
        pass(1);
        uint256 clerk = addKey(RIVAL, 2, RIGHTS_KNOWN - RIGHT_STOCK - RIGHT_RECEIVE);
        refuseBy(clerk, Reason.RightMissing, Kinds.endDispatch(), abi.encode(ending(goods)));
        endIt(RIVAL, goods);
        vm.assertEq(SUPPLIER, custodianOf(goods));
    }

    function test_a_dispatch_is_ended_with_the_right_to_stock_or_to_receive() external {
        uint256 stock = addKey(SUPPLIER, 2, RIGHT_STOCK);
        uint256 dock = addKey(TENANT, 2, RIGHT_RECEIVE);
        dispatch(goods, TENANT);
        recordBy(stock, Kinds.endDispatch(), abi.encode(ending(goods)));
        dispatch(goods, TENANT);
        recordBy(dock, Kinds.endDispatch(), abi.encode(ending(goods)));
    }

    function test_a_dispatch_is_ended_at_the_seq_that_was_seen() external {
        dispatch(goods, TENANT);
        EndDispatch memory action = ending(goods);
        --action.seq;
        refuseEnding(Reason.StaleSeq, SUPPLIER, action);
        action = ending(goods);
        action.occurredAt = time() + 1 hours;
        refuseEnding(Reason.FromTheFuture, SUPPLIER, action);
        action.holding.serial = 99;
        action.occurredAt = time();
        refuseEnding(Reason.NotFound, SUPPLIER, action);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RIGHTS_KNOWN, RIGHT_QUALITY} from "../src/interfaces/IParticipants.sol";
import {EndRecall, LotKey, RecallLot} from "../src/interfaces/IRecalls.sol";
import {Reason} from "../src/interfaces/ISignedLedger.sol";
import {BREACH_USED_WHILE_RECALLED, HoldingKey, Origin} from "../src/interfaces/ITraceability.sol";
import {FLAG_BREACH} from "../src/types/Record.sol";
import {Goods} from "./support/Goods.sol";
import {Kinds} from "./support/Kinds.sol";
import {vm} from "./support/Vm.sol";

/// @notice A maker calls its lot back; it then travels in one direction only.
contract RecallsTest is Goods {
    function endRecall() private {
        record(Kinds.endRecall(), SUPPLIER, endingRecall(SUPPLIER));
    }

    function isRecalled() private view returns (bool) {
        return recalls.isRecalled(SUPPLIER, handleOf(SUPPLIER));
    }

    function test_a_lot_is_recalled_and_released_and_recalled_again_by_its_maker() external {
        recall(SUPPLIER);
        vm.assertTrue(isRecalled());
        vm.assertEq(false, recalls.isRecalled(RIVAL, handleOf(SUPPLIER)));
        vm.assertEq(SUPPLIER, recalls.answerableFor(lotId(SUPPLIER, handleOf(SUPPLIER))));
        vm.assertEq(false, recalls.awaitsAnswer(lotId(SUPPLIER, handleOf(SUPPLIER))));
        endRecall();
        vm.assertEq(false, isRecalled());
        recall(SUPPLIER);
        vm.assertTrue(isRecalled());
    }

    function test_nobody_but_the_maker_recalls_or_ends_a_recall() external {
        uint24[4] memory others = [OPERATOR, AUTHORITY, REGULATOR, TENANT];
        for (uint256 i; i < others.length; ++i) {
            refuse(Reason.NotMaker, Kinds.recallLot(), others[i], recalling(SUPPLIER));
        }
        recall(SUPPLIER);
        for (uint256 i; i < others.length; ++i) {
            refuse(Reason.NotMaker, Kinds.endRecall(), others[i], endingRecall(SUPPLIER));
        }
    }

    function test_recalling_takes_the_right_of_quality() external {
        uint256 clerk = addKey(SUPPLIER, 2, RIGHTS_KNOWN - RIGHT_QUALITY);
        refuseBy(clerk, Reason.RightMissing, Kinds.recallLot(), recalling(SUPPLIER));
        recall(SUPPLIER);
        refuseBy(clerk, Reason.RightMissing, Kinds.endRecall(), endingRecall(SUPPLIER));
    }

    function test_a_recall_is_recorded_once_and_ended_at_the_seq_that_was_seen() external {
        refuse(Reason.NotFound, Kinds.endRecall(), SUPPLIER, endingRecall(SUPPLIER));
        LotKey memory lot = LotKey(SUPPLIER, handleOf(SUPPLIER));
        RecallLot memory early = RecallLot(lot, time() + 1 hours, 1, root());
        refuse(Reason.FromTheFuture, Kinds.recallLot(), SUPPLIER, abi.encode(early));
        recall(SUPPLIER);
        refuse(Reason.Recalled, Kinds.recallLot(), SUPPLIER, recalling(SUPPLIER));
        EndRecall memory action = EndRecall(lot, 2, time(), 1, root());
        refuse(Reason.StaleSeq, Kinds.endRecall(), SUPPLIER, abi.encode(action));
        action = EndRecall(lot, 1, time() + 1 hours, 1, root());
        refuse(Reason.FromTheFuture, Kinds.endRecall(), SUPPLIER, abi.encode(action));
        endRecall();
        refuse(Reason.WrongState, Kinds.endRecall(), SUPPLIER, endingRecall(SUPPLIER));
    }

    function test_a_lot_with_as_many_records_as_it_can_hold_refuses() external {
        recall(SUPPLIER);
        bytes32 slot = keccak256(abi.encode(lotId(SUPPLIER, handleOf(SUPPLIER)), uint256(0)));
        vm.store(address(recalls), slot, vm.load(address(recalls), slot) | bytes32(uint256(0xffffff) << 16));
        refuse(Reason.SeqExhausted, Kinds.endRecall(), SUPPLIER, endingRecall(SUPPLIER));
        bytes32 ended = vm.load(address(recalls), slot) & ~bytes32(uint256(0xff));
        vm.store(address(recalls), slot, ended);
        refuse(Reason.SeqExhausted, Kinds.recallLot(), SUPPLIER, recalling(SUPPLIER));
    }

    // ------------------------------------------------------------------------------ what it does to holdings

    function test_recalled_goods_go_back_to_their_maker_and_nowhere_else() external {
        HoldingKey memory goods = make(SUPPLIER, 1);
        handOver(goods, TENANT);
        recall(SUPPLIER);
        refuseDispatch(Reason.Recalled, TENANT, dispatching(goods, CARRIER));
        handOver(goods, SUPPLIER);
        refuseDispatch(Reason.Recalled, SUPPLIER, dispatching(goods, TENANT));
        endRecall();
        handOver(goods, TENANT);
    }

    function test_a_recall_stops_goods_that_are_on_their_way() external {
        HoldingKey memory goods = make(SUPPLIER, 1);
        dispatch(goods, TENANT);
        recall(SUPPLIER);
        refuseReceipt(Reason.Recalled, TENANT, receiving(goods));
        endRecall();
        receiveIt(TENANT, goods);
    }

    function test_a_recall_does_not_stop_goods_on_their_way_back() external {
        HoldingKey memory goods = make(SUPPLIER, 1);
        handOver(goods, TENANT);
        dispatch(goods, SUPPLIER);
        recall(SUPPLIER);
        receiveIt(SUPPLIER, goods);
    }

    function test_a_recall_concerns_what_another_brought_in_of_that_lot() external {
        HoldingKey memory old = HoldingKey(SUPPLIER, handleOf(SUPPLIER), TENANT, 1);
        recordLot(TENANT, creation(old, Origin.OpeningStock));
        recall(SUPPLIER);
        refuseDispatch(Reason.Recalled, TENANT, dispatching(old, CARRIER));
    }

    function test_using_recalled_goods_up_is_recorded_as_a_breach() external {
        HoldingKey memory goods = make(SUPPLIER, 1);
        recall(SUPPLIER);
        recordLot(SUPPLIER, observation(goods));
        vm.assertEq(false, recordOf(goods).has(FLAG_BREACH));
        uint256 breaches = breachesOf(SUPPLIER, consumption(goods));
        vm.assertEq(BREACH_USED_WHILE_RECALLED, breaches);
        vm.assertTrue(recordOf(goods).has(FLAG_BREACH));
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RIGHTS_KNOWN, RIGHT_QUALITY} from "../src/interfaces/IParticipants.sol";
import {Reason} from "../src/interfaces/ISignedLedger.sol";
import {
    BREACH_USED_WHILE_HELD,
    HoldingKey,
    JudgeHolding,
    PlaceHold,
    ReceiveDirect,
    Verdict
} from "../src/interfaces/ITraceability.sol";
import {
    FLAG_BREACH,
    FLAG_DISPUTED,
    FLAG_HELD_BY_PARTY,
    FLAG_HELD_BY_REGULATOR,
    FLAG_QUARANTINED
} from "../src/types/Record.sol";
import {Goods} from "./support/Goods.sol";
import {Kinds} from "./support/Kinds.sol";
import {Lots} from "./support/Lots.sol";
import {vm} from "./support/Vm.sol";

/// @notice Holds stop goods, and quality says what becomes of them.
contract QualityTest is Goods {
    using Lots for HoldingKey;

    HoldingKey private goods;
    uint256 private quality; // the tenant's second key: its first receives

    function setUp() public override {
        super.setUp();
        goods = make(SUPPLIER, 1);
        quality = addKey(TENANT, 2, RIGHT_QUALITY);
    }

    function judgeBy(uint256 key, HoldingKey memory held, Verdict verdict) private {
        recordBy(key, Kinds.judgeHolding(), judging(held, verdict));
    }

    function failed() private pure returns (uint8) {
        return FLAG_QUARANTINED | FLAG_DISPUTED;
    }

    // ------------------------------------------------------------------------------------------------- holds

    function test_a_custodian_holds_and_releases_what_it_has() external {
        placeHold(SUPPLIER, goods);
        vm.assertEq(FLAG_HELD_BY_PARTY, recordOf(goods).flags());
        refuseDispatch(Reason.Held, SUPPLIER, dispatching(goods, TENANT));
        refuse(Reason.Held, Kinds.placeHold(), SUPPLIER, placing(goods));
        releaseHold(SUPPLIER, goods);
        vm.assertEq(0, recordOf(goods).flags());
        refuseVerdict(Reason.WrongState, SUPPLIER, goods, Verdict.Pass);
        refuseVerdict(Reason.WrongState, SUPPLIER, goods, Verdict.Fail);
        handOver(goods, TENANT);
    }

    function test_a_regulator_holds_what_lies_anywhere_and_alone_releases_it() external {
        placeHold(REGULATOR, goods);
        vm.assertEq(FLAG_HELD_BY_REGULATOR, recordOf(goods).flags());
        vm.assertEq(SUPPLIER, custodianOf(goods));
        refuse(Reason.Held, Kinds.placeHold(), REGULATOR, placing(goods));
        refuseVerdict(Reason.WrongState, SUPPLIER, goods, Verdict.Pass);
        refuseVerdict(Reason.NotCustodian, OPERATOR, goods, Verdict.Pass);
        placeHold(SUPPLIER, goods); // Both may hold at once.
        releaseHold(REGULATOR, goods);
        vm.assertEq(FLAG_HELD_BY_PARTY, recordOf(goods).flags());
        refuseDispatch(Reason.Held, SUPPLIER, dispatching(goods, TENANT));
        refuseVerdict(Reason.NotCustodian, REGULATOR, goods, Verdict.Pass); // Not its hold.
        releaseHold(SUPPLIER, goods);
        handOver(goods, TENANT);
    }

    function test_a_regulator_lifts_its_hold_and_judges_nothing() external {
        placeHold(REGULATOR, goods);
        refuseVerdict(Reason.Malformed, REGULATOR, goods, Verdict.Fail);
        refuseVerdict(Reason.Malformed, REGULATOR, goods, Verdict.None);
        recordLot(SUPPLIER, consumption(goods));
        releaseHold(REGULATOR, goods); // Even of what is used up.
        vm.assertEq(false, recordOf(goods).has(FLAG_HELD_BY_REGULATOR));
    }

    function test_a_regulators_hold_stands_beside_what_quality_says() external {
        placeHold(REGULATOR, goods);
        placeHold(SUPPLIER, goods);
        judge(SUPPLIER, goods, Verdict.Fail);
        vm.assertEq(FLAG_HELD_BY_REGULATOR | failed(), recordOf(goods).flags());
        judge(SUPPLIER, goods, Verdict.Pass);
        vm.assertEq(FLAG_HELD_BY_REGULATOR, recordOf(goods).flags());
        judge(REGULATOR, goods, Verdict.Pass);
        vm.assertEq(0, recordOf(goods).flags());
    }

    /// @dev Its samples would be stuck if it could only lift holds of its own.
    function test_a_regulator_judges_the_samples_it_received_like_anybody_else() external {
        handIntoQuarantine(goods, REGULATOR);
        uint256 laboratory = addKey(REGULATOR, 2, RIGHT_QUALITY);
        placeHold(REGULATOR, goods);
        judgeBy(laboratory, goods, Verdict.Pass);
        vm.assertEq(FLAG_QUARANTINED, recordOf(goods).flags()); // The hold first.
        refuseVerdict(Reason.SameSigner, REGULATOR, goods, Verdict.Pass);
        judgeBy(laboratory, goods, Verdict.Pass);
        vm.assertEq(0, recordOf(goods).flags());
    }

    function test_nobody_holds_or_judges_what_lies_with_another() external {
        refuse(Reason.NotCustodian, Kinds.placeHold(), RIVAL, placing(goods));
        refuse(Reason.NotCustodian, Kinds.placeHold(), OPERATOR, placing(goods));
        refuse(Reason.NotCustodian, Kinds.placeHold(), AUTHORITY, placing(goods));
        uint256 clerk = addKey(SUPPLIER, 2, RIGHTS_KNOWN - RIGHT_QUALITY);
        refuseBy(clerk, Reason.RightMissing, Kinds.placeHold(), placing(goods));
        placeHold(SUPPLIER, goods);
        refuseBy(clerk, Reason.RightMissing, Kinds.judgeHolding(), judging(goods, Verdict.Pass));
        refuseVerdict(Reason.NotCustodian, RIVAL, goods, Verdict.Pass);
        refuseVerdict(Reason.NotCustodian, TENANT, goods, Verdict.Fail);
    }

    function test_a_hold_is_on_something_that_is_there() external {
        PlaceHold memory action = PlaceHold(holdingOf(SUPPLIER, 99), time(), 1, root());
        refuse(Reason.NotFound, Kinds.placeHold(), REGULATOR, abi.encode(action));
        action = PlaceHold(goods, time() + 1 hours, 1, root());
        refuse(Reason.FromTheFuture, Kinds.placeHold(), REGULATOR, abi.encode(action));
        recordLot(SUPPLIER, consumption(goods));
        refuse(Reason.Closed, Kinds.placeHold(), REGULATOR, placing(goods));
        refuse(Reason.Closed, Kinds.placeHold(), SUPPLIER, placing(goods));
    }

    function test_a_verdict_is_on_what_was_seen_and_is_one_of_two() external {
        placeHold(SUPPLIER, goods);
        JudgeHolding memory action =
            JudgeHolding(goods, seqOf(goods) - 1, uint8(Verdict.Pass), time(), 1, root());
        refuse(Reason.StaleSeq, Kinds.judgeHolding(), SUPPLIER, abi.encode(action));
        action = JudgeHolding(goods, seqOf(goods), uint8(Verdict.Pass), time() + 1 hours, 1, root());
        refuse(Reason.FromTheFuture, Kinds.judgeHolding(), SUPPLIER, abi.encode(action));
        action.occurredAt = time();
        action.verdict = uint8(Verdict.None);
        refuse(Reason.Malformed, Kinds.judgeHolding(), SUPPLIER, abi.encode(action));
        action.verdict = uint8(type(Verdict).max) + 1;
        refuse(Reason.Malformed, Kinds.judgeHolding(), SUPPLIER, abi.encode(action));
        action.verdict = type(uint8).max;
        refuse(Reason.Malformed, Kinds.judgeHolding(), SUPPLIER, abi.encode(action));
        action.holding.serial = 99;
        refuse(Reason.NotFound, Kinds.judgeHolding(), SUPPLIER, abi.encode(action));
        recordLot(SUPPLIER, consumption(goods));
        refuseVerdict(Reason.Closed, SUPPLIER, goods, Verdict.Pass);
    }

    function test_holds_and_verdicts_reach_goods_on_their_way() external {
        dispatch(goods, TENANT);
        placeHold(SUPPLIER, goods);
        judge(SUPPLIER, goods, Verdict.Pass);
        receiveIt(TENANT, goods);
        vm.assertEq(TENANT, custodianOf(goods));
    }

    function test_using_held_goods_up_is_recorded_as_a_breach() external {
        placeHold(REGULATOR, goods);
        vm.assertEq(BREACH_USED_WHILE_HELD, breachesOf(SUPPLIER, consumption(goods)));
        vm.assertTrue(recordOf(goods).has(FLAG_BREACH));
    }

    function test_a_breach_is_of_its_own_event_not_of_the_next_in_the_batch() external {
        HoldingKey memory other = make(SUPPLIER, 2);
        placeHold(REGULATOR, goods);
        bytes[] memory actions = new bytes[](2);
        actions[0] = consumption(goods);
        actions[1] = consumption(other);
        record(envelope(Kinds.recordLotEvent(), keyOf(SUPPLIER), actions));
        vm.assertEq(0, (lastFacts >> 128) & 0xffff);
        vm.assertEq(false, recordOf(other).has(FLAG_BREACH));
    }

    function test_a_part_stays_under_the_holds_and_the_breach_of_what_it_was_split_from() external {
        placeHold(REGULATOR, goods);
        placeHold(SUPPLIER, goods);
        HoldingKey memory part = holdingOf(SUPPLIER, 2);
        recordLot(SUPPLIER, splitting(goods, part));
        vm.assertEq(FLAG_HELD_BY_PARTY | FLAG_HELD_BY_REGULATOR, recordOf(part).flags());
        refuseDispatch(Reason.Held, SUPPLIER, dispatching(part, TENANT));
        releaseHold(SUPPLIER, goods); // The part keeps its own.
        vm.assertTrue(recordOf(part).has(FLAG_HELD_BY_PARTY));
    }

    // -------------------------------------------------------------------------------------------- quarantine

    function test_what_the_receiver_wants_judged_first_waits_in_quarantine() external {
        handIntoQuarantine(goods, TENANT);
        vm.assertEq(TENANT, custodianOf(goods));
        vm.assertEq(FLAG_QUARANTINED, recordOf(goods).flags());
        refuseDispatch(Reason.Quarantined, TENANT, dispatching(goods, CARRIER));
        HoldingKey memory box = make(TENANT, 1);
        refuseLot(Reason.Held, TENANT, packing(box, goods));
        judgeBy(quality, goods, Verdict.Pass);
        vm.assertEq(0, recordOf(goods).flags());
        handOver(goods, CARRIER);
    }

    function test_whoever_received_goods_into_quarantine_does_not_judge_them() external {
        handIntoQuarantine(goods, TENANT);
        refuseVerdict(Reason.SameSigner, TENANT, goods, Verdict.Pass);
        refuseVerdict(Reason.SameSigner, TENANT, goods, Verdict.Fail);
        placeHold(TENANT, goods); // Nor by way of a hold.
        refuseVerdict(Reason.SameSigner, TENANT, goods, Verdict.Pass);
        judgeBy(quality, goods, Verdict.Pass);
        vm.assertEq(0, recordOf(goods).flags());
    }

    function test_whoever_received_goods_that_fail_later_does_not_pass_them() external {
        handOver(goods, TENANT);
        placeHold(TENANT, goods);
        judge(TENANT, goods, Verdict.Fail); // Its own hold, not in quarantine until then.
        refuseVerdict(Reason.SameSigner, TENANT, goods, Verdict.Pass);
        judgeBy(quality, goods, Verdict.Pass);
    }

    function test_goods_received_from_somebody_who_does_not_sign_are_judged_by_another_too() external {
        HoldingKey memory bought = HoldingKey(0, keccak256("no maker on this ledger"), TENANT, 1);
        ReceiveDirect memory action = receivingDirect(bought);
        action.quarantine = true;
        record(Kinds.receiveDirect(), TENANT, abi.encode(action));
        vm.assertEq(FLAG_QUARANTINED, recordOf(bought).flags());
        refuseVerdict(Reason.SameSigner, TENANT, bought, Verdict.Pass);
        refuseDispatch(Reason.Quarantined, TENANT, dispatching(bought, SUPPLIER));
        judgeBy(quality, bought, Verdict.Pass);
        handOver(bought, SUPPLIER);
    }

    function test_a_new_receipt_names_a_new_receiver() external {
        handOver(goods, TENANT);
        handOver(goods, RIVAL);
        handIntoQuarantine(goods, TENANT);
        (address receiver, uint24 from) = traceability.receiptOf(goods.id());
        vm.assertEq(addressOf(TENANT), receiver);
        vm.assertEq(RIVAL, from);
    }

    // ---------------------------------------------------------------------------------------- what has failed

    function test_failed_goods_stay_in_quarantine_and_are_judged_again() external {
        handIntoQuarantine(goods, TENANT);
        judgeBy(quality, goods, Verdict.Fail);
        vm.assertEq(failed(), recordOf(goods).flags());
        judgeBy(quality, goods, Verdict.Fail);
        vm.assertEq(failed(), recordOf(goods).flags());
        judgeBy(quality, goods, Verdict.Pass);
        vm.assertEq(0, recordOf(goods).flags());
    }

    function test_goods_that_failed_go_into_quarantine_from_a_hold_too() external {
        placeHold(SUPPLIER, goods);
        judge(SUPPLIER, goods, Verdict.Fail);
        vm.assertEq(failed(), recordOf(goods).flags());
        refuseDispatch(Reason.Quarantined, SUPPLIER, dispatching(goods, TENANT));
    }

    function test_failed_goods_are_destroyed_without_a_breach() external {
        handIntoQuarantine(goods, TENANT);
        judgeBy(quality, goods, Verdict.Fail);
        vm.assertEq(0, breachesOf(TENANT, consumption(goods)));
        vm.assertEq(false, recordOf(goods).has(FLAG_BREACH));
    }

    function test_failed_goods_under_a_hold_are_not_destroyed_without_a_breach() external {
        handIntoQuarantine(goods, TENANT);
        judgeBy(quality, goods, Verdict.Fail);
        placeHold(REGULATOR, goods);
        vm.assertEq(BREACH_USED_WHILE_HELD, breachesOf(TENANT, consumption(goods)));
    }

    function test_quarantined_goods_nobody_failed_are_not_destroyed_without_a_breach() external {
        handIntoQuarantine(goods, TENANT);
        vm.assertEq(BREACH_USED_WHILE_HELD, breachesOf(TENANT, consumption(goods)));
    }

    function test_making_something_of_failed_goods_is_a_breach() external {
        handIntoQuarantine(goods, TENANT);
        judgeBy(quality, goods, Verdict.Fail);
        vm.assertEq(BREACH_USED_WHILE_HELD, breachesOf(TENANT, transformation(goods, holdingOf(TENANT, 1))));
        vm.assertTrue(recordOf(goods).has(FLAG_BREACH));
    }

    function test_failed_goods_go_back_to_who_sent_them_who_judges_anew() external {
        handIntoQuarantine(goods, TENANT);
        judgeBy(quality, goods, Verdict.Fail);
        refuseDispatch(Reason.Quarantined, TENANT, dispatching(goods, RIVAL));
        handOver(goods, SUPPLIER);
        vm.assertEq(SUPPLIER, custodianOf(goods));
        vm.assertEq(FLAG_QUARANTINED, recordOf(goods).flags());
        uint256 laboratory = addKey(SUPPLIER, 2, RIGHT_QUALITY);
        refuseVerdict(Reason.SameSigner, SUPPLIER, goods, Verdict.Pass);
        judgeBy(laboratory, goods, Verdict.Pass);
        handOver(goods, TENANT);
    }

    function test_quarantined_goods_go_back_through_each_hand_they_came_from() external {
        handOver(goods, RIVAL);
        handIntoQuarantine(goods, TENANT);
        refuseDispatch(Reason.Quarantined, TENANT, dispatching(goods, CARRIER));
        handOver(goods, RIVAL);
        handOver(goods, TENANT); // Who sent them last: they may come again.
        vm.assertEq(FLAG_QUARANTINED, recordOf(goods).flags());
    }

    /// @dev Recalled goods go to their maker only: with a distributor in between they would be stuck.
    function test_quarantined_goods_may_go_to_their_maker_whoever_sent_them() external {
        handOver(goods, RIVAL);
        handIntoQuarantine(goods, TENANT);
        recall(SUPPLIER);
        refuseDispatch(Reason.Recalled, TENANT, dispatching(goods, RIVAL));
        handOver(goods, SUPPLIER);
        vm.assertEq(SUPPLIER, custodianOf(goods));
    }

    function test_goods_that_fail_on_their_way_arrive_nowhere_but_where_they_came_from() external {
        dispatch(goods, TENANT);
        placeHold(SUPPLIER, goods);
        judge(SUPPLIER, goods, Verdict.Fail);
        refuseReceipt(Reason.Quarantined, TENANT, receiving(goods));
        endIt(SUPPLIER, goods);
        judge(SUPPLIER, goods, Verdict.Pass);
        handOver(goods, TENANT);
        dispatch(goods, SUPPLIER);
        placeHold(TENANT, goods);
        judge(TENANT, goods, Verdict.Fail);
        receiveIt(SUPPLIER, goods);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RIGHT_QUALITY, RIGHT_RECEIVE} from "../src/interfaces/IParticipants.sol";
import {Reason} from "../src/interfaces/ISignedLedger.sol";
import {
    BREACH_UNPACKED_FROM_ELSEWHERE,
    HoldingKey,
    ItemRole,
    LotAction,
    LotEventKind,
    ReceiveGoods,
    Verdict
} from "../src/interfaces/ITraceability.sol";
import {FLAG_DISPUTED, FLAG_QUARANTINED} from "../src/types/Record.sol";
import {Goods} from "./support/Goods.sol";
import {Kinds} from "./support/Kinds.sol";
import {Lots, SignedItem} from "./support/Lots.sol";
import {vm} from "./support/Vm.sol";

/// @notice Out of quarantine leads a verdict by somebody other than the receiver, and no splitting and no unpacking.
contract QuarantineTest is Goods {
    using Lots for HoldingKey;

    HoldingKey private pallet;
    HoldingKey private box;
    HoldingKey private vial;
    uint256 private quality;
    uint256 private dock; // a second key that receives

    function setUp() public override {
        super.setUp();
        pallet = make(SUPPLIER, 1);
        box = make(SUPPLIER, 2);
        vial = make(SUPPLIER, 3);
        quality = addKey(TENANT, 2, RIGHT_QUALITY);
        dock = addKey(TENANT, 3, RIGHT_RECEIVE | RIGHT_QUALITY);
    }

    function judgeBy(uint256 key, HoldingKey memory held, Verdict verdict) private {
        recordBy(key, Kinds.judgeHolding(), judging(held, verdict));
    }

    /// @dev Into quarantine, by the hand of the tenant's second dock.
    function receiveAtDock(HoldingKey memory holding) private {
        ReceiveGoods memory action = receiving(holding);
        action.quarantine = true;
        recordBy(dock, Kinds.receiveGoods(), abi.encode(action));
    }

    function fail(HoldingKey memory holding) private {
        placeHold(custodianOf(holding), holding);
        judge(custodianOf(holding), holding, Verdict.Fail);
    }

    function partOf(HoldingKey memory holding) private pure returns (HoldingKey memory) {
        return HoldingKey(holding.maker, holding.handle, TENANT, 1);
    }

    function assertReceipt(uint256 key, uint24 from, HoldingKey memory holding) private view {
        (address receiver, uint24 from_) = traceability.receiptOf(holding.id());
        vm.assertEq(key == 0 ? address(0) : vm.addr(key), receiver);
        vm.assertEq(from, from_);
    }

    function assertWaitsForAnother(uint256 key, HoldingKey memory holding) private {
        vm.assertTrue(recordOf(holding).has(FLAG_QUARANTINED));
        assertReceipt(key, SUPPLIER, holding);
        refuseBy(key, Reason.SameSigner, Kinds.judgeHolding(), judging(holding, Verdict.Pass));
        judgeBy(quality, holding, Verdict.Pass);
        vm.assertEq(false, recordOf(holding).has(FLAG_QUARANTINED));
    }

    // -------------------------------------------------------------------------------------------------- parts

    function test_a_part_of_goods_in_quarantine_is_in_quarantine_and_has_their_receiver() external {
        handIntoQuarantine(box, TENANT);
        HoldingKey memory part = partOf(box);
        recordLot(TENANT, splitting(box, part));
        judgeBy(quality, box, Verdict.Pass); // The part waits for a verdict of its own.
        assertWaitsForAnother(keyOf(TENANT), part);
    }

    function test_a_part_of_goods_that_failed_has_failed() external {
        handIntoQuarantine(box, TENANT);
        judgeBy(quality, box, Verdict.Fail);
        HoldingKey memory part = partOf(box);
        recordLot(TENANT, splitting(box, part));
        vm.assertEq(FLAG_QUARANTINED | FLAG_DISPUTED, recordOf(part).flags());
        vm.assertEq(0, breachesOf(TENANT, consumption(part)));
    }

    function test_a_part_that_fails_later_goes_back_to_who_sent_the_whole() external {
        handOver(box, RIVAL);
        handOver(box, TENANT);
        HoldingKey memory part = partOf(box);
        recordLot(TENANT, splitting(box, part));
        assertReceipt(keyOf(TENANT), RIVAL, part);
        fail(part);
        refuseVerdict(Reason.SameSigner, TENANT, part, Verdict.Pass);
        handOver(part, RIVAL);
    }

    function test_a_part_of_what_nobody_received_has_no_receipt() external {
        HoldingKey memory part = holdingOf(SUPPLIER, 9);
        recordLot(SUPPLIER, splitting(box, part));
        assertReceipt(0, 0, part);
    }

    // ----------------------------------------------------------------------------------------------- contents

    function test_what_is_unpacked_in_quarantine_stays_there_at_every_level() external {
        pack(SUPPLIER, box, vial);
        pack(SUPPLIER, pallet, box);
        handIntoQuarantine(pallet, TENANT);
        unpack(TENANT, pallet, box);
        unpack(TENANT, box, vial);
        judgeBy(quality, pallet, Verdict.Pass);
        assertWaitsForAnother(keyOf(TENANT), box);
        assertWaitsForAnother(keyOf(TENANT), vial);
    }

    function test_what_lay_in_goods_that_failed_has_failed() external {
        pack(SUPPLIER, box, vial);
        handIntoQuarantine(box, TENANT);
        judgeBy(quality, box, Verdict.Fail);
        unpack(TENANT, box, vial);
        vm.assertEq(FLAG_QUARANTINED | FLAG_DISPUTED, recordOf(vial).flags());
        vm.assertEq(0, breachesOf(TENANT, consumption(vial)));
    }

    function test_what_is_taken_out_of_a_used_up_packing_stays_in_quarantine() external {
        pack(SUPPLIER, box, vial);
        handIntoQuarantine(box, TENANT);
        recordLot(TENANT, consumption(box));
        unpack(TENANT, box, vial);
        assertWaitsForAnother(keyOf(TENANT), vial);
    }

    function test_once_its_packing_has_passed_what_lies_in_it_is_free() external {
        pack(SUPPLIER, box, vial);
        handIntoQuarantine(box, TENANT);
        judgeBy(quality, box, Verdict.Pass);
        unpack(TENANT, box, vial);
        vm.assertEq(0, recordOf(vial).flags());
    }

    /// @dev A verdict on the vial alone does not take it out of a box in quarantine.
    function test_a_packed_vial_is_not_passed_round_its_box() external {
        pack(SUPPLIER, box, vial);
        handIntoQuarantine(box, TENANT);
        refuseVerdict(Reason.WrongState, TENANT, vial, Verdict.Pass);
        placeHold(TENANT, vial);
        releaseHold(TENANT, vial);
        unpack(TENANT, box, vial);
        assertWaitsForAnother(keyOf(TENANT), vial);
    }

    function test_what_came_in_a_packing_and_fails_later_goes_back_to_who_sent_that() external {
        pack(SUPPLIER, box, vial);
        handOver(box, RIVAL);
        handOver(box, TENANT);
        unpack(TENANT, box, vial);
        assertReceipt(keyOf(TENANT), RIVAL, vial);
        fail(vial);
        refuseVerdict(Reason.SameSigner, TENANT, vial, Verdict.Pass);
        handOver(vial, RIVAL);
    }

    function test_what_fails_inside_a_packing_is_not_passed_by_who_received_the_packing() external {
        pack(SUPPLIER, box, vial);
        pack(SUPPLIER, pallet, box);
        handOver(pallet, TENANT);
        fail(vial);
        refuseVerdict(Reason.SameSigner, TENANT, vial, Verdict.Pass); // As it lies there.
        unpack(TENANT, box, vial);
        assertWaitsForAnother(keyOf(TENANT), vial);
    }

    /// @dev Goods that failed at the sender, in a pallet that did not, are new to the receiver.
    function test_what_failed_at_the_sender_is_not_passed_by_who_received_its_packing() external {
        pack(SUPPLIER, box, vial);
        pack(SUPPLIER, pallet, box);
        fail(box);
        handOver(pallet, TENANT);
        refuseVerdict(Reason.SameSigner, TENANT, box, Verdict.Pass);
        unpack(TENANT, box, vial);
        assertWaitsForAnother(keyOf(TENANT), vial);
        unpack(TENANT, pallet, box);
        assertWaitsForAnother(keyOf(TENANT), box);
    }

    function test_what_was_packed_here_keeps_its_own_receipt() external {
        dispatch(vial, TENANT);
        recordBy(dock, Kinds.receiveGoods(), abi.encode(receiving(vial)));
        handOver(box, TENANT);
        pack(TENANT, box, vial);
        unpack(TENANT, box, vial);
        assertReceipt(dock, SUPPLIER, vial);
        HoldingKey memory crate = make(TENANT, 9);
        pack(TENANT, crate, vial);
        fail(crate);
        unpack(TENANT, crate, vial);
        assertReceipt(dock, SUPPLIER, vial); // Nobody received the crate.
        refuseBy(dock, Reason.SameSigner, Kinds.judgeHolding(), judging(vial, Verdict.Pass));
    }

    function test_what_comes_back_into_quarantine_in_its_packing_has_a_new_receiver() external {
        pack(SUPPLIER, box, vial);
        handOver(box, RIVAL);
        handIntoQuarantine(box, SUPPLIER);
        unpack(SUPPLIER, box, vial);
        assertReceipt(keyOf(SUPPLIER), RIVAL, vial);
        refuseVerdict(Reason.SameSigner, SUPPLIER, vial, Verdict.Pass);
    }

    /// @dev The box failed here before it went away: what brought it back is what counts.
    function test_what_comes_back_in_a_failed_box_has_the_receiver_of_the_whole() external {
        pack(SUPPLIER, box, vial);
        pack(SUPPLIER, pallet, box);
        fail(box);
        handOver(pallet, RIVAL);
        handIntoQuarantine(pallet, SUPPLIER);
        unpack(SUPPLIER, box, vial);
        assertReceipt(keyOf(SUPPLIER), RIVAL, vial);
        refuseVerdict(Reason.SameSigner, SUPPLIER, vial, Verdict.Pass);
    }

    // ------------------------------------------------------------------------------ what an attacker would try

    function unpackAll(HoldingKey memory parent, HoldingKey memory a, HoldingKey memory b)
        private
        returns (uint256 breaches)
    {
        SignedItem[] memory items = Lots.list(
            present(ItemRole.Parent, parent), present(ItemRole.Child, a), present(ItemRole.Child, b)
        );
        return breachesOf(TENANT, abi.encode(lotEvent(LotEventKind.Aggregation, LotAction.Delete, items)));
    }

    /// @dev Else the dock would get rid of its own receipt by unpacking beside it what another received.
    function test_loose_goods_do_not_change_their_receiver_by_being_unpacked() external {
        dispatch(vial, TENANT);
        receiveAtDock(vial);
        HoldingKey memory inner = make(SUPPLIER, 4);
        pack(SUPPLIER, box, inner);
        handIntoQuarantine(box, TENANT);
        vm.assertEq(BREACH_UNPACKED_FROM_ELSEWHERE, unpackAll(box, inner, vial));
        assertWaitsForAnother(dock, vial);
        assertWaitsForAnother(keyOf(TENANT), inner);
    }

    function test_what_is_unpacked_at_once_from_two_packings_keeps_the_receiver_of_each() external {
        HoldingKey memory inner = make(SUPPLIER, 4);
        pack(SUPPLIER, box, inner);
        pack(SUPPLIER, pallet, vial);
        dispatch(pallet, TENANT);
        receiveAtDock(pallet);
        handIntoQuarantine(box, TENANT);
        vm.assertEq(BREACH_UNPACKED_FROM_ELSEWHERE, unpackAll(box, inner, vial));
        assertWaitsForAnother(keyOf(TENANT), inner);
        assertWaitsForAnother(dock, vial);
    }

    /// @dev The vial lies in the box, which is unpacked in the same event; either order of their ids.
    function test_a_nest_that_is_unpacked_at_once_keeps_the_receiver_of_the_whole() external {
        for (uint32 i = 10; i < 16; i += 2) {
            HoldingKey memory outer = make(SUPPLIER, 100 + i);
            HoldingKey memory inner = make(SUPPLIER, i);
            HoldingKey memory innermost = make(SUPPLIER, i + 1);
            pack(SUPPLIER, inner, innermost);
            pack(SUPPLIER, outer, inner);
            handIntoQuarantine(outer, TENANT);
            unpackAll(outer, inner, innermost);
            assertWaitsForAnother(keyOf(TENANT), inner);
            assertWaitsForAnother(keyOf(TENANT), innermost);
        }
    }

    /// @dev What is packed must be free, so a packing launders nothing.
    function test_goods_in_quarantine_are_not_packed() external {
        handIntoQuarantine(vial, TENANT);
        handOver(box, TENANT);
        refuseLot(Reason.Held, TENANT, packing(box, vial));
    }

    function test_what_is_packed_into_a_packing_in_quarantine_comes_out_into_quarantine() external {
        handIntoQuarantine(box, TENANT);
        handOver(vial, TENANT);
        pack(TENANT, box, vial);
        unpack(TENANT, box, vial);
        assertWaitsForAnother(keyOf(TENANT), vial);
    }
}

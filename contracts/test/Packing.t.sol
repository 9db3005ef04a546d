// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Reason} from "../src/interfaces/ISignedLedger.sol";
import {
    BREACH_UNPACKED_FROM_ELSEWHERE,
    HoldingKey,
    LotAction,
    Origin
} from "../src/interfaces/ITraceability.sol";
import {FLAG_BREACH, FLAG_HELD_BY_PARTY, FLAG_HELD_BY_REGULATOR, FLAG_PACKED} from "../src/types/Record.sol";
import {Kinds} from "./support/Kinds.sol";
import {Lots} from "./support/Lots.sol";
import {Goods} from "./support/Goods.sol";
import {vm} from "./support/Vm.sol";

/// @notice What is packed follows its packing, and nobody gets round a signature by packing.
contract PackingTest is Goods {
    using Lots for HoldingKey;

    HoldingKey private pallet;
    HoldingKey private box;
    HoldingKey private vial;

    function setUp() public override {
        super.setUp();
        pallet = make(SUPPLIER, 1);
        box = make(SUPPLIER, 2);
        vial = make(SUPPLIER, 3);
    }

    function test_a_packed_holding_follows_its_parent_through_every_change_of_custody() external {
        pack(SUPPLIER, box, vial);
        pack(SUPPLIER, pallet, box);
        handOver(pallet, CARRIER);
        vm.assertEq(CARRIER, custodianOf(vial));
        handOver(pallet, TENANT);
        vm.assertEq(TENANT, custodianOf(vial));
        vm.assertEq(TENANT, custodianOf(box));
        vm.assertEq(SUPPLIER, recordOf(vial).holder());
        vm.assertEq(box.id(), traceability.parentOf(vial.id()));
    }

    function test_what_is_unpacked_lies_with_the_custodian_of_then() external {
        pack(SUPPLIER, box, vial);
        pack(SUPPLIER, pallet, box);
        handOver(pallet, CARRIER);
        handOver(pallet, TENANT);
        refuseLot(Reason.NotCustodian, SUPPLIER, unpacking(box, vial));
        refuseLot(Reason.NotCustodian, CARRIER, unpacking(box, vial));
        unpack(TENANT, box, vial);
        vm.assertEq(TENANT, recordOf(vial).holder());
        vm.assertEq(0, traceability.parentOf(vial.id()));
        vm.assertEq(false, recordOf(vial).has(FLAG_PACKED));
        handOver(pallet, RIVAL);
        vm.assertEq(TENANT, custodianOf(vial));
        vm.assertEq(RIVAL, custodianOf(box));
    }

    function test_what_is_packed_is_neither_dispatched_nor_used_nor_split_nor_packed_again() external {
        HoldingKey memory other = make(SUPPLIER, 4);
        pack(SUPPLIER, pallet, box);
        refuseDispatch(Reason.Packed, SUPPLIER, dispatching(box, TENANT));
        refuseLot(Reason.Packed, SUPPLIER, consumption(box));
        refuseLot(Reason.Packed, SUPPLIER, splitting(box, holdingOf(SUPPLIER, 5)));
        refuseLot(Reason.Packed, SUPPLIER, packing(other, box));
    }

    function test_what_is_packed_is_observed_and_held_by_its_custodian() external {
        pack(SUPPLIER, pallet, box);
        handOver(pallet, TENANT);
        refuseLot(Reason.NotCustodian, SUPPLIER, observation(box));
        recordLot(TENANT, observation(box));
        placeHold(TENANT, box);
        releaseHold(TENANT, box);
    }

    function test_a_packing_cannot_contain_itself() external {
        refuseLot(Reason.Malformed, SUPPLIER, packing(box, box));
        pack(SUPPLIER, box, vial);
        refuseLot(Reason.Malformed, SUPPLIER, packing(vial, box));
        pack(SUPPLIER, pallet, box);
        refuseLot(Reason.Malformed, SUPPLIER, packing(vial, pallet));
    }

    function test_only_what_lies_here_is_packed_and_only_into_what_lies_here() external {
        HoldingKey memory foreign = make(RIVAL, 1);
        refuseLot(Reason.NotCustodian, SUPPLIER, packing(box, foreign));
        refuseLot(Reason.NotCustodian, SUPPLIER, packing(foreign, box));
        recordLot(SUPPLIER, consumption(vial));
        refuseLot(Reason.Closed, SUPPLIER, packing(box, vial));
        refuseLot(Reason.Closed, SUPPLIER, packing(vial, box));
    }

    function test_what_lay_in_a_used_up_packing_can_still_be_taken_out() external {
        pack(SUPPLIER, box, vial);
        recordLot(SUPPLIER, consumption(box));
        unpack(SUPPLIER, box, vial);
        vm.assertEq(SUPPLIER, custodianOf(vial));
        refuseLot(Reason.Closed, SUPPLIER, unpacking(vial, box));
    }

    function test_unpacking_from_where_it_does_not_lie_is_recorded_as_a_breach() external {
        pack(SUPPLIER, box, vial);
        vm.assertEq(BREACH_UNPACKED_FROM_ELSEWHERE, breachesOf(SUPPLIER, unpacking(pallet, vial)));
        vm.assertTrue(recordOf(vial).has(FLAG_BREACH));
        vm.assertEq(false, recordOf(vial).has(FLAG_PACKED));
    }

    function test_observing_a_packing_ties_and_unties_nothing() external {
        recordLot(SUPPLIER, aggregation(LotAction.Observe, box, vial));
        vm.assertEq(0, traceability.parentOf(vial.id()));
        pack(SUPPLIER, box, vial);
        recordLot(SUPPLIER, aggregation(LotAction.Observe, box, vial));
        vm.assertEq(box.id(), traceability.parentOf(vial.id()));
        vm.assertTrue(recordOf(vial).has(FLAG_PACKED));
    }

    function test_sixteen_levels_are_followed_and_the_seventeenth_waits_until_unpacked_above() external {
        HoldingKey[] memory nest = new HoldingKey[](18);
        for (uint32 i; i < 18; ++i) {
            nest[i] = make(SUPPLIER, 100 + i);
        }
        // From the inside out, so that each packing is shallow when it is made.
        for (uint256 i = 17; i > 0; --i) {
            pack(SUPPLIER, nest[i - 1], nest[i]);
        }
        vm.assertEq(SUPPLIER, custodianOf(nest[16]));
        vm.assertEq(0, custodianOf(nest[17]));
        refuseLot(Reason.NestingTooDeep, SUPPLIER, observation(nest[17]));
        unpack(SUPPLIER, nest[0], nest[1]);
        recordLot(SUPPLIER, observation(nest[17]));
    }

    // ---------------------------------------------------------------------------- what an attacker would try

    function test_nothing_is_packed_into_or_taken_out_of_what_is_on_its_way() external {
        HoldingKey memory swap = make(SUPPLIER, 4);
        pack(SUPPLIER, pallet, box);
        dispatch(pallet, TENANT);
        refuseLot(Reason.WrongState, SUPPLIER, packing(pallet, swap));
        refuseLot(Reason.WrongState, SUPPLIER, unpacking(pallet, box));
    }

    /// @dev The receiver agrees to the pallet's head, which the inner box does not touch.
    function test_nothing_is_swapped_inside_a_box_inside_what_is_on_its_way() external {
        HoldingKey memory swap = make(SUPPLIER, 4);
        pack(SUPPLIER, box, vial);
        pack(SUPPLIER, pallet, box);
        dispatch(pallet, TENANT);
        refuseLot(Reason.WrongState, SUPPLIER, unpacking(box, vial));
        refuseLot(Reason.WrongState, SUPPLIER, packing(box, swap));
    }

    /// @dev Naming another parent would leave the head of the pallet on its way as it was.
    function test_nothing_leaves_what_is_on_its_way_under_the_name_of_another_packing() external {
        HoldingKey memory other = make(SUPPLIER, 4);
        pack(SUPPLIER, pallet, box);
        dispatch(pallet, TENANT);
        refuseLot(Reason.WrongState, SUPPLIER, unpacking(other, box));
    }

    function test_a_hold_is_not_got_round_by_packing() external {
        placeHold(REGULATOR, vial);
        refuseLot(Reason.Held, SUPPLIER, packing(box, vial));
        releaseHold(REGULATOR, vial);
        pack(SUPPLIER, box, vial);
    }

    function test_a_hold_is_not_got_round_by_unpacking() external {
        pack(SUPPLIER, box, vial);
        pack(SUPPLIER, pallet, box);
        placeHold(REGULATOR, pallet);
        placeHold(SUPPLIER, box);
        unpack(SUPPLIER, box, vial);
        vm.assertEq(FLAG_HELD_BY_PARTY | FLAG_HELD_BY_REGULATOR, recordOf(vial).flags());
        refuseDispatch(Reason.Held, SUPPLIER, dispatching(vial, TENANT));
        releaseHold(REGULATOR, pallet); // As a part that was split off, it keeps its own.
        unpack(SUPPLIER, pallet, box);
        vm.assertEq(FLAG_HELD_BY_PARTY, recordOf(box).flags());
    }

    function test_a_recall_is_not_got_round_by_packing() external {
        HoldingKey memory crate = make(RIVAL, 1);
        HoldingKey memory mine = HoldingKey(SUPPLIER, handleOf(SUPPLIER), RIVAL, 9);
        recordLot(RIVAL, creation(mine, Origin.OpeningStock));
        recall(SUPPLIER);
        refuseLot(Reason.Recalled, RIVAL, packing(crate, mine));
    }
}

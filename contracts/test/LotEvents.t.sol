// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RIGHTS_KNOWN, RIGHT_STOCK} from "../src/interfaces/IParticipants.sol";
import {Reason} from "../src/interfaces/ISignedLedger.sol";
import {
    HoldingKey,
    HoldingStatus,
    ItemRole,
    LotAction,
    LotEventKind,
    Origin
} from "../src/interfaces/ITraceability.sol";
import {FLAG_CLOSED} from "../src/types/Record.sol";
import {Goods} from "./support/Goods.sol";
import {Envelope} from "./support/Envelope.sol";
import {Kinds} from "./support/Kinds.sol";
import {Lots, SignedItem, SignedLotEvent} from "./support/Lots.sol";
import {vm} from "./support/Vm.sol";

/// @notice Every holding has one creation with an origin, and nothing is used twice.
contract LotEventsTest is Goods {
    using Lots for HoldingKey;

    function objectAdd(SignedItem[] memory items) private returns (bytes memory) {
        return abi.encode(lotEvent(LotEventKind.Object, LotAction.Add, items));
    }

    function transformation(SignedItem[] memory items) private returns (bytes memory) {
        return abi.encode(lotEvent(LotEventKind.Transformation, LotAction.None, items));
    }

    function born(Origin origin, HoldingKey memory goods) private pure returns (SignedItem memory) {
        return Lots.born(ItemRole.Subject, origin, goods);
    }

    // --------------------------------------------------------------------------------------------- creation

    function test_a_holding_is_created_once() external {
        HoldingKey memory goods = make(SUPPLIER, 1);
        refuseLot(Reason.AlreadyExists, SUPPLIER, creation(goods, Origin.Made));
        SignedItem memory again = born(Origin.Made, goods);
        again.seq = seqOf(goods);
        refuseLot(Reason.AlreadyExists, SUPPLIER, objectAdd(Lots.list(again)));
        recordLot(SUPPLIER, consumption(goods));
        refuseLot(Reason.AlreadyExists, SUPPLIER, creation(goods, Origin.Made));
    }

    function test_nobody_creates_under_the_number_of_another() external {
        refuseLot(Reason.WrongActor, RIVAL, creation(holdingOf(SUPPLIER, 1), Origin.Made));
        refuseLot(Reason.WrongActor, RIVAL, creation(holdingOf(SUPPLIER, 1), Origin.OpeningStock));
        refuseLot(Reason.WrongActor, OPERATOR, creation(holdingOf(SUPPLIER, 1), Origin.BroughtIn));
    }

    function test_making_takes_a_maker() external {
        refuseLot(Reason.RoleMissing, CARRIER, creation(holdingOf(CARRIER, 1), Origin.Made));
        HoldingKey memory feigned = HoldingKey(SUPPLIER, handleOf(SUPPLIER), RIVAL, 1);
        refuseLot(Reason.NotMaker, RIVAL, creation(feigned, Origin.Made));
        make(TENANT, 1);
    }

    function test_what_was_there_before_is_brought_in_by_anyone_of_any_maker() external {
        HoldingKey memory bought = HoldingKey(SUPPLIER, handleOf(SUPPLIER), TENANT, 1);
        HoldingKey memory foreign = HoldingKey(0, keccak256("no maker on this ledger"), CARRIER, 1);
        recordLot(TENANT, creation(bought, Origin.OpeningStock));
        recordLot(CARRIER, creation(foreign, Origin.BroughtIn));
        vm.assertEq(CARRIER, custodianOf(foreign));
    }

    function test_a_creation_has_an_origin() external {
        HoldingKey memory goods = holdingOf(SUPPLIER, 1);
        refuseLot(Reason.Malformed, SUPPLIER, creation(goods, Origin.None));
        SignedItem memory item = born(Origin.Made, goods);
        item.origin = uint8(type(Origin).max) + 1;
        refuseLot(Reason.Malformed, SUPPLIER, objectAdd(Lots.list(item)));
        item = born(Origin.Made, goods);
        item.seq = 1;
        refuseLot(Reason.AlreadyExists, SUPPLIER, objectAdd(Lots.list(item)));
    }

    function test_what_exists_has_no_second_origin() external {
        HoldingKey memory goods = make(SUPPLIER, 1);
        SignedItem memory item = present(ItemRole.Subject, goods);
        item.origin = uint8(Origin.BroughtIn);
        bytes memory act = abi.encode(lotEvent(LotEventKind.Object, LotAction.Observe, Lots.list(item)));
        refuseLot(Reason.Malformed, SUPPLIER, act);
    }

    // ------------------------------------------------------------------------------------------------ split

    function test_parts_are_of_the_lot_they_are_split_from_whoever_splits() external {
        HoldingKey memory goods = make(SUPPLIER, 1);
        handOver(goods, TENANT);
        HoldingKey memory part = HoldingKey(SUPPLIER, handleOf(SUPPLIER), TENANT, 1);
        recordLot(TENANT, splitting(goods, part));
        vm.assertEq(TENANT, custodianOf(part));
        refuseLot(
            Reason.LotMismatch, TENANT, splitting(goods, HoldingKey(SUPPLIER, keccak256("other"), TENANT, 2))
        );
        refuseLot(
            Reason.LotMismatch, TENANT, splitting(goods, HoldingKey(RIVAL, handleOf(SUPPLIER), TENANT, 2))
        );
        refuseLot(Reason.WrongActor, TENANT, splitting(goods, holdingOf(SUPPLIER, 2)));
    }

    function test_several_parts_are_split_off_at_once_and_the_rest_stays() external {
        HoldingKey memory goods = make(SUPPLIER, 1);
        SignedItem[] memory items = Lots.list(
            present(ItemRole.Source, goods),
            born(Origin.Split, holdingOf(SUPPLIER, 2)),
            born(Origin.Split, holdingOf(SUPPLIER, 3))
        );
        recordLot(SUPPLIER, objectAdd(items));
        vm.assertEq(2, seqOf(goods));
        vm.assertEq(1, seqOf(holdingOf(SUPPLIER, 2)));
        vm.assertEq(1, seqOf(holdingOf(SUPPLIER, 3)));
    }

    function test_a_part_has_a_source_and_what_has_a_source_is_a_part() external {
        HoldingKey memory goods = make(SUPPLIER, 1);
        HoldingKey memory part = holdingOf(SUPPLIER, 2);
        refuseLot(Reason.Malformed, SUPPLIER, creation(part, Origin.Split));
        Origin[3] memory others = [Origin.Made, Origin.BroughtIn, Origin.OpeningStock];
        for (uint256 i; i < others.length; ++i) {
            SignedItem[] memory items = Lots.list(present(ItemRole.Source, goods), born(others[i], part));
            refuseLot(Reason.Malformed, SUPPLIER, objectAdd(items));
        }
    }

    function test_a_source_lies_here_and_is_not_used_up() external {
        HoldingKey memory goods = make(SUPPLIER, 1);
        HoldingKey memory part = HoldingKey(SUPPLIER, handleOf(SUPPLIER), RIVAL, 2);
        refuseLot(Reason.NotCustodian, RIVAL, splitting(goods, part));
        recordLot(SUPPLIER, consumption(goods));
        refuseLot(Reason.Closed, SUPPLIER, splitting(goods, holdingOf(SUPPLIER, 2)));
    }

    // ----------------------------------------------------------------------------------------------- use

    function test_a_transformation_uses_up_its_inputs_and_makes_its_outputs() external {
        HoldingKey memory goods = make(SUPPLIER, 1);
        handOver(goods, TENANT);
        HoldingKey memory product = holdingOf(TENANT, 1);
        SignedItem[] memory items =
            Lots.list(present(ItemRole.Input, goods), Lots.born(ItemRole.Output, Origin.Made, product));
        recordLot(TENANT, transformation(items));
        vm.assertEq(uint8(HoldingStatus.UsedUp), recordOf(goods).status());
        vm.assertTrue(recordOf(goods).has(FLAG_CLOSED));
        vm.assertEq(TENANT, custodianOf(product));
    }

    function test_the_outputs_of_a_transformation_are_made_by_who_transforms() external {
        HoldingKey memory goods = make(SUPPLIER, 1);
        HoldingKey memory product = HoldingKey(SUPPLIER, keccak256("product"), SUPPLIER, 1);
        Origin[3] memory others = [Origin.Split, Origin.BroughtIn, Origin.OpeningStock];
        for (uint256 i; i < others.length; ++i) {
            SignedItem[] memory items =
                Lots.list(present(ItemRole.Input, goods), Lots.born(ItemRole.Output, others[i], product));
            refuseLot(Reason.Malformed, SUPPLIER, transformation(items));
        }
        product.maker = RIVAL;
        refuseLot(
            Reason.NotMaker,
            SUPPLIER,
            transformation(
                Lots.list(present(ItemRole.Input, goods), Lots.born(ItemRole.Output, Origin.Made, product))
            )
        );
        vm.assertEq(1, seqOf(goods));
    }

    function test_nothing_is_used_twice_nor_seen_after() external {
        HoldingKey memory goods = make(SUPPLIER, 1);
        recordLot(SUPPLIER, consumption(goods));
        refuseLot(Reason.Closed, SUPPLIER, consumption(goods));
        refuseLot(Reason.Closed, SUPPLIER, observation(goods));
        refuseLot(Reason.Closed, SUPPLIER, transformation(Lots.list(present(ItemRole.Input, goods))));
    }

    function test_two_batches_signed_on_the_same_seq_use_it_once() external {
        HoldingKey memory goods = make(SUPPLIER, 1);
        Envelope memory first = envelope(Kinds.recordLotEvent(), keyOf(SUPPLIER), consumption(goods));
        Envelope memory second = envelope(Kinds.recordLotEvent(), keyOf(SUPPLIER), consumption(goods));
        record(second);
        refuse(Reason.StaleSeq, first);
    }

    // ---------------------------------------------------------------------------------------------- who

    function test_events_take_the_right_to_stock_and_the_custody() external {
        HoldingKey memory goods = make(SUPPLIER, 1);
        uint256 clerk = addKey(SUPPLIER, 2, RIGHTS_KNOWN - RIGHT_STOCK);
        refuseBy(clerk, Reason.RightMissing, Kinds.recordLotEvent(), observation(goods));
        uint24[4] memory others = [OPERATOR, AUTHORITY, REGULATOR, RIVAL];
        for (uint256 i; i < others.length; ++i) {
            refuseLot(Reason.NotCustodian, others[i], observation(goods));
            refuseLot(Reason.NotCustodian, others[i], consumption(goods));
        }
    }

    function test_an_act_on_what_does_not_exist_or_has_changed_is_refused() external {
        refuseLot(Reason.NotFound, SUPPLIER, observation(holdingOf(SUPPLIER, 1)));
        HoldingKey memory goods = make(SUPPLIER, 1);
        SignedItem memory item = present(ItemRole.Subject, goods);
        ++item.seq;
        SignedLotEvent memory seen = lotEvent(LotEventKind.Object, LotAction.Observe, Lots.list(item));
        refuseLot(Reason.StaleSeq, SUPPLIER, abi.encode(seen));
    }

    // ---------------------------------------------------------------------------------------------- items

    function test_an_event_with_one_bad_item_writes_nothing() external {
        HoldingKey memory goods = make(SUPPLIER, 1);
        HoldingKey memory other = make(RIVAL, 1);
        SignedItem[] memory items =
            Lots.list(present(ItemRole.Subject, goods), present(ItemRole.Subject, other));
        refuseLot(
            Reason.NotCustodian, SUPPLIER, abi.encode(lotEvent(LotEventKind.Object, LotAction.Observe, items))
        );
        vm.assertEq(1, seqOf(goods));
    }

    function test_items_ascend_by_id_and_none_comes_twice() external {
        SignedItem[] memory items =
            Lots.list(born(Origin.Made, holdingOf(SUPPLIER, 1)), born(Origin.Made, holdingOf(SUPPLIER, 2)));
        (items[0], items[1]) = (items[1], items[0]);
        refuseLot(Reason.Malformed, SUPPLIER, objectAdd(items));
        items[1] = items[0];
        refuseLot(Reason.Malformed, SUPPLIER, objectAdd(items));
        HoldingKey memory goods = make(SUPPLIER, 3);
        items[0] = present(ItemRole.Source, goods);
        items[1] = born(Origin.Split, goods);
        refuseLot(Reason.Malformed, SUPPLIER, objectAdd(items));
    }

    function test_one_parent_or_source_comes_first() external {
        (HoldingKey memory a, HoldingKey memory b) = (make(SUPPLIER, 1), make(SUPPLIER, 2));
        SignedItem[] memory items = new SignedItem[](2);
        (items[0], items[1]) = (present(ItemRole.Parent, a), present(ItemRole.Parent, b));
        refuseLot(Reason.Malformed, SUPPLIER, aggregated(items));
        (items[0], items[1]) = (present(ItemRole.Child, a), present(ItemRole.Parent, b));
        refuseLot(Reason.Malformed, SUPPLIER, aggregated(items));
        refuseLot(Reason.Malformed, SUPPLIER, aggregated(Lots.list(present(ItemRole.Child, a))));
        (items[0], items[1]) = (present(ItemRole.Source, a), present(ItemRole.Source, b));
        refuseLot(Reason.Malformed, SUPPLIER, objectAdd(items));
    }

    function aggregated(SignedItem[] memory items) private returns (bytes memory) {
        return abi.encode(lotEvent(LotEventKind.Aggregation, LotAction.Add, items));
    }

    function test_an_event_has_items_and_fewer_than_4096() external {
        refuseLot(Reason.Malformed, SUPPLIER, objectAdd(new SignedItem[](0)));
        SignedItem[] memory items = new SignedItem[](4096);
        for (uint32 i; i < items.length; ++i) {
            items[i] = born(Origin.Made, holdingOf(SUPPLIER, i));
        }
        refuseLot(Reason.Malformed, SUPPLIER, objectAdd(items));
    }

    function test_one_batch_tells_a_whole_story_in_order() external {
        HoldingKey memory goods = holdingOf(SUPPLIER, 1);
        HoldingKey memory part = holdingOf(SUPPLIER, 2);
        SignedItem memory source = Lots.item(ItemRole.Source, goods, 1);
        bytes[] memory actions = new bytes[](4);
        actions[0] = creation(goods, Origin.Made);
        actions[1] = objectAdd(Lots.list(source, born(Origin.Split, part)));
        SignedItem[] memory used = Lots.list(Lots.item(ItemRole.Subject, part, 1));
        actions[2] = abi.encode(lotEvent(LotEventKind.Object, LotAction.Delete, used));
        SignedItem[] memory seen = Lots.list(Lots.item(ItemRole.Subject, goods, 2));
        actions[3] = abi.encode(lotEvent(LotEventKind.Transaction, LotAction.Add, seen));
        Envelope memory story = envelope(Kinds.recordLotEvent(), keyOf(SUPPLIER), actions);
        story.mode = ALL;
        record(story);
        vm.assertEq(3, seqOf(goods));
        vm.assertEq(uint8(HoldingStatus.UsedUp), recordOf(part).status());
    }
}

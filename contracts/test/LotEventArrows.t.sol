// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Reason} from "../src/interfaces/ISignedLedger.sol";
import {
    HoldingKey,
    HoldingStatus,
    ItemRole,
    LotAction,
    LotEventKind,
    Origin
} from "../src/interfaces/ITraceability.sol";
import {FLAG_CLOSED, FLAG_PACKED, Record} from "../src/types/Record.sol";
import {Goods} from "./support/Goods.sol";
import {Kinds} from "./support/Kinds.sol";
import {Lots, SignedItem, SignedLotEvent} from "./support/Lots.sol";
import {vm} from "./support/Vm.sol";

/// @notice Each drawn arrow of a lot event is allowed, and every other combination of kind, action and role refused.
contract LotEventArrowsTest is Goods {
    enum Arrow {
        None,
        Create,
        Observe,
        UseUp,
        SplitOff,
        Empty,
        Pack,
        Unpack
    }

    uint8 private constant KINDS = 8; // three more than there are: the table has room for them
    uint8 private constant ACTIONS = 4;
    uint8 private constant ROLES = 8; // two more than there are

    uint32 private _serial;

    /// @dev The picture in docs/architecture.md, written down once more.
    function drawn(uint8 kind, uint8 action, uint8 role) private pure returns (Arrow) {
        if (kind == uint8(LotEventKind.Object)) return ofObject(LotAction(action), role);
        if (kind == uint8(LotEventKind.Aggregation)) return ofAggregation(LotAction(action), role);
        if (kind == uint8(LotEventKind.Transformation)) {
            if (LotAction(action) != LotAction.None) return Arrow.None;
            if (role == uint8(ItemRole.Input)) return Arrow.UseUp;
            return role == uint8(ItemRole.Output) ? Arrow.Create : Arrow.None;
        }
        if (LotAction(action) == LotAction.None || role == uint8(ItemRole.Source)) return Arrow.None;
        uint8 other;
        if (kind == uint8(LotEventKind.Transaction)) other = uint8(ItemRole.Subject);
        else if (kind == uint8(LotEventKind.Association)) other = uint8(ItemRole.Child);
        else return Arrow.None;
        return role == other || role == uint8(ItemRole.Parent) ? Arrow.Observe : Arrow.None;
    }

    function ofObject(LotAction action, uint8 role) private pure returns (Arrow) {
        if (role == uint8(ItemRole.Source) && action == LotAction.Add) return Arrow.SplitOff;
        if (role != uint8(ItemRole.Subject)) return Arrow.None;
        if (action == LotAction.Add) return Arrow.Create;
        if (action == LotAction.Observe) return Arrow.Observe;
        return action == LotAction.Delete ? Arrow.UseUp : Arrow.None;
    }

    function ofAggregation(LotAction action, uint8 role) private pure returns (Arrow) {
        if (action == LotAction.None) return Arrow.None;
        if (role == uint8(ItemRole.Parent)) return action == LotAction.Delete ? Arrow.Empty : Arrow.Observe;
        if (role != uint8(ItemRole.Child)) return Arrow.None;
        if (action == LotAction.Add) return Arrow.Pack;
        return action == LotAction.Observe ? Arrow.Observe : Arrow.Unpack;
    }

    /// @dev An event of one item, behind a parent where the kind wants one.
    function single(uint8 kind, uint8 action, SignedItem memory item) private returns (bytes memory) {
        SignedItem[] memory items = Lots.list(item);
        bool nests = kind == uint8(LotEventKind.Aggregation) || kind == uint8(LotEventKind.Association);
        if (nests && item.role != uint8(ItemRole.Parent)) {
            items = new SignedItem[](2);
            items[0] = present(ItemRole.Parent, make(SUPPLIER, ++_serial));
            items[1] = item;
        }
        return abi.encode(SignedLotEvent(kind, action, items, time(), 1, root()));
    }

    function test_what_exists_follows_the_drawn_arrows_and_no_other() external {
        uint256 allowed;
        for (uint8 kind; kind < KINDS; ++kind) {
            for (uint8 action; action < ACTIONS; ++action) {
                for (uint8 role; role < ROLES; ++role) {
                    Arrow arrow = drawn(kind, action, role);
                    HoldingKey memory goods = make(SUPPLIER, ++_serial);
                    bytes memory act = single(kind, action, SignedItem(role, 0, goods, seqOf(goods)));
                    if (arrow == Arrow.None) {
                        refuseLot(Reason.Malformed, SUPPLIER, act);
                    } else if (arrow == Arrow.Create) {
                        refuseLot(Reason.AlreadyExists, SUPPLIER, act);
                    } else {
                        recordLot(SUPPLIER, act);
                        assertFollowed(arrow, recordOf(goods));
                        ++allowed;
                    }
                }
            }
        }
        vm.assertEq(22, allowed);
    }

    function test_what_does_not_exist_is_created_along_two_arrows_and_no_other() external {
        uint256 created;
        for (uint8 kind; kind < KINDS; ++kind) {
            for (uint8 action; action < ACTIONS; ++action) {
                for (uint8 role; role < ROLES; ++role) {
                    Arrow arrow = drawn(kind, action, role);
                    HoldingKey memory goods = holdingOf(SUPPLIER, ++_serial);
                    bytes memory act = single(kind, action, SignedItem(role, uint8(Origin.Made), goods, 0));
                    if (arrow == Arrow.None) {
                        refuseLot(Reason.Malformed, SUPPLIER, act);
                    } else if (arrow != Arrow.Create) {
                        refuseLot(Reason.NotFound, SUPPLIER, act);
                    } else {
                        recordLot(SUPPLIER, act);
                        vm.assertEq(uint8(HoldingStatus.Held), recordOf(goods).status());
                        ++created;
                    }
                }
            }
        }
        vm.assertEq(2, created);
    }

    function assertFollowed(Arrow arrow, Record next) private pure {
        bool usedUp = arrow == Arrow.UseUp;
        vm.assertEq(2, next.seq());
        vm.assertEq(SUPPLIER, next.holder());
        vm.assertEq(uint8(usedUp ? HoldingStatus.UsedUp : HoldingStatus.Held), next.status());
        vm.assertEq(usedUp, next.has(FLAG_CLOSED));
        vm.assertEq(arrow == Arrow.Pack, next.has(FLAG_PACKED));
    }

    /// @dev Numbers that no enum has, signed by somebody who writes its own software.
    function test_fuzz_kinds_actions_and_roles_that_do_not_exist_are_malformed(
        uint8 kind,
        uint8 action,
        uint8 role
    ) external {
        vm.assume(kind >= KINDS || action >= ACTIONS || role > uint8(type(ItemRole).max));
        SignedItem[] memory items = Lots.list(SignedItem(role, uint8(Origin.Made), holdingOf(SUPPLIER, 1), 0));
        bytes memory act = abi.encode(SignedLotEvent(kind, action, items, time(), 1, root()));
        refuse(Reason.Malformed, Kinds.recordLotEvent(), SUPPLIER, act);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MilestoneKey, MilestoneStatus, OrderKey, OrderStatus} from "../src/interfaces/IProcurement.sol";
import {ISignedLedger, Reason} from "../src/interfaces/ISignedLedger.sol";
import {DealKinds} from "./support/DealKinds.sol";
import {Envelope} from "./support/Envelope.sol";
import {Kind} from "./support/Kinds.sol";
import {Ordering} from "./support/Ordering.sol";
import {vm} from "./support/Vm.sol";

/// @notice One signature over many orders: each stands where the ledger looks for it, and is judged by itself.
contract OrderBatchesTest is Ordering {
    uint256 private constant SIZE = 3;

    OrderKey[] private orders;

    function setUp() public override {
        super.setUp();
        for (uint256 i; i < SIZE; ++i) {
            orders.push(orderOf(TENANT, SUPPLIER, i));
        }
    }

    function recordAll(Kind memory kind, uint24 by, bytes[] memory actions) private {
        record(envelope(kind, keyOf(by), actions));
    }

    function milestone(uint8 i) private view returns (MilestoneKey memory) {
        return MilestoneKey(orders[i], 0, i);
    }

    function issueAll() private {
        bytes[] memory actions = new bytes[](SIZE);
        for (uint256 i; i < SIZE; ++i) {
            actions[i] = abi.encode(issuing(orders[i], 2, 1));
        }
        recordAll(DealKinds.issueOrder(), TENANT, actions);
    }

    function confirmAll() private {
        bytes[] memory actions = new bytes[](SIZE);
        for (uint256 i; i < SIZE; ++i) {
            actions[i] = abi.encode(confirming(orders[i]));
        }
        recordAll(DealKinds.confirmOrder(), SUPPLIER, actions);
    }

    function proposeAll() private {
        bytes[] memory actions = new bytes[](SIZE);
        for (uint256 i; i < SIZE; ++i) {
            actions[i] = abi.encode(proposing(orders[i], 2));
        }
        recordAll(DealKinds.proposeChange(), TENANT, actions);
    }

    function reportAll() private {
        bytes[] memory actions = new bytes[](SIZE);
        for (uint8 i; i < SIZE; ++i) {
            actions[i] = abi.encode(reporting(milestone(i), true));
        }
        recordAll(DealKinds.reportMilestone(), SUPPLIER, actions);
    }

    function assertAll(OrderStatus expected) private view {
        for (uint256 i; i < SIZE; ++i) {
            assertStatus(expected, orders[i]);
        }
    }

    function test_many_orders_are_issued_confirmed_changed_and_closed_by_four_signatures() external {
        issueAll();
        confirmAll();
        proposeAll();
        bytes[] memory actions = new bytes[](SIZE);
        for (uint256 i; i < SIZE; ++i) {
            actions[i] = abi.encode(agreeing(orders[i]));
        }
        recordAll(DealKinds.agreeChange(), SUPPLIER, actions);
        assertAll(OrderStatus.Confirmed);
        for (uint256 i; i < SIZE; ++i) {
            actions[i] = abi.encode(closing(orders[i], 1));
        }
        recordAll(DealKinds.closeLines(), TENANT, actions);
        assertAll(OrderStatus.Closed);
    }

    function test_many_proposals_are_ended_by_one_signature() external {
        issueAll();
        bytes[] memory actions = new bytes[](SIZE);
        for (uint256 i; i < SIZE; ++i) {
            actions[i] = abi.encode(ending(orders[i]));
        }
        recordAll(DealKinds.endProposal(), SUPPLIER, actions);
        assertAll(OrderStatus.Ended);
    }

    function test_many_milestones_are_reported_ended_reported_again_and_accepted() external {
        issueAll();
        confirmAll();
        reportAll();
        bytes[] memory actions = new bytes[](SIZE);
        for (uint8 i; i < SIZE; ++i) {
            actions[i] = abi.encode(ending(milestone(i)));
        }
        recordAll(DealKinds.endReport(), TENANT, actions);
        reportAll();
        for (uint8 i; i < SIZE; ++i) {
            actions[i] = abi.encode(accepting(milestone(i)));
        }
        recordAll(DealKinds.acceptMilestone(), TENANT, actions);
        for (uint8 i; i < SIZE; ++i) {
            assertStatus(MilestoneStatus.Accepted, milestone(i));
            vm.assertEq(2, openLines(orders[i]));
        }
    }

    /// @dev The second act of a batch sees what the first one left.
    function test_of_a_batch_that_closes_a_line_twice_the_second_is_refused() external {
        issueAll();
        confirmAll();
        bytes[] memory actions = new bytes[](2);
        actions[0] = abi.encode(closing(orders[0], 1));
        actions[1] = actions[0];
        vm.assertEq(1, recordSome(envelope(DealKinds.closeLines(), keyOf(TENANT), actions)));
        vm.assertEq(2, openLines(orders[0]));
    }

    function test_one_refused_order_spoils_a_batch_that_wants_all() external {
        issueAll();
        bytes[] memory actions = new bytes[](SIZE);
        for (uint256 i; i < SIZE; ++i) {
            actions[i] = abi.encode(confirming(orders[i]));
        }
        end(TENANT, orders[1]);
        Envelope memory batch = envelope(DealKinds.confirmOrder(), keyOf(SUPPLIER), actions);
        batch.mode = ALL;
        bytes memory expected =
            abi.encodeWithSelector(ISignedLedger.ActionRefused.selector, 1, Reason.WrongAgreesTo);
        fail(expected, batch.ledger, batch.relay());
        assertStatus(OrderStatus.Offered, orders[0]);
        batch.mode = EACH;
        vm.assertEq(1, recordSome(batch));
        assertStatus(OrderStatus.Confirmed, orders[0]);
        assertStatus(OrderStatus.Ended, orders[1]);
        assertStatus(OrderStatus.Confirmed, orders[2]);
    }

    /// @dev Nobody signed bits above a short field: whoever relays must not be able to have an order refused by them.
    function test_a_word_with_bits_above_its_field_reverts_the_batch() external {
        Envelope memory batch =
            envelope(DealKinds.issueOrder(), keyOf(TENANT), abi.encode(issuing(orders[0], 2, 1)));
        bytes memory signature = batch.signature();
        // buyer, supplier, lines, lapsesAt, occurredAt, schema
        uint256[6] memory words = [uint256(0), 1, 3, 6, 7, 8];
        bytes memory clean = batch.actions[0];
        for (uint256 i; i < words.length; ++i) {
            bytes memory dirty = bytes.concat(clean);
            uint256 place = 32 + 32 * words[i];
            assembly ("memory-safe") {
                mstore(add(dirty, place), or(mload(add(dirty, place)), shl(128, 1)))
            }
            batch.actions[0] = dirty;
            fail("", batch.ledger, batch.call(batch.signer(), signature));
        }
    }
}

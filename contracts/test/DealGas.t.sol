// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MilestoneKey, OrderKey} from "../src/interfaces/IProcurement.sol";
import {SheetKey, SignSheet} from "../src/interfaces/ISheets.sol";
import {DealKinds} from "./support/DealKinds.sol";
import {Envelope} from "./support/Envelope.sol";
import {Kind} from "./support/Kinds.sol";
import {Ordering} from "./support/Ordering.sol";
import {vm} from "./support/Vm.sol";

/// @notice What transactions about orders cost, kept in contracts/snapshots as in Gas.t.sol.
/// forge-config: default.isolate = true
contract DealGasTest is Ordering {
    function measure(string memory name, Envelope memory batch) private {
        bytes memory data = batch.relay();
        (bool done,) = batch.ledger.call(data);
        vm.assertTrue(done, name);
        vm.snapshotGasLastCall("deals", name);
    }

    function measure(string memory name, Kind memory kind, uint24 by, bytes memory action) private {
        measure(name, envelope(kind, keyOf(by), action));
    }

    /// @dev The signers' first words of nonces.
    function spendNonces() private {
        OrderKey memory other = orderOf(TENANT, SUPPLIER, 1000);
        issue(other, 1, 0);
        confirm(other);
    }

    function test_gas_of_an_order_from_offer_to_close() external {
        spendNonces();
        OrderKey memory order = orderOf(TENANT, SUPPLIER, 1);
        measure("issueOrders", DealKinds.issueOrder(), TENANT, abi.encode(issuing(order, 12, 1)));
        measure("confirmOrders", DealKinds.confirmOrder(), SUPPLIER, abi.encode(confirming(order)));
        measure("proposeChanges", DealKinds.proposeChange(), SUPPLIER, abi.encode(proposing(order, 2)));
        measure("agreeChanges", DealKinds.agreeChange(), TENANT, abi.encode(agreeing(order)));
        measure("closeLines", DealKinds.closeLines(), TENANT, abi.encode(closing(order, 4)));
    }

    function test_gas_of_a_proposal_that_comes_to_nothing() external {
        spendNonces();
        OrderKey memory order = orderOf(TENANT, SUPPLIER, 1);
        issue(order, 1, 0);
        confirm(order);
        propose(TENANT, order, 1);
        measure("endProposals", DealKinds.endProposal(), TENANT, abi.encode(ending(order)));
    }

    function test_gas_of_orders_by_the_batch() external {
        spendNonces();
        bytes[] memory actions = new bytes[](50);
        for (uint256 i; i < actions.length; ++i) {
            actions[i] = abi.encode(issuing(orderOf(TENANT, SUPPLIER, i), 12, 0));
        }
        measure("issueOrders 50", envelope(DealKinds.issueOrder(), keyOf(TENANT), actions));
        for (uint256 i; i < actions.length; ++i) {
            actions[i] = abi.encode(confirming(orderOf(TENANT, SUPPLIER, i)));
        }
        measure("confirmOrders 50", envelope(DealKinds.confirmOrder(), keyOf(SUPPLIER), actions));
    }

    function test_gas_of_a_milestone() external {
        OrderKey memory order = orderOf(TENANT, SUPPLIER, 1);
        issue(order, 2, 1);
        confirm(order);
        MilestoneKey memory first = MilestoneKey(order, 0, 0);
        MilestoneKey memory second = MilestoneKey(order, 0, 1);
        MilestoneKey memory third = MilestoneKey(order, 0, 2);
        bytes memory action = abi.encode(reporting(first, false));
        measure("reportMilestones", DealKinds.reportMilestone(), SUPPLIER, action);
        measure("acceptMilestones", DealKinds.acceptMilestone(), TENANT, abi.encode(accepting(first)));
        report(second, false);
        measure("endReports", DealKinds.endReport(), TENANT, abi.encode(ending(second)));
        report(third, true);
        measure("acceptMilestones last", DealKinds.acceptMilestone(), TENANT, abi.encode(accepting(third)));
    }

    function test_gas_of_a_sheet() external {
        SignSheet memory action = SignSheet(SheetKey(TENANT, 20261122), 0, time(), 1, root());
        record(DealKinds.signSheet(), TENANT, abi.encode(action));
        (action.sheet.day, action.root) = (20261123, root());
        measure("signSheets", DealKinds.signSheet(), TENANT, abi.encode(action));
    }
}

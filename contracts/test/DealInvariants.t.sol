// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Record} from "../src/types/Record.sol";
import {Deals} from "./support/Deals.sol";
import {FuzzSelector, vm} from "./support/Vm.sol";

/// @notice The laws of orders, whatever four members try.
contract DealInvariants {
    Deals private deals;

    function setUp() external {
        deals = new Deals();
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[] memory acts = new bytes4[](12);
        acts[0] = Deals.issueIt.selector;
        acts[1] = Deals.confirmIt.selector;
        acts[2] = Deals.proposeIt.selector;
        acts[3] = Deals.agreeIt.selector;
        acts[4] = Deals.endIt.selector;
        acts[5] = Deals.closeSome.selector;
        acts[6] = Deals.reportIt.selector;
        acts[7] = Deals.acceptIt.selector;
        acts[8] = Deals.endReportOf.selector;
        acts[9] = Deals.wait.selector;
        acts[10] = Deals.renew.selector;
        acts[11] = Deals.reportIt.selector; // twice as often: goods lines have none
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(deals), acts);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(deals);
    }

    /// @dev An order is what its lines are; the logs alone rebuild every record.
    function invariant_the_laws_hold_after_every_act() external view {
        deals.compareAll();
        uint256 seqs;
        for (uint256 i; i < deals.subjectCount(); ++i) {
            (address ledger, bytes32 id) = deals.subjects(i);
            Record record = deals.replayed(ledger, id);
            vm.assertEq(Record.unwrap(record), deals.stored(ledger, id));
            seqs += record.seq();
        }
        vm.assertEq(deals.folded(), seqs, "seqs count what was recorded");
    }

    /// @dev From wherever a run ends, somebody or time leads on.
    function afterInvariant() external {
        deals.finishAll();
    }
}

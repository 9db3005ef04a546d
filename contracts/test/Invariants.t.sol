// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Record} from "../src/types/Record.sol";
import {Trade} from "./support/Trade.sol";
import {vm} from "./support/Vm.sol";

/// @notice The laws of the ledger, whatever five members try.
contract InvariantsTest {
    Trade private trade;

    function setUp() external {
        trade = new Trade();
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[] memory acts = new bytes4[](17);
        acts[0] = Trade.create.selector;
        acts[1] = Trade.createAgain.selector;
        acts[2] = Trade.observe.selector;
        acts[3] = Trade.useUp.selector;
        acts[4] = Trade.split.selector;
        acts[5] = Trade.transform.selector;
        acts[6] = Trade.packIn.selector;
        acts[7] = Trade.unpackFrom.selector;
        acts[8] = Trade.offerTo.selector;
        acts[9] = Trade.acceptFrom.selector;
        acts[10] = Trade.endOfferOf.selector;
        acts[11] = Trade.holdIt.selector;
        acts[12] = Trade.releaseIt.selector;
        acts[13] = Trade.recallOf.selector;
        acts[14] = Trade.wait.selector;
        acts[15] = Trade.forge.selector;
        acts[16] = Trade.create.selector; // twice as often: shelves empty
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(trade), acts);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(trade);
    }

    /// @dev One campaign for all the laws; each act is compared with the model when it is tried.
    function invariant_the_laws_hold_after_every_act() external view {
        noSubjectChangedWithoutWhoIsEntitled();
        uint256 seqs;
        for (uint256 i; i < trade.subjectCount(); ++i) {
            (address ledger, bytes32 id) = trade.subjects(i);
            theLogsAloneRebuildTheHead(ledger, id);
            aHoldingIsCreatedOnceAndUsedAtMostOnce(ledger, id);
            seqs += theSeqCountsTheRecords(ledger, id);
        }
        vm.assertEq(trade.folded(), seqs, "seqs count what was recorded");
    }

    function noSubjectChangedWithoutWhoIsEntitled() private view {
        trade.compareAll();
    }

    function aHoldingIsCreatedOnceAndUsedAtMostOnce(address ledger, bytes32 id) private view {
        if (ledger != trade.traded()) return;
        vm.assertEq(1, trade.timesCreated(id));
        vm.assertLe(trade.timesUsed(id), 1);
    }

    function theSeqCountsTheRecords(address ledger, bytes32 id) private view returns (uint256 seq) {
        seq = trade.replayed(ledger, id).seq();
        vm.assertEq(trade.history(ledger, id).length, seq);
    }

    function theLogsAloneRebuildTheHead(address ledger, bytes32 id) private view {
        vm.assertEq(Record.unwrap(trade.replayed(ledger, id)), trade.stored(ledger, id));
    }

    /// @dev Replay, cross-contract and cross-chain replay of everything, at the end of each run.
    function afterInvariant() external {
        trade.replayAll();
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Record} from "../src/types/Record.sol";
import {Membership} from "./support/Membership.sol";
import {Trade} from "./support/Trade.sol";
import {FuzzSelector, vm} from "./support/Vm.sol";

/// @notice The laws of trade, whatever five members try.
contract TradeInvariants {
    Trade private trade;

    function setUp() external {
        trade = new Trade();
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[] memory acts = new bytes4[](23);
        acts[0] = Trade.create.selector;
        acts[1] = Trade.createAgain.selector;
        acts[2] = Trade.observe.selector;
        acts[3] = Trade.useUp.selector;
        acts[4] = Trade.split.selector;
        acts[5] = Trade.transform.selector;
        acts[6] = Trade.packIn.selector;
        acts[7] = Trade.unpackFrom.selector;
        acts[8] = Trade.dispatchTo.selector;
        acts[9] = Trade.receiveFrom.selector;
        acts[10] = Trade.endDispatchOf.selector;
        acts[11] = Trade.holdIt.selector;
        acts[12] = Trade.judgeIt.selector;
        acts[13] = Trade.recallOf.selector;
        acts[14] = Trade.wait.selector;
        acts[15] = Trade.forge.selector;
        acts[16] = Trade.receiveDirectly.selector;
        acts[17] = Trade.unpackTwo.selector;
        // Oftener than others: shelves empty, and much has to come together for a receipt and a verdict.
        acts[18] = Trade.create.selector;
        acts[19] = Trade.travel.selector;
        acts[20] = Trade.travel.selector;
        acts[21] = Trade.unpackFrom.selector;
        acts[22] = Trade.judgeIt.selector;
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
        if (ledger != trade.traded() || trade.isConsignment(id)) return;
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

/// @notice The laws of membership, whatever operator, authority and three newcomers try.
contract MembershipInvariants {
    Membership private membership;

    function setUp() external {
        membership = new Membership();
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[] memory acts = new bytes4[](11);
        acts[0] = Membership.admit.selector;
        acts[1] = Membership.confirm.selector;
        acts[2] = Membership.end.selector;
        acts[3] = Membership.suspend.selector;
        acts[4] = Membership.reinstate.selector;
        acts[5] = Membership.grantIt.selector;
        acts[6] = Membership.enrol.selector;
        acts[7] = Membership.close.selector;
        acts[8] = Membership.proposeRecovery.selector;
        acts[9] = Membership.confirmRecovery.selector;
        acts[10] = Membership.wait.selector;
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(membership), acts);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(membership);
    }

    /// @dev No organisation without both powers, no key in force without its own signature and whoever may grant it.
    function invariant_the_laws_hold_after_every_act() external view {
        membership.compareAll();
        uint256 seqs;
        for (uint256 i; i < membership.subjectCount(); ++i) {
            (address ledger, bytes32 id) = membership.subjects(i);
            Record record = membership.replayed(ledger, id);
            vm.assertEq(Record.unwrap(record), membership.stored(ledger, id));
            seqs += record.seq();
        }
        vm.assertEq(membership.folded(), seqs, "seqs count what was recorded");
    }
}

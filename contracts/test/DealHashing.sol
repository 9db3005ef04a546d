// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CountersignReceipt, ReceiptKey, SettleDiscrepancy} from "../src/interfaces/IClaims.sol";
import {
    AcceptMilestone,
    AgreeChange,
    CloseLines,
    ConfirmOrder,
    EndProposal,
    EndReport,
    IssueOrder,
    MilestoneKey,
    OrderKey,
    ProposeChange,
    ReportMilestone
} from "../src/interfaces/IProcurement.sol";
import {SheetKey, SignSheet} from "../src/interfaces/ISheets.sol";
import {Authorisation} from "../src/interfaces/ISignedLedger.sol";
import {ClaimActions} from "../src/libraries/ClaimActions.sol";
import {ProcurementActions} from "../src/libraries/ProcurementActions.sol";
import {SheetActions} from "../src/libraries/SheetActions.sol";
import {HashingLedger} from "./support/HashingLedger.sol";

/// @title What `Hashing` is for the other kinds, for those of orders, milestones, claims and sheets.
contract DealHashing is HashingLedger {
    using ClaimActions for *;
    using ProcurementActions for *;
    using SheetActions for *;

    function issueOrders(IssueOrder[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ProcurementActions.ISSUE_ORDER_BATCH, hashes, authorisation);
    }

    function confirmOrders(ConfirmOrder[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ProcurementActions.CONFIRM_ORDER_BATCH, hashes, authorisation);
    }

    function proposeChanges(ProposeChange[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ProcurementActions.PROPOSE_CHANGE_BATCH, hashes, authorisation);
    }

    function agreeChanges(AgreeChange[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ProcurementActions.AGREE_CHANGE_BATCH, hashes, authorisation);
    }

    function endProposals(EndProposal[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ProcurementActions.END_PROPOSAL_BATCH, hashes, authorisation);
    }

    function closeLines(CloseLines[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ProcurementActions.CLOSE_LINES_BATCH, hashes, authorisation);
    }

    function reportMilestones(ReportMilestone[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ProcurementActions.REPORT_MILESTONE_BATCH, hashes, authorisation);
    }

    function acceptMilestones(AcceptMilestone[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ProcurementActions.ACCEPT_MILESTONE_BATCH, hashes, authorisation);
    }

    function endReports(EndReport[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ProcurementActions.END_REPORT_BATCH, hashes, authorisation);
    }

    function settleDiscrepancies(SettleDiscrepancy[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ClaimActions.SETTLE_DISCREPANCY_BATCH, hashes, authorisation);
    }

    function countersignReceipts(CountersignReceipt[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ClaimActions.COUNTERSIGN_RECEIPT_BATCH, hashes, authorisation);
    }

    function signSheets(SignSheet[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(SheetActions.SIGN_SHEET_BATCH, hashes, authorisation);
    }

    function orderId(OrderKey calldata order) external pure returns (bytes32) {
        return order.id();
    }

    function milestoneId(MilestoneKey calldata milestone) external pure returns (bytes32) {
        return milestone.id();
    }

    function receiptId(ReceiptKey calldata receipt) external pure returns (bytes32) {
        return receipt.id();
    }

    function sheetId(SheetKey calldata sheet) external pure returns (bytes32) {
        return sheet.id();
    }
}

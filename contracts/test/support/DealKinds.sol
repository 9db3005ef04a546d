// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IClaims} from "../../src/interfaces/IClaims.sol";
import {IProcurement} from "../../src/interfaces/IProcurement.sol";
import {ISheets} from "../../src/interfaces/ISheets.sol";
import {Kind, Kinds, Ledger} from "./Kinds.sol";

/// @notice The kinds of action on orders and milestones, on what is left open after a delivery, and on daily sheets.
library DealKinds {
    string private constant STATEMENT = "uint64 occurredAt,uint32 schema,bytes32 root";
    string internal constant ORDER = "OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)";
    string internal constant MILESTONE =
        "MilestoneKey(OrderKey order,uint8 line,uint8 number)OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)";
    string internal constant RECEIPT = "ReceiptKey(bytes32 receipt)";
    string internal constant SHEET = "SheetKey(uint24 organisation,uint32 day)";

    function issueOrder() internal pure returns (Kind memory) {
        return _of(
            Ledger.Procurement,
            IProcurement.issueOrders.selector,
            IProcurement.OrderIssued.selector,
            "IssueOrder",
            "OrderKey order,uint16 lines,uint256 services,uint256 quarantines,uint64 lapsesAt,",
            ORDER
        );
    }

    function confirmOrder() internal pure returns (Kind memory) {
        return _of(
            Ledger.Procurement,
            IProcurement.confirmOrders.selector,
            IProcurement.OrderConfirmed.selector,
            "ConfirmOrder",
            "OrderKey order,bytes24 agreesTo,uint64 promisedAt,",
            ORDER
        );
    }

    function proposeChange() internal pure returns (Kind memory) {
        return _of(
            Ledger.Procurement,
            IProcurement.proposeChanges.selector,
            IProcurement.ChangeProposed.selector,
            "ProposeChange",
            "OrderKey order,uint24 seq,uint256 cancelled,uint64 promisedAt,uint64 lapsesAt,",
            ORDER
        );
    }

    function agreeChange() internal pure returns (Kind memory) {
        return _of(
            Ledger.Procurement,
            IProcurement.agreeChanges.selector,
            IProcurement.ChangeAgreed.selector,
            "AgreeChange",
            "OrderKey order,bytes24 agreesTo,",
            ORDER
        );
    }

    function endProposal() internal pure returns (Kind memory) {
        return _of(
            Ledger.Procurement,
            IProcurement.endProposals.selector,
            IProcurement.ProposalEnded.selector,
            "EndProposal",
            "OrderKey order,uint24 seq,",
            ORDER
        );
    }

    function closeLines() internal pure returns (Kind memory) {
        return _of(
            Ledger.Procurement,
            IProcurement.closeLines.selector,
            IProcurement.LinesClosed.selector,
            "CloseLines",
            "OrderKey order,uint24 seq,uint256 lines,",
            ORDER
        );
    }

    function reportMilestone() internal pure returns (Kind memory) {
        return _of(
            Ledger.Procurement,
            IProcurement.reportMilestones.selector,
            IProcurement.MilestoneReported.selector,
            "ReportMilestone",
            "MilestoneKey milestone,uint24 seq,bool last,bytes32 report,uint64 lapsesAt,",
            MILESTONE
        );
    }

    function acceptMilestone() internal pure returns (Kind memory) {
        return _of(
            Ledger.Procurement,
            IProcurement.acceptMilestones.selector,
            IProcurement.MilestoneAccepted.selector,
            "AcceptMilestone",
            "MilestoneKey milestone,bytes24 agreesTo,bytes32 report,",
            MILESTONE
        );
    }

    function endReport() internal pure returns (Kind memory) {
        return _of(
            Ledger.Procurement,
            IProcurement.endReports.selector,
            IProcurement.ReportEnded.selector,
            "EndReport",
            "MilestoneKey milestone,uint24 seq,",
            MILESTONE
        );
    }

    function settleDiscrepancy() internal pure returns (Kind memory) {
        return _of(
            Ledger.Claims,
            IClaims.settleDiscrepancies.selector,
            IClaims.DiscrepancySettled.selector,
            "SettleDiscrepancy",
            "ConsignmentKey consignment,bytes24 agreesTo,",
            Kinds.CONSIGNMENT
        );
    }

    function countersignReceipt() internal pure returns (Kind memory) {
        return _of(
            Ledger.Claims,
            IClaims.countersignReceipts.selector,
            IClaims.ReceiptCountersigned.selector,
            "CountersignReceipt",
            "ReceiptKey receipt,bytes32 secret,",
            RECEIPT
        );
    }

    function signSheet() internal pure returns (Kind memory) {
        return _of(
            Ledger.Sheets,
            ISheets.signSheets.selector,
            ISheets.SheetSigned.selector,
            "SignSheet",
            "SheetKey sheet,uint24 seq,",
            SHEET
        );
    }

    function _of(
        Ledger ledger,
        bytes4 call,
        bytes32 recorded,
        string memory name,
        string memory fields,
        string memory parts
    ) private pure returns (Kind memory) {
        return Kind(ledger, call, recorded, name, string.concat(fields, STATEMENT), parts);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

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
} from "../interfaces/IProcurement.sol";

/// @notice EIP-712 types of the actions on orders and milestones, and their ids.
library ProcurementActions {
    bytes32 internal constant ORDER_KEY = keccak256("OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)");
    bytes32 internal constant MILESTONE_KEY = keccak256(
        "MilestoneKey(OrderKey order,uint8 line,uint8 number)OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)"
    );
    bytes32 internal constant ISSUE_ORDER = keccak256(
        "IssueOrder(OrderKey order,uint16 lines,uint256 services,uint256 quarantines,uint64 lapsesAt,uint64 occurredAt,uint32 schema,bytes32 root)OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)"
    );
    bytes32 internal constant ISSUE_ORDER_BATCH = keccak256(
        "IssueOrderBatch(IssueOrder[] actions,uint256 nonce,uint64 deadline,uint8 mode)IssueOrder(OrderKey order,uint16 lines,uint256 services,uint256 quarantines,uint64 lapsesAt,uint64 occurredAt,uint32 schema,bytes32 root)OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)"
    );
    bytes32 internal constant CONFIRM_ORDER = keccak256(
        "ConfirmOrder(OrderKey order,bytes24 agreesTo,uint64 promisedAt,uint64 occurredAt,uint32 schema,bytes32 root)OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)"
    );
    bytes32 internal constant CONFIRM_ORDER_BATCH = keccak256(
        "ConfirmOrderBatch(ConfirmOrder[] actions,uint256 nonce,uint64 deadline,uint8 mode)ConfirmOrder(OrderKey order,bytes24 agreesTo,uint64 promisedAt,uint64 occurredAt,uint32 schema,bytes32 root)OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)"
    );
    bytes32 internal constant PROPOSE_CHANGE = keccak256(
        "ProposeChange(OrderKey order,uint24 seq,uint256 cancelled,uint64 promisedAt,uint64 lapsesAt,uint64 occurredAt,uint32 schema,bytes32 root)OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)"
    );
    bytes32 internal constant PROPOSE_CHANGE_BATCH = keccak256(
        "ProposeChangeBatch(ProposeChange[] actions,uint256 nonce,uint64 deadline,uint8 mode)OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)ProposeChange(OrderKey order,uint24 seq,uint256 cancelled,uint64 promisedAt,uint64 lapsesAt,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant AGREE_CHANGE = keccak256(
        "AgreeChange(OrderKey order,bytes24 agreesTo,uint64 occurredAt,uint32 schema,bytes32 root)OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)"
    );
    bytes32 internal constant AGREE_CHANGE_BATCH = keccak256(
        "AgreeChangeBatch(AgreeChange[] actions,uint256 nonce,uint64 deadline,uint8 mode)AgreeChange(OrderKey order,bytes24 agreesTo,uint64 occurredAt,uint32 schema,bytes32 root)OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)"
    );
    bytes32 internal constant END_PROPOSAL = keccak256(
        "EndProposal(OrderKey order,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)"
    );
    bytes32 internal constant END_PROPOSAL_BATCH = keccak256(
        "EndProposalBatch(EndProposal[] actions,uint256 nonce,uint64 deadline,uint8 mode)EndProposal(OrderKey order,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)"
    );
    bytes32 internal constant CLOSE_LINES = keccak256(
        "CloseLines(OrderKey order,uint24 seq,uint256 lines,uint64 occurredAt,uint32 schema,bytes32 root)OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)"
    );
    bytes32 internal constant CLOSE_LINES_BATCH = keccak256(
        "CloseLinesBatch(CloseLines[] actions,uint256 nonce,uint64 deadline,uint8 mode)CloseLines(OrderKey order,uint24 seq,uint256 lines,uint64 occurredAt,uint32 schema,bytes32 root)OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)"
    );
    bytes32 internal constant REPORT_MILESTONE = keccak256(
        "ReportMilestone(MilestoneKey milestone,uint24 seq,bool last,bytes32 report,uint64 lapsesAt,uint64 occurredAt,uint32 schema,bytes32 root)MilestoneKey(OrderKey order,uint8 line,uint8 number)OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)"
    );
    bytes32 internal constant REPORT_MILESTONE_BATCH = keccak256(
        "ReportMilestoneBatch(ReportMilestone[] actions,uint256 nonce,uint64 deadline,uint8 mode)MilestoneKey(OrderKey order,uint8 line,uint8 number)OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)ReportMilestone(MilestoneKey milestone,uint24 seq,bool last,bytes32 report,uint64 lapsesAt,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant ACCEPT_MILESTONE = keccak256(
        "AcceptMilestone(MilestoneKey milestone,bytes24 agreesTo,bytes32 report,uint64 occurredAt,uint32 schema,bytes32 root)MilestoneKey(OrderKey order,uint8 line,uint8 number)OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)"
    );
    bytes32 internal constant ACCEPT_MILESTONE_BATCH = keccak256(
        "AcceptMilestoneBatch(AcceptMilestone[] actions,uint256 nonce,uint64 deadline,uint8 mode)AcceptMilestone(MilestoneKey milestone,bytes24 agreesTo,bytes32 report,uint64 occurredAt,uint32 schema,bytes32 root)MilestoneKey(OrderKey order,uint8 line,uint8 number)OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)"
    );
    bytes32 internal constant END_REPORT = keccak256(
        "EndReport(MilestoneKey milestone,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)MilestoneKey(OrderKey order,uint8 line,uint8 number)OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)"
    );
    bytes32 internal constant END_REPORT_BATCH = keccak256(
        "EndReportBatch(EndReport[] actions,uint256 nonce,uint64 deadline,uint8 mode)EndReport(MilestoneKey milestone,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)MilestoneKey(OrderKey order,uint8 line,uint8 number)OrderKey(uint24 buyer,uint24 supplier,bytes32 handle)"
    );

    // How many bytes of calldata an action takes: a word a field, those of its keys included.
    uint256 internal constant ISSUE_ORDER_SIZE = 10 * 32;
    uint256 internal constant CONFIRM_ORDER_SIZE = 8 * 32;
    uint256 internal constant PROPOSE_CHANGE_SIZE = 10 * 32;
    uint256 internal constant AGREE_CHANGE_SIZE = 7 * 32;
    uint256 internal constant END_PROPOSAL_SIZE = 7 * 32;
    uint256 internal constant CLOSE_LINES_SIZE = 8 * 32;
    uint256 internal constant REPORT_MILESTONE_SIZE = 12 * 32;
    uint256 internal constant ACCEPT_MILESTONE_SIZE = 10 * 32;
    uint256 internal constant END_REPORT_SIZE = 9 * 32;

    function id(OrderKey calldata order) internal pure returns (bytes32) {
        return keccak256(abi.encode(ORDER_KEY, order));
    }

    function id(MilestoneKey calldata milestone) internal pure returns (bytes32) {
        return keccak256(abi.encode(MILESTONE_KEY, id(milestone.order), milestone.line, milestone.number));
    }

    function hash(IssueOrder calldata action) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                ISSUE_ORDER,
                id(action.order),
                action.lines,
                action.services,
                action.quarantines,
                action.lapsesAt,
                action.occurredAt,
                action.schema,
                action.root
            )
        );
    }

    function hash(ConfirmOrder calldata action) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                CONFIRM_ORDER,
                id(action.order),
                action.agreesTo,
                action.promisedAt,
                action.occurredAt,
                action.schema,
                action.root
            )
        );
    }

    function hash(ProposeChange calldata action) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                PROPOSE_CHANGE,
                id(action.order),
                action.seq,
                action.cancelled,
                action.promisedAt,
                action.lapsesAt,
                action.occurredAt,
                action.schema,
                action.root
            )
        );
    }

    function hash(AgreeChange calldata action) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                AGREE_CHANGE, id(action.order), action.agreesTo, action.occurredAt, action.schema, action.root
            )
        );
    }

    function hash(EndProposal calldata action) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                END_PROPOSAL, id(action.order), action.seq, action.occurredAt, action.schema, action.root
            )
        );
    }

    function hash(CloseLines calldata action) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                CLOSE_LINES,
                id(action.order),
                action.seq,
                action.lines,
                action.occurredAt,
                action.schema,
                action.root
            )
        );
    }

    function hash(ReportMilestone calldata action) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                REPORT_MILESTONE,
                id(action.milestone),
                action.seq,
                action.last,
                action.report,
                action.lapsesAt,
                action.occurredAt,
                action.schema,
                action.root
            )
        );
    }

    function hash(AcceptMilestone calldata action) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                ACCEPT_MILESTONE,
                id(action.milestone),
                action.agreesTo,
                action.report,
                action.occurredAt,
                action.schema,
                action.root
            )
        );
    }

    function hash(EndReport calldata action) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                END_REPORT, id(action.milestone), action.seq, action.occurredAt, action.schema, action.root
            )
        );
    }
}

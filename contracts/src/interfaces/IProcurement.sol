// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../types/Terms.sol";
import {Authorisation, ISignedLedger, Reason, Touched} from "./ISignedLedger.sol";

/// @notice Statuses of an order's record.
/// none -> Offered -> Confirmed <-> Changing; Offered -> Ended; Confirmed -> Closed; Changing -> Closed | Cancelled.
/// Confirmed stays Confirmed while lines are closed one by one. Ended: it was never agreed. Cancelled: no line was ever
/// closed as done.
enum OrderStatus {
    None,
    Offered,
    Confirmed,
    Changing,
    Closed,
    Ended,
    Cancelled
}

/// @notice Statuses of a milestone's record. none -> Reported -> Accepted | Ended; Ended -> Reported.
enum MilestoneStatus {
    None,
    Reported,
    Accepted,
    Ended
}

/// @notice An order's identity: its parties and the salted hash of the buyer's number for it.
struct OrderKey {
    uint24 buyer;
    uint24 supplier;
    bytes32 handle;
}

/// @notice A milestone of a service line. Lines and milestones count from 0.
struct MilestoneKey {
    OrderKey order;
    uint8 line;
    uint8 number;
}

/// @notice Lines of an order, one bit each, the first line lowest.
/// @param open Neither closed as done nor cancelled.
/// @param services Accepted by milestones; all others are goods.
/// @param quarantines Whose goods wait for a release by quality after their receipt.
/// @param cancelled What the last proposed change cancels, or would.
struct OrderLines {
    uint256 open;
    uint256 services;
    uint256 quarantines;
    uint256 cancelled;
}

/// @param lines How many, 1 to 256.
/// @param lapsesAt Until when the supplier may confirm.
struct IssueOrder {
    OrderKey order;
    uint16 lines;
    uint256 services;
    uint256 quarantines;
    uint64 lapsesAt;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

/// @param promisedAt When the supplier promises to have fulfilled it: the first promise, kept for good.
struct ConfirmOrder {
    OrderKey order;
    bytes24 agreesTo;
    uint64 promisedAt;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

/// @param cancelled Open lines to give up, one bit each; all of them cancel what is left of the order.
/// @param promisedAt The promise from then on, the present one if it stays.
/// @param lapsesAt Until when the other party may agree.
struct ProposeChange {
    OrderKey order;
    uint24 seq;
    uint256 cancelled;
    uint64 promisedAt;
    uint64 lapsesAt;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct AgreeChange {
    OrderKey order;
    bytes24 agreesTo;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct EndProposal {
    OrderKey order;
    uint24 seq;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

/// @param lines Open lines that are done, one bit each.
struct CloseLines {
    OrderKey order;
    uint24 seq;
    uint256 lines;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

/// @param seq Of the milestone's own record: 0 the first time.
/// @param last Whether its acceptance closes the line.
/// @param report Hash of the report that is to be accepted.
/// @param lapsesAt Until when the buyer may accept.
struct ReportMilestone {
    MilestoneKey milestone;
    uint24 seq;
    bool last;
    bytes32 report;
    uint64 lapsesAt;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct AcceptMilestone {
    MilestoneKey milestone;
    bytes24 agreesTo;
    bytes32 report;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct EndReport {
    MilestoneKey milestone;
    uint24 seq;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

/// @title Orders between two organisations, and the milestones of services.
/// @notice The buyer issues, the supplier confirms with a promise; from then on either proposes a change and the other
/// agrees. An order is open as long as one of its lines is.
/// @dev Every event about an order carries its terms and its open lines as they are afterwards. What a change would
/// cancel stands in the proposal, what a report says in the report; both count while the record awaits an answer.
interface IProcurement is ISignedLedger {
    event OrderIssued(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        IssueOrder action,
        Touched[] touched,
        Terms terms,
        uint256 openLines
    );
    event OrderConfirmed(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        ConfirmOrder action,
        Touched[] touched,
        Terms terms,
        uint256 openLines
    );
    event ChangeProposed(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        ProposeChange action,
        Touched[] touched,
        Terms terms,
        uint256 openLines
    );
    event ChangeAgreed(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        AgreeChange action,
        Touched[] touched,
        Terms terms,
        uint256 openLines
    );
    event ProposalEnded(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        EndProposal action,
        Touched[] touched,
        Terms terms,
        uint256 openLines
    );
    event LinesClosed(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        CloseLines action,
        Touched[] touched,
        Terms terms,
        uint256 openLines
    );
    event MilestoneReported(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        ReportMilestone action,
        Touched[] touched
    );

    /// @notice If it closed its line, the order stands second in `touched`.
    event MilestoneAccepted(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        AcceptMilestone action,
        Touched[] touched,
        Terms terms,
        uint256 openLines
    );
    event ReportEnded(
        bytes32 indexed batch, bytes32 indexed actionHash, uint256 index, EndReport action, Touched[] touched
    );

    function issueOrders(IssueOrder[] calldata actions, Authorisation calldata authorisation) external;
    function confirmOrders(ConfirmOrder[] calldata actions, Authorisation calldata authorisation) external;
    function proposeChanges(ProposeChange[] calldata actions, Authorisation calldata authorisation) external;
    function agreeChanges(AgreeChange[] calldata actions, Authorisation calldata authorisation) external;

    /// @notice Ends an offered order or change: its giver withdraws, its receiver declines, anyone once it lapsed.
    function endProposals(EndProposal[] calldata actions, Authorisation calldata authorisation) external;

    /// @notice The buyer closes lines as done; the order closes with its last line.
    function closeLines(CloseLines[] calldata actions, Authorisation calldata authorisation) external;
    function reportMilestones(ReportMilestone[] calldata actions, Authorisation calldata authorisation)
        external;
    function acceptMilestones(AcceptMilestone[] calldata actions, Authorisation calldata authorisation)
        external;

    /// @notice Ends a report: the supplier withdraws, the buyer declines, anyone once it lapsed.
    function endReports(EndReport[] calldata actions, Authorisation calldata authorisation) external;

    /// @notice The terms of an order; a zero word if there is none.
    function termsOf(bytes32 order) external view returns (Terms);

    /// @notice The lines of an order.
    function linesOf(bytes32 order) external view returns (OrderLines memory);

    /// @notice The report of a milestone that was made last, whether or not it still awaits an answer.
    function reportOf(bytes32 milestone) external view returns (bytes32 report, uint40 lapsesAt, bool last);

    /// @notice Why a line may not be delivered on now, and whether its goods go into quarantine.
    /// @param from The organisation that delivers; 0 for whoever, where none is on board.
    function refusesDelivery(bytes32 order, uint24 from, uint24 to, uint8 line)
        external
        view
        returns (Reason reason, bool quarantine);
}

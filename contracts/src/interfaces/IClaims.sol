// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Authorisation, ISignedLedger, Touched} from "./ISignedLedger.sol";
import {ConsignmentKey} from "./ITraceability.sol";

/// @notice Statuses of a claim's record.
/// A discrepancy: none -> Agreed | Withdrawn, and again once its consignment was disputed anew.
/// A one-sided receipt: none -> Countersigned.
enum ClaimStatus {
    None,
    Agreed,
    Withdrawn,
    Countersigned
}

/// @notice A receipt that one side alone signed, named by the hash of its action.
struct ReceiptKey {
    bytes32 receipt;
}

/// @param agreesTo The head of the disputed consignment in `Traceability`.
struct SettleDiscrepancy {
    ConsignmentKey consignment;
    bytes24 agreesTo;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

/// @param secret What the receiver handed to its supplier with the goods: its hash stands in the receipt.
struct CountersignReceipt {
    ReceiptKey receipt;
    bytes32 secret;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

/// @title What the parties of a delivery say to one another after it: discrepancies settled, receipts countersigned.
/// @notice The sender agrees to what the receiver found, or the receiver withdraws it; neither changes the consignment.
interface IClaims is ISignedLedger {
    event DiscrepancySettled(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        SettleDiscrepancy action,
        Touched[] touched
    );
    event ReceiptCountersigned(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        CountersignReceipt action,
        Touched[] touched
    );

    function settleDiscrepancies(SettleDiscrepancy[] calldata actions, Authorisation calldata authorisation)
        external;
    function countersignReceipts(CountersignReceipt[] calldata actions, Authorisation calldata authorisation)
        external;

    /// @notice The head of a consignment whose discrepancy was settled last; zero if none was.
    function settledOf(bytes32 consignment) external view returns (bytes24 head);
}

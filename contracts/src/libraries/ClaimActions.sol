// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CountersignReceipt, ReceiptKey, SettleDiscrepancy} from "../interfaces/IClaims.sol";
import {TraceabilityActions} from "./TraceabilityActions.sol";

/// @notice EIP-712 types of the actions on what two parties leave open, and their ids.
library ClaimActions {
    bytes32 internal constant RECEIPT_KEY = keccak256("ReceiptKey(bytes32 receipt)");
    bytes32 internal constant SETTLE_DISCREPANCY = keccak256(
        "SettleDiscrepancy(ConsignmentKey consignment,bytes24 agreesTo,uint64 occurredAt,uint32 schema,bytes32 root)ConsignmentKey(uint24 from,uint24 to,bytes32 handle)"
    );
    bytes32 internal constant SETTLE_DISCREPANCY_BATCH = keccak256(
        "SettleDiscrepancyBatch(SettleDiscrepancy[] actions,uint256 nonce,uint64 deadline,uint8 mode)ConsignmentKey(uint24 from,uint24 to,bytes32 handle)SettleDiscrepancy(ConsignmentKey consignment,bytes24 agreesTo,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant COUNTERSIGN_RECEIPT = keccak256(
        "CountersignReceipt(ReceiptKey receipt,bytes32 secret,uint64 occurredAt,uint32 schema,bytes32 root)ReceiptKey(bytes32 receipt)"
    );
    bytes32 internal constant COUNTERSIGN_RECEIPT_BATCH = keccak256(
        "CountersignReceiptBatch(CountersignReceipt[] actions,uint256 nonce,uint64 deadline,uint8 mode)CountersignReceipt(ReceiptKey receipt,bytes32 secret,uint64 occurredAt,uint32 schema,bytes32 root)ReceiptKey(bytes32 receipt)"
    );

    function id(ReceiptKey calldata receipt) internal pure returns (bytes32) {
        return keccak256(abi.encode(RECEIPT_KEY, receipt));
    }

    function hash(SettleDiscrepancy calldata action) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                SETTLE_DISCREPANCY,
                TraceabilityActions.id(action.consignment),
                action.agreesTo,
                action.occurredAt,
                action.schema,
                action.root
            )
        );
    }

    function hash(CountersignReceipt calldata action) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                COUNTERSIGN_RECEIPT,
                id(action.receipt),
                action.secret,
                action.occurredAt,
                action.schema,
                action.root
            )
        );
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SheetKey, SignSheet} from "../interfaces/ISheets.sol";

/// @notice EIP-712 types of daily sheets, and their ids.
library SheetActions {
    bytes32 internal constant SHEET_KEY = keccak256("SheetKey(uint24 organisation,uint32 day)");
    bytes32 internal constant SIGN_SHEET = keccak256(
        "SignSheet(SheetKey sheet,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)SheetKey(uint24 organisation,uint32 day)"
    );
    bytes32 internal constant SIGN_SHEET_BATCH = keccak256(
        "SignSheetBatch(SignSheet[] actions,uint256 nonce,uint64 deadline,uint8 mode)SheetKey(uint24 organisation,uint32 day)SignSheet(SheetKey sheet,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)"
    );

    function id(SheetKey calldata sheet) internal pure returns (bytes32) {
        return keccak256(abi.encode(SHEET_KEY, sheet));
    }

    function hash(SignSheet calldata action) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                SIGN_SHEET, id(action.sheet), action.seq, action.occurredAt, action.schema, action.root
            )
        );
    }
}

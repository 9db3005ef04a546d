// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreeCorrection, CorrectDetails, CorrectionKey, EndCorrection} from "../interfaces/ICorrections.sol";

/// @notice EIP-712 types of corrections, and their ids.
library CorrectionActions {
    bytes32 internal constant CORRECTION_KEY =
        keccak256("CorrectionKey(address ledger,bytes32 subject,bytes32 corrects)");
    bytes32 internal constant CORRECT_DETAILS = keccak256(
        "CorrectDetails(CorrectionKey correction,uint24 seq,uint64 lapsesAt,uint64 occurredAt,uint32 schema,bytes32 root)CorrectionKey(address ledger,bytes32 subject,bytes32 corrects)"
    );
    bytes32 internal constant CORRECT_DETAILS_BATCH = keccak256(
        "CorrectDetailsBatch(CorrectDetails[] actions,uint256 nonce,uint64 deadline,uint8 mode)CorrectDetails(CorrectionKey correction,uint24 seq,uint64 lapsesAt,uint64 occurredAt,uint32 schema,bytes32 root)CorrectionKey(address ledger,bytes32 subject,bytes32 corrects)"
    );
    bytes32 internal constant AGREE_CORRECTION = keccak256(
        "AgreeCorrection(CorrectionKey correction,bytes24 agreesTo,uint64 occurredAt,uint32 schema,bytes32 root)CorrectionKey(address ledger,bytes32 subject,bytes32 corrects)"
    );
    bytes32 internal constant AGREE_CORRECTION_BATCH = keccak256(
        "AgreeCorrectionBatch(AgreeCorrection[] actions,uint256 nonce,uint64 deadline,uint8 mode)AgreeCorrection(CorrectionKey correction,bytes24 agreesTo,uint64 occurredAt,uint32 schema,bytes32 root)CorrectionKey(address ledger,bytes32 subject,bytes32 corrects)"
    );
    bytes32 internal constant END_CORRECTION = keccak256(
        "EndCorrection(CorrectionKey correction,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)CorrectionKey(address ledger,bytes32 subject,bytes32 corrects)"
    );
    bytes32 internal constant END_CORRECTION_BATCH = keccak256(
        "EndCorrectionBatch(EndCorrection[] actions,uint256 nonce,uint64 deadline,uint8 mode)CorrectionKey(address ledger,bytes32 subject,bytes32 corrects)EndCorrection(CorrectionKey correction,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)"
    );

    function id(CorrectionKey calldata correction) internal pure returns (bytes32) {
        return keccak256(abi.encode(CORRECTION_KEY, correction));
    }

    function hash(CorrectDetails calldata action) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                CORRECT_DETAILS,
                id(action.correction),
                action.seq,
                action.lapsesAt,
                action.occurredAt,
                action.schema,
                action.root
            )
        );
    }

    function hash(AgreeCorrection calldata action) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                AGREE_CORRECTION,
                id(action.correction),
                action.agreesTo,
                action.occurredAt,
                action.schema,
                action.root
            )
        );
    }

    function hash(EndCorrection calldata action) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                END_CORRECTION,
                id(action.correction),
                action.seq,
                action.occurredAt,
                action.schema,
                action.root
            )
        );
    }
}

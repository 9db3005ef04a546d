// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EndRecall, LotKey, RecallLot} from "../interfaces/IRecalls.sol";

/// @notice EIP-712 types of the actions on lots, and their ids.
library RecallActions {
    bytes32 internal constant LOT_KEY = keccak256("LotKey(uint24 maker,bytes32 handle)");
    bytes32 internal constant RECALL_LOT = keccak256(
        "RecallLot(LotKey lot,uint64 occurredAt,uint32 schema,bytes32 root)LotKey(uint24 maker,bytes32 handle)"
    );
    bytes32 internal constant RECALL_LOT_BATCH = keccak256(
        "RecallLotBatch(RecallLot[] actions,uint256 nonce,uint64 deadline,uint8 mode)LotKey(uint24 maker,bytes32 handle)RecallLot(LotKey lot,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant END_RECALL = keccak256(
        "EndRecall(LotKey lot,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)LotKey(uint24 maker,bytes32 handle)"
    );
    bytes32 internal constant END_RECALL_BATCH = keccak256(
        "EndRecallBatch(EndRecall[] actions,uint256 nonce,uint64 deadline,uint8 mode)EndRecall(LotKey lot,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)LotKey(uint24 maker,bytes32 handle)"
    );

    function id(LotKey calldata lot) internal pure returns (bytes32) {
        return lotId(lot.maker, lot.handle);
    }

    function lotId(uint24 maker, bytes32 handle) internal pure returns (bytes32) {
        return keccak256(abi.encode(LOT_KEY, maker, handle));
    }

    function hash(RecallLot calldata action) internal pure returns (bytes32) {
        return
            keccak256(abi.encode(RECALL_LOT, id(action.lot), action.occurredAt, action.schema, action.root));
    }

    function hash(EndRecall calldata action) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(END_RECALL, id(action.lot), action.seq, action.occurredAt, action.schema, action.root)
        );
    }
}

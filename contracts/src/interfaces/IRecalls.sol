// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Authorisation, ISignedLedger, Touched} from "./ISignedLedger.sol";

/// @notice Status of a lot's own record, which exists only once a recall concerned it.
enum LotStatus {
    None,
    Known
}

/// @notice A lot's identity: who made (or, with 0, nobody on this ledger made) it, and the salted hash of its
/// trade identifier.
struct LotKey {
    uint24 maker;
    bytes32 handle;
}

struct RecallLot {
    LotKey lot;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct EndRecall {
    LotKey lot;
    uint24 seq;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

/// @title Lots their maker has called back.
/// @notice A recall concerns every holding of a lot, wherever it lies, and none of their records.
interface IRecalls is ISignedLedger {
    event LotRecalled(
        bytes32 indexed batch, bytes32 indexed actionHash, uint256 index, RecallLot action, Touched[] touched
    );
    event RecallEnded(
        bytes32 indexed batch, bytes32 indexed actionHash, uint256 index, EndRecall action, Touched[] touched
    );

    function recallLots(RecallLot[] calldata actions, Authorisation calldata authorisation) external;
    function endRecalls(EndRecall[] calldata actions, Authorisation calldata authorisation) external;

    /// @notice Whether a lot is recalled now.
    function isRecalled(uint24 maker, bytes32 handle) external view returns (bool);
}

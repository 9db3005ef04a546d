// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ConfirmMode, EndModeChange, ScheduleMode} from "../interfaces/ISuccession.sol";

/// @notice EIP-712 types of the actions on the mode, and the id of their one subject.
library SuccessionActions {
    bytes32 internal constant PLATFORM_KEY = keccak256("PlatformKey()");
    bytes32 internal constant SCHEDULE_MODE = keccak256(
        "ScheduleMode(uint8 mode,uint64 effectiveAt,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant SCHEDULE_MODE_BATCH = keccak256(
        "ScheduleModeBatch(ScheduleMode[] actions,uint256 nonce,uint64 deadline,uint8 mode)ScheduleMode(uint8 mode,uint64 effectiveAt,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant CONFIRM_MODE =
        keccak256("ConfirmMode(bytes24 agreesTo,uint64 occurredAt,uint32 schema,bytes32 root)");
    bytes32 internal constant CONFIRM_MODE_BATCH = keccak256(
        "ConfirmModeBatch(ConfirmMode[] actions,uint256 nonce,uint64 deadline,uint8 mode)ConfirmMode(bytes24 agreesTo,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant END_MODE_CHANGE =
        keccak256("EndModeChange(uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)");
    bytes32 internal constant END_MODE_CHANGE_BATCH = keccak256(
        "EndModeChangeBatch(EndModeChange[] actions,uint256 nonce,uint64 deadline,uint8 mode)EndModeChange(uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)"
    );

    function platformId() internal pure returns (bytes32) {
        return keccak256(abi.encode(PLATFORM_KEY));
    }

    function hash(ScheduleMode calldata action) internal pure returns (bytes32) {
        return keccak256(abi.encode(SCHEDULE_MODE, action));
    }

    function hash(ConfirmMode calldata action) internal pure returns (bytes32) {
        return keccak256(abi.encode(CONFIRM_MODE, action));
    }

    function hash(EndModeChange calldata action) internal pure returns (bytes32) {
        return keccak256(abi.encode(END_MODE_CHANGE, action));
    }
}

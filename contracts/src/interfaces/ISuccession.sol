// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Authorisation, ISignedLedger, LedgerMode, Touched} from "./ISignedLedger.sol";

struct ScheduleMode {
    uint8 mode;
    uint64 effectiveAt;
    uint24 seq;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct ConfirmMode {
    bytes24 agreesTo;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct EndModeChange {
    uint24 seq;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

/// @title The mode a generation of ledgers is in: open, finishing, read-only.
/// @notice The operator schedules, the authority confirms, a delay later it takes effect. There is no way back up.
interface ISuccession is ISignedLedger {
    event ModeScheduled(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        ScheduleMode action,
        Touched[] touched
    );
    event ModeConfirmed(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        ConfirmMode action,
        Touched[] touched
    );
    event ModeChangeEnded(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        EndModeChange action,
        Touched[] touched
    );

    function scheduleModes(ScheduleMode[] calldata actions, Authorisation calldata authorisation) external;
    function confirmModes(ConfirmMode[] calldata actions, Authorisation calldata authorisation) external;
    function endModeChanges(EndModeChange[] calldata actions, Authorisation calldata authorisation) external;

    /// @notice The mode in force now.
    function mode() external view returns (LedgerMode);
}

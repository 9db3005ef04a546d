// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Authorisation, ISignedLedger, Touched} from "./ISignedLedger.sol";

/// @notice Status of a sheet's record. none -> Signed -> Signed.
enum SheetStatus {
    None,
    Signed
}

/// @notice A sheet's identity: whose, and of which day as yyyymmdd on that organisation's calendar.
struct SheetKey {
    uint24 organisation;
    uint32 day;
}

/// @param seq Of the sheet's own record: 0 the first time.
/// @param root Covers what the organisation's people tapped that day.
struct SignSheet {
    SheetKey sheet;
    uint24 seq;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

/// @title Daily sheets: one signature for what happened inside an organisation.
/// @notice A sheet signed again says what the day is known to have been by then; the earlier one stays in the record.
/// It states facts, so it is taken from a suspended organisation and while the ledger finishes.
interface ISheets is ISignedLedger {
    event SheetSigned(
        bytes32 indexed batch, bytes32 indexed actionHash, uint256 index, SignSheet action, Touched[] touched
    );

    function signSheets(SignSheet[] calldata actions, Authorisation calldata authorisation) external;
}

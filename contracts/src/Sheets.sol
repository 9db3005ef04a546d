// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Batch} from "./SignedLedger.sol";
import {TradeLedger} from "./TradeLedger.sol";
import {IParticipants, RIGHT_STOCK, ROLES_KNOWN} from "./interfaces/IParticipants.sol";
import {ISheets, SheetStatus, SignSheet} from "./interfaces/ISheets.sol";
import {Authorisation, Reason, Touched} from "./interfaces/ISignedLedger.sol";
import {ISuccession} from "./interfaces/ISuccession.sol";
import {SheetActions} from "./libraries/SheetActions.sol";
import {Record} from "./types/Record.sol";

/// @title Daily sheets: one signature for what happened inside an organisation.
contract Sheets is TradeLedger, ISheets {
    using SheetActions for *;

    constructor(IParticipants participants, ISuccession succession) TradeLedger(participants, succession) {}

    /// @inheritdoc ISheets
    function signSheets(SignSheet[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(SheetActions.SIGN_SHEET_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _sign(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _sign(Batch memory batch, uint256 index, bytes32 hash, SignSheet calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = action.sheet.id();
        Record record = _records[id];
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_STOCK), _refusesMoment(action.occurredAt));
        if (reason == Reason.None && action.sheet.organisation != batch.standing.organisation) {
            reason = Reason.WrongActor;
        }
        if (reason == Reason.None && !_isDay(action.sheet.day)) reason = Reason.Malformed;
        if (reason == Reason.None && record.seq() != action.seq) reason = Reason.StaleSeq;
        reason = _or(reason, _refusesFull(record));
        if (reason != Reason.None) return reason;

        Touched[] memory touched =
            _writeOne(batch, hash, id, action.sheet.organisation, uint8(SheetStatus.Signed), 0);
        emit SheetSigned(batch.digest, hash, index, action, touched);
    }

    /// @dev Whether yyyymmdd can be a day: no calendar, but a slip of the pen is seen.
    function _isDay(uint32 yyyymmdd) private pure returns (bool) {
        uint32 year = yyyymmdd / 10_000;
        uint32 month = yyyymmdd / 100 % 100;
        uint32 day = yyyymmdd % 100;
        return year >= 2000 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
    }
}

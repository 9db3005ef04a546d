// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SignedLedger} from "./SignedLedger.sol";
import {IParticipants, Standing} from "./interfaces/IParticipants.sol";
import {LedgerMode} from "./interfaces/ISignedLedger.sol";
import {ISuccession} from "./interfaces/ISuccession.sol";

/// @title A ledger of the trade: it asks `Participants` who signs and `Succession` whether it is still open.
abstract contract TradeLedger is SignedLedger {
    IParticipants public immutable PARTICIPANTS;
    ISuccession public immutable SUCCESSION;

    constructor(IParticipants participants, ISuccession succession) {
        PARTICIPANTS = participants;
        SUCCESSION = succession;
    }

    function _standingOf(address signer) internal view override returns (Standing memory) {
        return PARTICIPANTS.standingOf(signer);
    }

    function _mode() internal view override returns (LedgerMode) {
        return SUCCESSION.mode();
    }
}

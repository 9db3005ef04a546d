// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Corrections} from "./Corrections.sol";
import {Custody} from "./Custody.sol";
import {Holdings} from "./Holdings.sol";
import {LotEvents} from "./LotEvents.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {ISuccession} from "./interfaces/ISuccession.sol";

/// @title Lots, holdings and their custody.
contract Traceability is LotEvents, Custody, Corrections {
    constructor(IParticipants participants, ISuccession succession) Holdings(participants, succession) {}
}

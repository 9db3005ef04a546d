// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Custody} from "./Custody.sol";
import {Holdings} from "./Holdings.sol";
import {LotEvents} from "./LotEvents.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IRecalls} from "./interfaces/IRecalls.sol";
import {ISuccession} from "./interfaces/ISuccession.sol";

/// @title Holdings and their custody.
contract Traceability is LotEvents, Custody {
    constructor(IParticipants participants, ISuccession succession, IRecalls recalls)
        Holdings(participants, succession, recalls)
    {}
}

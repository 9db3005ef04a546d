// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Consignments} from "./Consignments.sol";
import {Holdings} from "./Holdings.sol";
import {LotEvents} from "./LotEvents.sol";
import {Quality} from "./Quality.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IProcurement} from "./interfaces/IProcurement.sol";
import {IRecalls} from "./interfaces/IRecalls.sol";
import {ISuccession} from "./interfaces/ISuccession.sol";

/// @title Holdings and their custody.
contract Traceability is LotEvents, Consignments, Quality {
    constructor(
        IParticipants participants,
        ISuccession succession,
        IRecalls recalls,
        IProcurement procurement
    ) Holdings(participants, succession, recalls, procurement) {}
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Milestones} from "./Milestones.sol";
import {OrderChanges} from "./OrderChanges.sol";
import {Orders} from "./Orders.sol";
import {TradeLedger} from "./TradeLedger.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {ISuccession} from "./interfaces/ISuccession.sol";

/// @title Orders and the milestones of their services.
contract Procurement is Orders, OrderChanges, Milestones {
    constructor(IParticipants participants, ISuccession succession) TradeLedger(participants, succession) {}
}

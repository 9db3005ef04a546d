// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Keys} from "./Keys.sol";
import {Organisations} from "./Organisations.sol";
import {Register} from "./Register.sol";
import {Founder} from "./interfaces/IParticipants.sol";

/// @title Organisations and their keys.
contract Participants is Organisations, Keys {
    constructor(Founder memory operator, Founder memory authority, uint40 grantDelay, uint40 recoveryDelay)
        Register(operator, authority, grantDelay, recoveryDelay)
    {}
}

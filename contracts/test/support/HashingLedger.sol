// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SignedLedger} from "../../src/SignedLedger.sol";
import {Standing} from "../../src/interfaces/IParticipants.sol";
import {Authorisation} from "../../src/interfaces/ISignedLedger.sol";

/// @title A ledger for which everybody may sign, and which records nothing but nonces.
abstract contract HashingLedger is SignedLedger {
    function _standingOf(address) internal pure override returns (Standing memory) {}

    function _checkStanding(address, Standing memory, bytes32) internal pure override {}

    function _digest(bytes32 typehash, bytes32[] memory hashes, Authorisation calldata authorisation)
        internal
        returns (bytes32)
    {
        return _authorise(typehash, hashes, authorisation).digest;
    }
}

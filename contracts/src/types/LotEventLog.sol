// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LotEventFacts, LotItem, LotItemFacts} from "./LotEvent.sol";
import {Record} from "./Record.sol";

/// @notice An item of a recorded event: as it was signed, and what it left.
struct RecordedItem {
    bytes32 handle;
    LotItemFacts facts;
    bytes32 id;
    Record record;
}

/// @notice The data of one `LotEventRecorded` while its items are judged: a pointer to its ABI encoding in memory.
/// @dev Building the log in place saves encoding it from structs afterwards, about 1,500 gas a record. Memory map,
/// n items:
///
///     0x00 facts | 0x20 root | 0x40 offset of items | 0x60 n | n times RecordedItem
type LotEventLog is uint256;

using LotEventLogLibrary for LotEventLog global;

library LotEventLogLibrary {
    /// @notice Allocates the log of the event at `index` of its batch.
    function open(uint256 index, LotEventFacts facts, bytes32 root) internal pure returns (LotEventLog self) {
        assembly ("memory-safe") {
            let items := and(shr(112, facts), 0xffff)
            self := mload(0x40)
            mstore(0x40, add(self, add(0x80, shl(7, items))))
            mstore(self, or(facts, shl(144, index)))
            mstore(add(self, 0x20), root)
            mstore(add(self, 0x40), 0x60)
            mstore(add(self, 0x60), items)
        }
    }

    /// @notice Puts item `i`, with its after-image. The caller keeps `i` below the number of items.
    function put(LotEventLog self, uint256 i, LotItem calldata item, bytes32 id, Record record)
        internal
        pure
    {
        assembly ("memory-safe") {
            let place := add(self, add(0x80, shl(7, i)))
            calldatacopy(place, item, 0x40)
            mstore(add(place, 0x40), id)
            mstore(add(place, 0x60), record)
        }
    }

    /// @notice The after-image of item `i`.
    function get(LotEventLog self, uint256 i) internal pure returns (bytes32 id, Record record) {
        assembly ("memory-safe") {
            let place := add(self, add(0x80, shl(7, i)))
            id := mload(add(place, 0x40))
            record := mload(add(place, 0x60))
        }
    }

    /// @notice Emits it, with the breaches that were found added to the facts.
    function send(LotEventLog self, bytes32 topic, bytes32 batch, bytes32 actionHash, uint256 breaches)
        internal
    {
        assembly ("memory-safe") {
            mstore(self, or(mload(self), shl(128, breaches)))
            log3(self, add(0x80, shl(7, mload(add(self, 0x60)))), topic, batch, actionHash)
        }
    }
}

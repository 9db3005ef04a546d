// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev The hot action travels packed: a wallet shows and signs the fields of `RecordLotEvent` one by one, calldata
/// and log carry the same fields in two words an event and two an item, the items of all events in one array. At 50
/// records a transaction the plain ABI form costs thousands of gas a record more (docs/performance.md).

/// @notice kind uint8 | action uint8 | schema uint32 | occurredAt uint64 | items uint16 | breaches uint16 |
/// index uint16, least significant bit first. `items` is how many the event has. The last two are the ledger's, in
/// the log only: what was wrong, and which of the batch.
type LotEventFacts is uint256;

/// @notice role uint8 | origin uint8 | maker uint24 | creator uint24 | serial uint32 | seq uint24, likewise.
type LotItemFacts is uint256;

/// @notice One holding an event speaks of. `handle` with the facts' maker, creator and serial is its HoldingKey.
struct LotItem {
    bytes32 handle;
    LotItemFacts facts;
}

/// @notice An EPCIS event in wire form, but for its items.
struct LotEvent {
    LotEventFacts facts;
    bytes32 root;
}

using LotEventFactsLibrary for LotEventFacts global;
using LotItemFactsLibrary for LotItemFacts global;

library LotEventFactsLibrary {
    function kind(LotEventFacts self) internal pure returns (uint8) {
        return uint8(LotEventFacts.unwrap(self));
    }

    function action(LotEventFacts self) internal pure returns (uint8) {
        return uint8(LotEventFacts.unwrap(self) >> 8);
    }

    function schema(LotEventFacts self) internal pure returns (uint32) {
        return uint32(LotEventFacts.unwrap(self) >> 16);
    }

    function occurredAt(LotEventFacts self) internal pure returns (uint64) {
        return uint64(LotEventFacts.unwrap(self) >> 48);
    }

    function items(LotEventFacts self) internal pure returns (uint16) {
        return uint16(LotEventFacts.unwrap(self) >> 112);
    }

    /// @notice Whether all bits were signed: one signed struct has one wire form.
    function isSigned(LotEventFacts self) internal pure returns (bool) {
        return LotEventFacts.unwrap(self) >> 128 == 0;
    }

    /// @notice Whether all bits were signed; kind and action are below 8 and 4, so that they find a place in a table; and
    /// items are below 4,096, as many as the mirror can number.
    function isCanonical(LotEventFacts self) internal pure returns (bool) {
        return LotEventFacts.unwrap(self) & ~uint256(0x0fffffffffffffffffffffffffff0307) == 0;
    }
}

library LotItemFactsLibrary {
    function role(LotItemFacts self) internal pure returns (uint8) {
        return uint8(LotItemFacts.unwrap(self));
    }

    function origin(LotItemFacts self) internal pure returns (uint8) {
        return uint8(LotItemFacts.unwrap(self) >> 8);
    }

    function maker(LotItemFacts self) internal pure returns (uint24) {
        return uint24(LotItemFacts.unwrap(self) >> 16);
    }

    function creator(LotItemFacts self) internal pure returns (uint24) {
        return uint24(LotItemFacts.unwrap(self) >> 40);
    }

    function serial(LotItemFacts self) internal pure returns (uint32) {
        return uint32(LotItemFacts.unwrap(self) >> 64);
    }

    function seq(LotItemFacts self) internal pure returns (uint24) {
        return uint24(LotItemFacts.unwrap(self) >> 96);
    }

    /// @notice Whether all bits were signed: one signed struct has one wire form.
    function isSigned(LotItemFacts self) internal pure returns (bool) {
        return LotItemFacts.unwrap(self) >> 120 == 0;
    }
}

/// @notice Finds events and items in calldata without the compiler's bounds checks: `i` must be below the length.
library LotEventCalldata {
    function get(LotEvent[] calldata events, uint256 i) internal pure returns (LotEvent calldata lotEvent) {
        assembly ("memory-safe") {
            lotEvent := add(events.offset, shl(6, i))
        }
    }

    function get(LotItem[] calldata items, uint256 i) internal pure returns (LotItem calldata item) {
        assembly ("memory-safe") {
            item := add(items.offset, shl(6, i))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev The hot action travels packed: a wallet shows and signs the fields of `RecordLotEvent` one by one, the
/// calldata and the log carry the same fields in two words each. At 50 records a transaction the plain ABI form
/// costs about 3,000 gas a record more (docs/performance.md).

/// @notice kind uint8 | action uint8 | schema uint32 | occurredAt uint64, least significant bit first.
type LotEventFacts is uint256;

/// @notice role uint8 | origin uint8 | maker uint24 | creator uint24 | serial uint32 | seq uint24, likewise.
type LotItemFacts is uint256;

/// @notice One holding an event speaks of. `handle` with the facts' maker, creator and serial is its HoldingKey.
struct LotItem {
    bytes32 handle;
    LotItemFacts facts;
}

/// @notice An EPCIS event in wire form.
struct LotEvent {
    LotEventFacts facts;
    bytes32 root;
    LotItem[] items;
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

    /// @notice Whether the unused bits are zero, so that one signed struct has one wire form.
    function isCanonical(LotEventFacts self) internal pure returns (bool) {
        return LotEventFacts.unwrap(self) >> 112 == 0;
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

    function isCanonical(LotItemFacts self) internal pure returns (bool) {
        return LotItemFacts.unwrap(self) >> 120 == 0;
    }
}

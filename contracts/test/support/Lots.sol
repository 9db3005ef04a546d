// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {HoldingKey, ItemRole, Origin} from "../../src/interfaces/ITraceability.sol";
import {LotEvent, LotEventFacts, LotItem, LotItemFacts} from "../../src/types/LotEvent.sol";

/// @notice `LotItem` as a wallet shows and signs it.
struct SignedItem {
    uint8 role;
    uint8 origin;
    HoldingKey holding;
    uint24 seq;
}

/// @notice `RecordLotEvent` as a wallet shows and signs it.
struct SignedLotEvent {
    uint8 kind;
    uint8 action;
    SignedItem[] items;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

/// @notice Lot events as they are signed, and how they travel.
library Lots {
    bytes32 private constant HOLDING_KEY =
        keccak256("HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)");

    function id(HoldingKey memory holding) internal pure returns (bytes32) {
        return keccak256(abi.encode(HOLDING_KEY, holding));
    }

    function item(ItemRole role, HoldingKey memory holding, uint24 seq)
        internal
        pure
        returns (SignedItem memory)
    {
        return SignedItem(uint8(role), uint8(Origin.None), holding, seq);
    }

    /// @notice A holding that comes to be: as a subject, or as the output of a transformation.
    function born(ItemRole role, Origin origin, HoldingKey memory holding)
        internal
        pure
        returns (SignedItem memory)
    {
        return SignedItem(uint8(role), uint8(origin), holding, 0);
    }

    function list(SignedItem memory only) internal pure returns (SignedItem[] memory items) {
        items = new SignedItem[](1);
        items[0] = only;
    }

    /// @notice Two items in the order the ledger wants: a parent or source stands first, others ascend by id.
    function list(SignedItem memory a, SignedItem memory b)
        internal
        pure
        returns (SignedItem[] memory items)
    {
        items = new SignedItem[](2);
        (items[0], items[1]) = (a, b);
        sort(items);
    }

    function list(SignedItem memory a, SignedItem memory b, SignedItem memory c)
        internal
        pure
        returns (SignedItem[] memory items)
    {
        items = new SignedItem[](3);
        (items[0], items[1], items[2]) = (a, b, c);
        sort(items);
    }

    function sort(SignedItem[] memory items) internal pure {
        for (uint256 i = 1; i < items.length; ++i) {
            for (uint256 j = i; j > 0 && _precedes(items[j], items[j - 1]); --j) {
                (items[j], items[j - 1]) = (items[j - 1], items[j]);
            }
        }
    }

    function _precedes(SignedItem memory a, SignedItem memory b) private pure returns (bool) {
        if (_isFirst(a) != _isFirst(b)) return _isFirst(a);
        return id(a.holding) < id(b.holding);
    }

    function _isFirst(SignedItem memory a) private pure returns (bool) {
        return a.role == uint8(ItemRole.Parent) || a.role == uint8(ItemRole.Source);
    }

    /// @notice How events travel: their words, and the items of all of them one after the other.
    function wire(bytes[] memory actions)
        internal
        pure
        returns (LotEvent[] memory events, LotItem[] memory items)
    {
        events = new LotEvent[](actions.length);
        uint256 count;
        for (uint256 i; i < actions.length; ++i) {
            count += abi.decode(actions[i], (SignedLotEvent)).items.length;
        }
        items = new LotItem[](count);
        count = 0;
        for (uint256 i; i < actions.length; ++i) {
            SignedLotEvent memory action = abi.decode(actions[i], (SignedLotEvent));
            events[i] = LotEvent(facts(action), action.root);
            for (uint256 j; j < action.items.length; ++j) {
                items[count++] = LotItem(action.items[j].holding.handle, facts(action.items[j]));
            }
        }
    }

    function facts(SignedLotEvent memory action) internal pure returns (LotEventFacts) {
        return LotEventFacts.wrap(
            uint256(action.kind) + uint256(action.action) * 2 ** 8 + uint256(action.schema) * 2 ** 16
                + uint256(action.occurredAt) * 2 ** 48 + action.items.length * 2 ** 112
        );
    }

    function facts(SignedItem memory signed) internal pure returns (LotItemFacts) {
        return LotItemFacts.wrap(
            uint256(signed.role) + uint256(signed.origin) * 2 ** 8 + uint256(signed.holding.maker) * 2 ** 16
                + uint256(signed.holding.creator) * 2 ** 40 + uint256(signed.holding.serial) * 2 ** 64
                + uint256(signed.seq) * 2 ** 96
        );
    }

    // Cutting fields out of words is what these two do.
    // forge-lint: disable-start(unsafe-typecast)

    /// @notice The reverse of `wire`, from the words of a log.
    function unwire(uint256 facts_, bytes32 root, SignedItem[] memory items)
        internal
        pure
        returns (SignedLotEvent memory)
    {
        return SignedLotEvent(
            uint8(facts_), uint8(facts_ >> 8), items, uint64(facts_ >> 48), uint32(facts_ >> 16), root
        );
    }

    function unwireItem(bytes32 handle, uint256 facts_) internal pure returns (SignedItem memory) {
        HoldingKey memory holding =
            HoldingKey(uint24(facts_ >> 16), handle, uint24(facts_ >> 40), uint32(facts_ >> 64));
        return SignedItem(uint8(facts_), uint8(facts_ >> 8), holding, uint24(facts_ >> 96));
    }

    // forge-lint: disable-end(unsafe-typecast)
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    ConsignmentKey,
    DispatchGoods,
    EndDispatch,
    HoldingKey,
    ITraceability,
    JudgeHolding,
    PlaceHold,
    ReceiveDirect,
    ReceiveGoods
} from "../interfaces/ITraceability.sol";
import {HoldingIds} from "../types/HoldingIds.sol";
import {LotEvent, LotItem} from "../types/LotEvent.sol";

/// @notice EIP-712 types of the actions on lots and holdings, and the ids of their subjects.
/// @dev An id is the EIP-712 struct hash of the subject's key: its kind is the typehash.
library TraceabilityActions {
    bytes32 internal constant HOLDING_KEY =
        keccak256("HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)");
    bytes32 internal constant LOT_ITEM = keccak256(
        "LotItem(uint8 role,uint8 origin,HoldingKey holding,uint24 seq)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)"
    );
    bytes32 internal constant RECORD_LOT_EVENT = keccak256(
        "RecordLotEvent(uint8 kind,uint8 action,LotItem[] items,uint64 occurredAt,uint32 schema,bytes32 root)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)LotItem(uint8 role,uint8 origin,HoldingKey holding,uint24 seq)"
    );
    bytes32 internal constant RECORD_LOT_EVENT_BATCH = keccak256(
        "RecordLotEventBatch(RecordLotEvent[] actions,uint256 nonce,uint64 deadline,uint8 mode)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)LotItem(uint8 role,uint8 origin,HoldingKey holding,uint24 seq)RecordLotEvent(uint8 kind,uint8 action,LotItem[] items,uint64 occurredAt,uint32 schema,bytes32 root)"
    );

    bytes32 internal constant CONSIGNMENT_KEY =
        keccak256("ConsignmentKey(uint24 from,uint24 to,bytes32 handle)");
    bytes32 internal constant DISPATCH_GOODS = keccak256(
        "DispatchGoods(HoldingKey holding,ConsignmentKey consignment,uint24 seq,bytes32 order,uint8 line,uint64 lapsesAt,uint64 occurredAt,uint32 schema,bytes32 root)ConsignmentKey(uint24 from,uint24 to,bytes32 handle)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)"
    );
    bytes32 internal constant DISPATCH_GOODS_BATCH = keccak256(
        "DispatchGoodsBatch(DispatchGoods[] actions,uint256 nonce,uint64 deadline,uint8 mode)ConsignmentKey(uint24 from,uint24 to,bytes32 handle)DispatchGoods(HoldingKey holding,ConsignmentKey consignment,uint24 seq,bytes32 order,uint8 line,uint64 lapsesAt,uint64 occurredAt,uint32 schema,bytes32 root)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)"
    );
    bytes32 internal constant RECEIVE_GOODS = keccak256(
        "ReceiveGoods(HoldingKey holding,ConsignmentKey consignment,bytes24 agreesTo,uint8 outcome,uint8 cause,bool quarantine,uint64 occurredAt,uint32 schema,bytes32 root)ConsignmentKey(uint24 from,uint24 to,bytes32 handle)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)"
    );
    bytes32 internal constant RECEIVE_GOODS_BATCH = keccak256(
        "ReceiveGoodsBatch(ReceiveGoods[] actions,uint256 nonce,uint64 deadline,uint8 mode)ConsignmentKey(uint24 from,uint24 to,bytes32 handle)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)ReceiveGoods(HoldingKey holding,ConsignmentKey consignment,bytes24 agreesTo,uint8 outcome,uint8 cause,bool quarantine,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant END_DISPATCH = keccak256(
        "EndDispatch(HoldingKey holding,ConsignmentKey consignment,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)ConsignmentKey(uint24 from,uint24 to,bytes32 handle)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)"
    );
    bytes32 internal constant END_DISPATCH_BATCH = keccak256(
        "EndDispatchBatch(EndDispatch[] actions,uint256 nonce,uint64 deadline,uint8 mode)ConsignmentKey(uint24 from,uint24 to,bytes32 handle)EndDispatch(HoldingKey holding,ConsignmentKey consignment,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)"
    );
    bytes32 internal constant RECEIVE_DIRECT = keccak256(
        "ReceiveDirect(HoldingKey holding,bytes32 order,uint8 line,bytes32 claim,bool quarantine,uint64 occurredAt,uint32 schema,bytes32 root)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)"
    );
    bytes32 internal constant RECEIVE_DIRECT_BATCH = keccak256(
        "ReceiveDirectBatch(ReceiveDirect[] actions,uint256 nonce,uint64 deadline,uint8 mode)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)ReceiveDirect(HoldingKey holding,bytes32 order,uint8 line,bytes32 claim,bool quarantine,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant PLACE_HOLD = keccak256(
        "PlaceHold(HoldingKey holding,uint64 occurredAt,uint32 schema,bytes32 root)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)"
    );
    bytes32 internal constant PLACE_HOLD_BATCH = keccak256(
        "PlaceHoldBatch(PlaceHold[] actions,uint256 nonce,uint64 deadline,uint8 mode)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)PlaceHold(HoldingKey holding,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant JUDGE_HOLDING = keccak256(
        "JudgeHolding(HoldingKey holding,uint24 seq,uint8 verdict,uint64 occurredAt,uint32 schema,bytes32 root)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)"
    );
    bytes32 internal constant JUDGE_HOLDING_BATCH = keccak256(
        "JudgeHoldingBatch(JudgeHolding[] actions,uint256 nonce,uint64 deadline,uint8 mode)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)JudgeHolding(HoldingKey holding,uint24 seq,uint8 verdict,uint64 occurredAt,uint32 schema,bytes32 root)"
    );

    // How far apart the actions of an array stand in calldata.
    uint256 internal constant DISPATCH_GOODS_SIZE = 14 * 32;
    uint256 internal constant RECEIVE_GOODS_SIZE = 14 * 32;
    uint256 internal constant END_DISPATCH_SIZE = 11 * 32;
    uint256 internal constant RECEIVE_DIRECT_SIZE = 11 * 32;
    uint256 internal constant PLACE_HOLD_SIZE = 7 * 32;
    uint256 internal constant JUDGE_HOLDING_SIZE = 9 * 32;

    function id(HoldingKey calldata holding) internal pure returns (bytes32) {
        return
            keccak256(abi.encode(HOLDING_KEY, holding.maker, holding.handle, holding.creator, holding.serial));
    }

    /// @notice The struct hashes of `RecordLotEvent`s in wire form, and the ids of the holdings their items name.
    /// @dev The hottest loop of all. Memory map: `hashes`, then at m
    ///
    ///     0x000 HOLDING_KEY | maker | handle | creator | serial       hashed to the holding of an item
    ///     0x0a0 LOT_ITEM | role | origin | holding | seq              hashed to an item
    ///     0x140 RECORD_LOT_EVENT | kind | action | items | occurredAt | schema | root
    ///
    /// then the holdings of all events. The hashes of one event's items lie behind its holdings, where the next
    /// event's holdings will. Shifts and masks follow the layouts in `types/LotEvent.sol`.
    function hashAll(LotEvent[] calldata actions, LotItem[] calldata items)
        internal
        pure
        returns (bytes32[] memory hashes, HoldingIds holdings)
    {
        hashes = new bytes32[](actions.length);
        bytes32[3] memory typehashes = [HOLDING_KEY, LOT_ITEM, RECORD_LOT_EVENT];
        uint256 counted;
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, mload(typehashes))
            mstore(add(m, 0xa0), mload(add(typehashes, 0x20)))
            mstore(add(m, 0x140), mload(add(typehashes, 0x40)))
            holdings := add(m, 0x220)
            let place := holdings
            let item := items.offset
            let next := add(hashes, 0x20)
            let end := add(actions.offset, shl(6, actions.length))
            for { let action := actions.offset } lt(action, end) { action := add(action, 0x40) } {
                let eventFacts := calldataload(action)
                let itemHashes := add(place, shl(5, and(shr(112, eventFacts), 0xffff)))
                let itemHash := itemHashes
                for {} lt(place, itemHashes) { place := add(place, 0x20) } {
                    let facts := calldataload(add(item, 0x20))
                    mstore(add(m, 0x20), and(shr(16, facts), 0xffffff))
                    mstore(add(m, 0x40), calldataload(item))
                    mstore(add(m, 0x60), and(shr(40, facts), 0xffffff))
                    mstore(add(m, 0x80), and(shr(64, facts), 0xffffffff))
                    let holding := keccak256(m, 0xa0)
                    mstore(place, holding)
                    mstore(add(m, 0xc0), and(facts, 0xff))
                    mstore(add(m, 0xe0), and(shr(8, facts), 0xff))
                    mstore(add(m, 0x100), holding)
                    mstore(add(m, 0x120), and(shr(96, facts), 0xffffff))
                    mstore(itemHash, keccak256(add(m, 0xa0), 0xa0))
                    itemHash := add(itemHash, 0x20)
                    item := add(item, 0x40)
                }
                mstore(add(m, 0x160), and(eventFacts, 0xff))
                mstore(add(m, 0x180), and(shr(8, eventFacts), 0xff))
                mstore(add(m, 0x1a0), keccak256(itemHashes, sub(itemHash, itemHashes)))
                mstore(add(m, 0x1c0), and(shr(48, eventFacts), 0xffffffffffffffff))
                mstore(add(m, 0x1e0), and(shr(16, eventFacts), 0xffffffff))
                mstore(add(m, 0x200), calldataload(add(action, 0x20)))
                mstore(next, keccak256(add(m, 0x140), 0xe0))
                next := add(next, 0x20)
            }
            mstore(0x40, place)
            counted := shr(6, sub(item, items.offset))
        }
        if (counted != items.length) revert ITraceability.ItemsMiscounted(items.length, counted);
    }

    function id(ConsignmentKey calldata consignment) internal pure returns (bytes32) {
        return keccak256(abi.encode(CONSIGNMENT_KEY, consignment.from, consignment.to, consignment.handle));
    }

    function hash(DispatchGoods calldata action) internal pure returns (bytes32) {
        return _hash(DISPATCH_GOODS, action.holding, action.consignment, 7);
    }

    function hash(ReceiveGoods calldata action) internal pure returns (bytes32) {
        return _hash(RECEIVE_GOODS, action.holding, action.consignment, 7);
    }

    function hash(EndDispatch calldata action) internal pure returns (bytes32) {
        return _hash(END_DISPATCH, action.holding, action.consignment, 4);
    }

    function hash(ReceiveDirect calldata action) internal pure returns (bytes32) {
        return _hash(RECEIVE_DIRECT, action.holding, 7);
    }

    function hash(PlaceHold calldata action) internal pure returns (bytes32) {
        return _hash(PLACE_HOLD, action.holding, 3);
    }

    function hash(JudgeHolding calldata action) internal pure returns (bytes32) {
        return _hash(JUDGE_HOLDING, action.holding, 5);
    }

    /// @dev The struct hash of a holding's key and of the `words` that follow it in calldata, as they stand: a word
    /// with bits above its type is hashed like any other, and refused when its event is encoded.
    function _hash(bytes32 typehash, HoldingKey calldata holding, uint256 words)
        private
        pure
        returns (bytes32 hashed)
    {
        bytes32 holdingId = id(holding);
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, typehash)
            mstore(add(m, 0x20), holdingId)
            calldatacopy(add(m, 0x40), add(holding, 0x80), shl(5, words))
            hashed := keccak256(m, add(0x40, shl(5, words)))
        }
    }

    /// @dev The same with a consignment's key between the two.
    function _hash(
        bytes32 typehash,
        HoldingKey calldata holding,
        ConsignmentKey calldata consignment,
        uint256 words
    ) private pure returns (bytes32 hashed) {
        bytes32 holdingId = id(holding);
        bytes32 consignmentId = id(consignment);
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, typehash)
            mstore(add(m, 0x20), holdingId)
            mstore(add(m, 0x40), consignmentId)
            calldatacopy(add(m, 0x60), add(consignment, 0x60), shl(5, words))
            hashed := keccak256(m, add(0x60, shl(5, words)))
        }
    }
}

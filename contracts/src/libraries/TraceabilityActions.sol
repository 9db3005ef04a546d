// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AcceptCustody,
    EndOffer,
    HoldingKey,
    OfferCustody,
    PlaceHold,
    ReleaseHold
} from "../interfaces/ITraceability.sol";
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

    bytes32 internal constant OFFER_CUSTODY = keccak256(
        "OfferCustody(HoldingKey holding,uint24 seq,uint24 to,uint64 lapsesAt,uint64 occurredAt,uint32 schema,bytes32 root)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)"
    );
    bytes32 internal constant OFFER_CUSTODY_BATCH = keccak256(
        "OfferCustodyBatch(OfferCustody[] actions,uint256 nonce,uint64 deadline,uint8 mode)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)OfferCustody(HoldingKey holding,uint24 seq,uint24 to,uint64 lapsesAt,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant ACCEPT_CUSTODY = keccak256(
        "AcceptCustody(HoldingKey holding,bytes24 agreesTo,uint64 occurredAt,uint32 schema,bytes32 root)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)"
    );
    bytes32 internal constant ACCEPT_CUSTODY_BATCH = keccak256(
        "AcceptCustodyBatch(AcceptCustody[] actions,uint256 nonce,uint64 deadline,uint8 mode)AcceptCustody(HoldingKey holding,bytes24 agreesTo,uint64 occurredAt,uint32 schema,bytes32 root)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)"
    );
    bytes32 internal constant END_OFFER = keccak256(
        "EndOffer(HoldingKey holding,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)"
    );
    bytes32 internal constant END_OFFER_BATCH = keccak256(
        "EndOfferBatch(EndOffer[] actions,uint256 nonce,uint64 deadline,uint8 mode)EndOffer(HoldingKey holding,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)"
    );
    bytes32 internal constant PLACE_HOLD = keccak256(
        "PlaceHold(HoldingKey holding,uint64 occurredAt,uint32 schema,bytes32 root)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)"
    );
    bytes32 internal constant PLACE_HOLD_BATCH = keccak256(
        "PlaceHoldBatch(PlaceHold[] actions,uint256 nonce,uint64 deadline,uint8 mode)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)PlaceHold(HoldingKey holding,uint64 occurredAt,uint32 schema,bytes32 root)"
    );
    bytes32 internal constant RELEASE_HOLD = keccak256(
        "ReleaseHold(HoldingKey holding,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)"
    );
    bytes32 internal constant RELEASE_HOLD_BATCH = keccak256(
        "ReleaseHoldBatch(ReleaseHold[] actions,uint256 nonce,uint64 deadline,uint8 mode)HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)ReleaseHold(HoldingKey holding,uint24 seq,uint64 occurredAt,uint32 schema,bytes32 root)"
    );

    function id(HoldingKey calldata holding) internal pure returns (bytes32) {
        return
            keccak256(abi.encode(HOLDING_KEY, holding.maker, holding.handle, holding.creator, holding.serial));
    }

    function id(LotItem calldata item) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                HOLDING_KEY, item.facts.maker(), item.handle, item.facts.creator(), item.facts.serial()
            )
        );
    }

    function hash(LotItem calldata item) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(LOT_ITEM, item.facts.role(), item.facts.origin(), id(item), item.facts.seq())
            );
    }

    function hash(LotEvent calldata action) internal pure returns (bytes32) {
        bytes32[] memory items = new bytes32[](action.items.length);
        for (uint256 i; i < items.length; ++i) {
            items[i] = hash(action.items[i]);
        }
        return keccak256(
            abi.encode(
                RECORD_LOT_EVENT,
                action.facts.kind(),
                action.facts.action(),
                keccak256(abi.encodePacked(items)),
                action.facts.occurredAt(),
                action.facts.schema(),
                action.root
            )
        );
    }

    function hash(OfferCustody calldata action) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                OFFER_CUSTODY,
                id(action.holding),
                action.seq,
                action.to,
                action.lapsesAt,
                action.occurredAt,
                action.schema,
                action.root
            )
        );
    }

    function hash(AcceptCustody calldata action) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                ACCEPT_CUSTODY,
                id(action.holding),
                action.agreesTo,
                action.occurredAt,
                action.schema,
                action.root
            )
        );
    }

    function hash(EndOffer calldata action) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                END_OFFER, id(action.holding), action.seq, action.occurredAt, action.schema, action.root
            )
        );
    }

    function hash(PlaceHold calldata action) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(PLACE_HOLD, id(action.holding), action.occurredAt, action.schema, action.root)
            );
    }

    function hash(ReleaseHold calldata action) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                RELEASE_HOLD, id(action.holding), action.seq, action.occurredAt, action.schema, action.root
            )
        );
    }
}

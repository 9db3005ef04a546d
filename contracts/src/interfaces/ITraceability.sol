// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LotEvent, LotEventFacts, LotItem} from "../types/LotEvent.sol";
import {RecordedItem} from "../types/LotEventLog.sol";
import {Authorisation, ISignedLedger, Touched} from "./ISignedLedger.sol";

/// @notice The five event types of EPCIS 2.0.
enum LotEventKind {
    Object,
    Aggregation,
    Transaction,
    Transformation,
    Association
}

/// @notice The EPCIS action; a transformation has none.
enum LotAction {
    None,
    Add,
    Observe,
    Delete
}

/// @notice What an item is to its event. A source is a holding that something is split off from.
enum ItemRole {
    Subject,
    Parent,
    Child,
    Input,
    Output,
    Source
}

/// @notice Where a holding came from; `None` names one that exists.
enum Origin {
    None,
    Made,
    Split,
    BroughtIn,
    OpeningStock
}

/// @notice Statuses of a holding's record.
/// none -> Held -> Offered -> Held; Held -> UsedUp.
enum HoldingStatus {
    None,
    Held,
    Offered,
    UsedUp
}

// Breaches: a fact that should not have been is recorded all the same, with the reason as bits.
uint16 constant BREACH_USED_WHILE_HELD = 1 << 0;
uint16 constant BREACH_USED_WHILE_RECALLED = 1 << 1;
uint16 constant BREACH_UNPACKED_FROM_ELSEWHERE = 1 << 2;

/// @notice A holding's identity: its lot, the organisation that recorded its creation, that one's number for it.
struct HoldingKey {
    uint24 maker;
    bytes32 handle;
    uint24 creator;
    uint32 serial;
}

struct OfferCustody {
    HoldingKey holding;
    uint24 seq;
    uint24 to;
    uint64 lapsesAt;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct AcceptCustody {
    HoldingKey holding;
    bytes24 agreesTo;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct EndOffer {
    HoldingKey holding;
    uint24 seq;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct PlaceHold {
    HoldingKey holding;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct ReleaseHold {
    HoldingKey holding;
    uint24 seq;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

/// @title Lots, holdings and their custody.
interface ITraceability is ISignedLedger {
    /// @notice `facts`, `root` and each item's handle and facts are the signed action in wire form; each item's id
    /// and record are what it left. Above what was signed, `facts` carries the breaches and the index.
    event LotEventRecorded(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        LotEventFacts facts,
        bytes32 root,
        RecordedItem[] items
    );
    event CustodyOffered(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        OfferCustody action,
        Touched[] touched
    );
    event CustodyAccepted(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        AcceptCustody action,
        Touched[] touched
    );
    event OfferEnded(
        bytes32 indexed batch, bytes32 indexed actionHash, uint256 index, EndOffer action, Touched[] touched
    );
    event HoldPlaced(
        bytes32 indexed batch, bytes32 indexed actionHash, uint256 index, PlaceHold action, Touched[] touched
    );
    event HoldReleased(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        ReleaseHold action,
        Touched[] touched
    );

    /// @notice The events of a batch claim another number of items than came with them.
    error ItemsMiscounted(uint256 items, uint256 claimed);

    /// @notice Records EPCIS events of any kind, in order.
    /// @dev A parent or source stands first, the other items in strictly ascending order of their holding ids: none
    /// twice, one signed form.
    /// @param items Those of all events one after the other; each event's facts say how many are its own.
    function recordLotEvents(
        LotEvent[] calldata actions,
        LotItem[] calldata items,
        Authorisation calldata authorisation
    ) external;

    /// @notice Offers a holding (with all that is packed in it) to another organisation. Custody stays.
    function offerCustodies(OfferCustody[] calldata actions, Authorisation calldata authorisation) external;

    /// @notice Takes custody: signed by the receiver, naming the head it answers.
    function acceptCustodies(AcceptCustody[] calldata actions, Authorisation calldata authorisation) external;

    /// @notice Ends an offer: its giver withdraws, its receiver declines, anyone enrolled once it has lapsed.
    function endOffers(EndOffer[] calldata actions, Authorisation calldata authorisation) external;

    function placeHolds(PlaceHold[] calldata actions, Authorisation calldata authorisation) external;
    function releaseHolds(ReleaseHold[] calldata actions, Authorisation calldata authorisation) external;

    /// @notice What a holding is packed in; 0 if in nothing.
    function parentOf(bytes32 holding) external view returns (bytes32);

    /// @notice The pending offer of a holding: to whom and until when.
    function offerOf(bytes32 holding) external view returns (uint24 to, uint64 lapsesAt);
}

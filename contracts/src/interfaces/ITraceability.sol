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
/// none -> Held -> Dispatched -> Held; Held -> UsedUp.
enum HoldingStatus {
    None,
    Held,
    Dispatched,
    UsedUp
}

/// @notice Status of a consignment's record: known, once a line of it was dispatched.
enum ConsignmentStatus {
    None,
    Known
}

/// @notice What a receiver says of one line. Short and over are discrepancies with the sender; what is rejected at
/// the dock never changes custody.
enum ReceiptOutcome {
    None,
    Accepted,
    Short,
    Over,
    Rejected
}

/// @notice Why a line was not simply accepted.
enum Cause {
    None,
    Quantity,
    Damaged,
    Temperature,
    WrongItem,
    WrongLot,
    Expired,
    Documents,
    NotOrdered,
    Other
}

/// @notice What quality says of a holding under hold or in quarantine.
enum Verdict {
    None,
    Pass,
    Fail
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

/// @notice What one sender sends one receiver at once; `handle` is the salted hash of the despatch advice's number.
struct ConsignmentKey {
    uint24 from;
    uint24 to;
    bytes32 handle;
}

/// @notice One line of a consignment: a holding, with all that is packed in it.
/// @param order Id of the order it delivers on; 0 for none (a return, a sample).
/// @param line Its line, counted from 0.
struct DispatchGoods {
    HoldingKey holding;
    ConsignmentKey consignment;
    uint24 seq;
    bytes32 order;
    uint8 line;
    uint64 lapsesAt;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

/// @param outcome A `ReceiptOutcome`.
/// @param cause A `Cause`; none only if all was accepted.
/// @param quarantine Whether the receiver wants it judged first. The order may have said so already.
struct ReceiveGoods {
    HoldingKey holding;
    ConsignmentKey consignment;
    bytes24 agreesTo;
    uint8 outcome;
    uint8 cause;
    bool quarantine;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct EndDispatch {
    HoldingKey holding;
    ConsignmentKey consignment;
    uint24 seq;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

/// @notice A receipt from somebody who does not sign: one-sided, until its sender countersigns (`Claims`).
/// @param claim keccak256 of a secret that the receiver gives the sender; 0 if nobody is to countersign.
struct ReceiveDirect {
    HoldingKey holding;
    bytes32 order;
    uint8 line;
    bytes32 claim;
    bool quarantine;
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

/// @param verdict A `Verdict`. Pass releases; failed goods stay in quarantine, to be returned, destroyed or judged again.
struct JudgeHolding {
    HoldingKey holding;
    uint24 seq;
    uint8 verdict;
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
    event GoodsDispatched(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        DispatchGoods action,
        Touched[] touched
    );
    event GoodsReceived(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        ReceiveGoods action,
        Touched[] touched
    );
    event DispatchEnded(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        EndDispatch action,
        Touched[] touched
    );
    event ReceivedDirect(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        ReceiveDirect action,
        Touched[] touched
    );
    event HoldPlaced(
        bytes32 indexed batch, bytes32 indexed actionHash, uint256 index, PlaceHold action, Touched[] touched
    );
    event HoldingJudged(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        JudgeHolding action,
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

    /// @notice Sends holdings, each with all that is packed in it, to another organisation. Custody stays.
    function dispatchGoods(DispatchGoods[] calldata actions, Authorisation calldata authorisation) external;

    /// @notice Takes custody, or refuses to: signed by the receiver, line by line, naming the head it answers.
    function receiveGoods(ReceiveGoods[] calldata actions, Authorisation calldata authorisation) external;

    /// @notice Ends a dispatch: its sender withdraws, its receiver declines, anyone enrolled once it has lapsed.
    function endDispatches(EndDispatch[] calldata actions, Authorisation calldata authorisation) external;

    /// @notice Takes in goods from a sender who does not sign.
    function receiveDirect(ReceiveDirect[] calldata actions, Authorisation calldata authorisation) external;

    function placeHolds(PlaceHold[] calldata actions, Authorisation calldata authorisation) external;

    /// @notice Releases or fails what is on hold or in quarantine. Whoever received goods into quarantine does not
    /// release them.
    function judgeHoldings(JudgeHolding[] calldata actions, Authorisation calldata authorisation) external;

    /// @notice What a holding is packed in; 0 if in nothing.
    function parentOf(bytes32 holding) external view returns (bytes32);

    /// @notice The pending dispatch of a holding: to whom and until when.
    function dispatchOf(bytes32 holding) external view returns (uint24 to, uint64 lapsesAt);

    /// @notice Who received a holding last, and from which organisation; 0 if from none on this ledger. A packing is
    /// received with all that lies in it by then; a part was received with the whole.
    function receiptOf(bytes32 holding) external view returns (address receiver, uint24 from);

    /// @notice The claim a one-sided receipt left for its sender, and who received; 0 if none.
    /// @param receipt The hash of the `ReceiveDirect`.
    function claimOf(bytes32 receipt) external view returns (bytes32 claim, uint24 receiver);
}

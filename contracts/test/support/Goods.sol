// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Reason} from "../../src/interfaces/ISignedLedger.sol";
import {
    AcceptCustody,
    EndOffer,
    HoldingKey,
    ItemRole,
    LotAction,
    LotEventKind,
    OfferCustody,
    Origin,
    PlaceHold,
    ReleaseHold
} from "../../src/interfaces/ITraceability.sol";
import {EndRecall, LotKey, RecallLot} from "../../src/interfaces/IRecalls.sol";
import {Record} from "../../src/types/Record.sol";
import {Envelope} from "./Envelope.sol";
import {Kinds} from "./Kinds.sol";
import {Lots, SignedItem, SignedLotEvent} from "./Lots.sol";
import {Park} from "./Park.sol";

/// @notice A park where goods are made, packed and handed over.
abstract contract Goods is Park {
    using Lots for HoldingKey;

    // -------------------------------------------------------------------------------------------- holdings

    /// @dev The n-th holding of the maker's own lot, created by the maker.
    function holdingOf(uint24 maker, uint32 serial) internal pure returns (HoldingKey memory) {
        return HoldingKey(maker, handleOf(maker), maker, serial);
    }

    function handleOf(uint24 maker) internal pure returns (bytes32) {
        return keccak256(abi.encode("salted name of the lot of", maker));
    }

    function seqOf(HoldingKey memory holding) internal view returns (uint24) {
        return recordOf(holding).seq();
    }

    function recordOf(HoldingKey memory holding) internal view returns (Record) {
        return recordOf(holding.id());
    }

    function custodianOf(HoldingKey memory holding) internal view returns (uint24) {
        return traceability.answerableFor(holding.id());
    }

    // ---------------------------------------------------------------------------------------------- events

    function lotEvent(LotEventKind kind, LotAction action, SignedItem[] memory items)
        internal
        returns (SignedLotEvent memory)
    {
        return SignedLotEvent(uint8(kind), uint8(action), items, time(), 1, root());
    }

    /// @dev An item that exists, at its present seq.
    function present(ItemRole role, HoldingKey memory holding) internal view returns (SignedItem memory) {
        return Lots.item(role, holding, seqOf(holding));
    }

    function creation(HoldingKey memory holding, Origin origin) internal returns (bytes memory) {
        SignedItem[] memory items = Lots.list(Lots.born(ItemRole.Subject, origin, holding));
        return abi.encode(lotEvent(LotEventKind.Object, LotAction.Add, items));
    }

    function observation(HoldingKey memory holding) internal returns (bytes memory) {
        SignedItem[] memory items = Lots.list(present(ItemRole.Subject, holding));
        return abi.encode(lotEvent(LotEventKind.Object, LotAction.Observe, items));
    }

    function consumption(HoldingKey memory holding) internal returns (bytes memory) {
        SignedItem[] memory items = Lots.list(present(ItemRole.Subject, holding));
        return abi.encode(lotEvent(LotEventKind.Object, LotAction.Delete, items));
    }

    function splitting(HoldingKey memory source, HoldingKey memory part) internal returns (bytes memory) {
        SignedItem[] memory items =
            Lots.list(present(ItemRole.Source, source), Lots.born(ItemRole.Subject, Origin.Split, part));
        return abi.encode(lotEvent(LotEventKind.Object, LotAction.Add, items));
    }

    function packing(HoldingKey memory parent, HoldingKey memory child) internal returns (bytes memory) {
        return aggregation(LotAction.Add, parent, child);
    }

    function unpacking(HoldingKey memory parent, HoldingKey memory child) internal returns (bytes memory) {
        return aggregation(LotAction.Delete, parent, child);
    }

    function aggregation(LotAction action, HoldingKey memory parent, HoldingKey memory child)
        internal
        returns (bytes memory)
    {
        SignedItem[] memory items =
            Lots.list(present(ItemRole.Parent, parent), present(ItemRole.Child, child));
        return abi.encode(lotEvent(LotEventKind.Aggregation, action, items));
    }

    function recordLot(uint24 organisation, bytes memory action) internal {
        record(Kinds.recordLotEvent(), organisation, action);
    }

    function refuseLot(Reason reason, uint24 organisation, bytes memory action) internal {
        refuse(reason, Kinds.recordLotEvent(), organisation, action);
    }

    /// @dev Records an event and says what its log calls wrong.
    function breachesOf(uint24 organisation, bytes memory action) internal returns (uint256) {
        recordLot(organisation, action);
        return (lastFacts >> 128) & 0xffff;
    }

    /// @dev The maker makes the n-th holding of its lot.
    function make(uint24 maker, uint32 serial) internal returns (HoldingKey memory holding) {
        holding = holdingOf(maker, serial);
        recordLot(maker, creation(holding, Origin.Made));
    }

    function pack(uint24 organisation, HoldingKey memory parent, HoldingKey memory child) internal {
        recordLot(organisation, packing(parent, child));
    }

    function unpack(uint24 organisation, HoldingKey memory parent, HoldingKey memory child) internal {
        recordLot(organisation, unpacking(parent, child));
    }

    // --------------------------------------------------------------------------------------------- custody

    function offering(HoldingKey memory holding, uint24 to) internal returns (bytes memory) {
        return abi.encode(OfferCustody(holding, seqOf(holding), to, time() + 1 days, time(), 1, root()));
    }

    function acceptance(HoldingKey memory holding) internal returns (bytes memory) {
        return abi.encode(AcceptCustody(holding, recordOf(holding).head(), time(), 1, root()));
    }

    function ending(HoldingKey memory holding) internal returns (bytes memory) {
        return abi.encode(EndOffer(holding, seqOf(holding), time(), 1, root()));
    }

    function offer(HoldingKey memory holding, uint24 to) internal {
        record(Kinds.offerCustody(), custodianOf(holding), offering(holding, to));
    }

    function accept(uint24 organisation, HoldingKey memory holding) internal {
        record(Kinds.acceptCustody(), organisation, acceptance(holding));
    }

    function handOver(HoldingKey memory holding, uint24 to) internal {
        offer(holding, to);
        accept(to, holding);
    }

    // ---------------------------------------------------------------------------------- holds and recalls

    function placing(HoldingKey memory held) internal returns (bytes memory) {
        return abi.encode(PlaceHold(held, time(), 1, root()));
    }

    function releasing(HoldingKey memory held) internal returns (bytes memory) {
        return abi.encode(ReleaseHold(held, seqOf(held), time(), 1, root()));
    }

    function placeHold(uint24 organisation, HoldingKey memory held) internal {
        record(Kinds.placeHold(), organisation, placing(held));
    }

    function releaseHold(uint24 organisation, HoldingKey memory held) internal {
        record(Kinds.releaseHold(), organisation, releasing(held));
    }

    function recalling(uint24 maker) internal returns (bytes memory) {
        return abi.encode(RecallLot(LotKey(maker, handleOf(maker)), time(), 1, root()));
    }

    function endingRecall(uint24 maker) internal returns (bytes memory) {
        LotKey memory lot = LotKey(maker, handleOf(maker));
        return abi.encode(EndRecall(lot, recalls.recordOf(lotId(maker, lot.handle)).seq(), time(), 1, root()));
    }

    function recall(uint24 maker) internal {
        record(Kinds.recallLot(), maker, recalling(maker));
    }
}

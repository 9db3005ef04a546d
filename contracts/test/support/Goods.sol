// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Reason} from "../../src/interfaces/ISignedLedger.sol";
import {
    Cause,
    ConsignmentKey,
    DispatchGoods,
    EndDispatch,
    HoldingKey,
    ItemRole,
    JudgeHolding,
    LotAction,
    LotEventKind,
    Origin,
    PlaceHold,
    ReceiptOutcome,
    ReceiveDirect,
    ReceiveGoods,
    Verdict
} from "../../src/interfaces/ITraceability.sol";
import {EndRecall, LotKey, RecallLot} from "../../src/interfaces/IRecalls.sol";
import {Record} from "../../src/types/Record.sol";
import {Envelope} from "./Envelope.sol";
import {Kinds} from "./Kinds.sol";
import {Lots, SignedItem, SignedLotEvent} from "./Lots.sol";
import {Park} from "./Park.sol";
import {vm} from "./Vm.sol";

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

    /// @dev One thing is made of another, which is used up.
    function transformation(HoldingKey memory input, HoldingKey memory output)
        internal
        returns (bytes memory)
    {
        SignedItem[] memory items = Lots.list(
            present(ItemRole.Input, input), Lots.born(ItemRole.Output, Origin.Made, output)
        );
        return abi.encode(lotEvent(LotEventKind.Transformation, LotAction.None, items));
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

    // -------------------------------------------------------------------------------- dispatch and receipt

    /// @dev The one consignment of these tests from one organisation to another.
    function consignmentOf(uint24 from, uint24 to) internal pure returns (ConsignmentKey memory) {
        return ConsignmentKey(from, to, keccak256("salted number of a despatch advice"));
    }

    /// @dev The consignment a holding is on its way in.
    function consignmentOf(HoldingKey memory holding) internal view returns (ConsignmentKey memory) {
        (uint24 to,) = traceability.dispatchOf(holding.id());
        return consignmentOf(recordOf(holding).holder(), to);
    }

    function idOf(ConsignmentKey memory consignment) internal pure returns (bytes32) {
        return vm.eip712HashStruct(Kinds.CONSIGNMENT, abi.encode(consignment));
    }

    function recordOf(ConsignmentKey memory consignment) internal view returns (Record) {
        return recordOf(idOf(consignment));
    }

    /// @dev Sent by the custodian, on no order.
    function dispatching(HoldingKey memory holding, uint24 to)
        internal
        returns (DispatchGoods memory action)
    {
        action.holding = holding;
        action.consignment = consignmentOf(custodianOf(holding), to);
        action.seq = seqOf(holding);
        action.lapsesAt = time() + 1 days;
        (action.occurredAt, action.schema, action.root) = (time(), 1, root());
    }

    /// @dev All of it was accepted.
    function receiving(HoldingKey memory holding) internal returns (ReceiveGoods memory action) {
        action.holding = holding;
        action.consignment = consignmentOf(holding);
        action.agreesTo = recordOf(holding).head();
        action.outcome = uint8(ReceiptOutcome.Accepted);
        (action.occurredAt, action.schema, action.root) = (time(), 1, root());
    }

    function receiving(HoldingKey memory holding, ReceiptOutcome outcome)
        internal
        returns (ReceiveGoods memory action)
    {
        action = receiving(holding);
        action.outcome = uint8(outcome);
        if (outcome != ReceiptOutcome.Accepted) action.cause = uint8(Cause.Damaged);
    }

    function ending(HoldingKey memory holding) internal returns (EndDispatch memory) {
        return EndDispatch(holding, consignmentOf(holding), seqOf(holding), time(), 1, root());
    }

    /// @dev From a supplier who does not sign, on no order.
    function receivingDirect(HoldingKey memory holding) internal returns (ReceiveDirect memory) {
        return ReceiveDirect(holding, 0, 0, 0, false, time(), 1, root());
    }

    function dispatch(HoldingKey memory holding, uint24 to) internal {
        record(Kinds.dispatchGoods(), custodianOf(holding), abi.encode(dispatching(holding, to)));
    }

    function receiveIt(uint24 organisation, HoldingKey memory holding) internal {
        record(Kinds.receiveGoods(), organisation, abi.encode(receiving(holding)));
    }

    function receiveIt(uint24 organisation, HoldingKey memory holding, ReceiptOutcome outcome) internal {
        record(Kinds.receiveGoods(), organisation, abi.encode(receiving(holding, outcome)));
    }

    function endIt(uint24 organisation, HoldingKey memory holding) internal {
        record(Kinds.endDispatch(), organisation, abi.encode(ending(holding)));
    }

    function handOver(HoldingKey memory holding, uint24 to) internal {
        dispatch(holding, to);
        receiveIt(to, holding);
    }

    /// @dev Hands over what the receiver wants judged first.
    function handIntoQuarantine(HoldingKey memory holding, uint24 to) internal {
        dispatch(holding, to);
        ReceiveGoods memory action = receiving(holding);
        action.quarantine = true;
        record(Kinds.receiveGoods(), to, abi.encode(action));
    }

    function refuseDispatch(Reason reason, uint24 organisation, DispatchGoods memory action) internal {
        refuse(reason, Kinds.dispatchGoods(), organisation, abi.encode(action));
    }

    function refuseReceipt(Reason reason, uint24 organisation, ReceiveGoods memory action) internal {
        refuse(reason, Kinds.receiveGoods(), organisation, abi.encode(action));
    }

    function refuseEnding(Reason reason, uint24 organisation, EndDispatch memory action) internal {
        refuse(reason, Kinds.endDispatch(), organisation, abi.encode(action));
    }

    // ---------------------------------------------------------------------------------- holds and recalls

    function placing(HoldingKey memory held) internal returns (bytes memory) {
        return abi.encode(PlaceHold(held, time(), 1, root()));
    }

    function judging(HoldingKey memory held, Verdict verdict) internal returns (bytes memory) {
        return abi.encode(JudgeHolding(held, seqOf(held), uint8(verdict), time(), 1, root()));
    }

    function placeHold(uint24 organisation, HoldingKey memory held) internal {
        record(Kinds.placeHold(), organisation, placing(held));
    }

    function judge(uint24 organisation, HoldingKey memory held, Verdict verdict) internal {
        record(Kinds.judgeHolding(), organisation, judging(held, verdict));
    }

    function releaseHold(uint24 organisation, HoldingKey memory held) internal {
        judge(organisation, held, Verdict.Pass);
    }

    function refuseVerdict(Reason reason, uint24 organisation, HoldingKey memory held, Verdict verdict)
        internal
    {
        refuse(reason, Kinds.judgeHolding(), organisation, judging(held, verdict));
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

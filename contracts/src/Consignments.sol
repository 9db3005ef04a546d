// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Holdings} from "./Holdings.sol";
import {Batch, Loop} from "./SignedLedger.sol";
import {RIGHT_RECEIVE, RIGHT_STOCK, ROLES_KNOWN} from "./interfaces/IParticipants.sol";
import {Authorisation, Reason, Touched} from "./interfaces/ISignedLedger.sol";
import {
    Cause,
    ConsignmentStatus,
    DispatchGoods,
    EndDispatch,
    HoldingKey,
    HoldingStatus,
    ITraceability,
    ReceiptOutcome,
    ReceiveDirect,
    ReceiveGoods
} from "./interfaces/ITraceability.sol";
import {TraceabilityActions} from "./libraries/TraceabilityActions.sol";
import {
    FLAG_CLOSED,
    FLAG_DISPUTED,
    FLAG_PACKED,
    FLAG_QUARANTINED,
    Record,
    RecordLibrary
} from "./types/Record.sol";

/// @title Dispatch and receipt, line by line; returns go the same way back.
/// @dev A line touches its holding and its consignment, so that the consignment's head proves that no line is missing.
abstract contract Consignments is Holdings {
    using TraceabilityActions for *;

    uint8 private constant ACCEPTED = uint8(ReceiptOutcome.Accepted);
    uint8 private constant REJECTED = uint8(ReceiptOutcome.Rejected);
    uint8 private constant ON_ITS_WAY = uint8(HoldingStatus.Dispatched);
    uint8 private constant HELD_STATUS = uint8(HoldingStatus.Held);

    /// @inheritdoc ITraceability
    function dispatchGoods(DispatchGoods[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        uint256 first;
        assembly ("memory-safe") {
            first := actions.offset
        }
        _recordAll(
            hashes,
            authorisation,
            Loop(
                TraceabilityActions.DISPATCH_GOODS_BATCH,
                first,
                TraceabilityActions.DISPATCH_GOODS_SIZE,
                _dispatch
            )
        );
    }

    function _dispatch(Batch memory batch, uint256 index, bytes32 hash, uint256 place)
        private
        returns (Reason reason)
    {
        DispatchGoods calldata action;
        assembly ("memory-safe") {
            action := place
        }
        bytes32 id = action.holding.id();
        Record record = _records[id];
        bytes32 consignment = action.consignment.id();
        uint24 to = action.consignment.to;
        uint24 organisation = batch.standing.organisation;
        bool quarantine;
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_STOCK), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesSeq(record, action.seq));
        if (reason == Reason.None) reason = _refusesCustodian(organisation, id, record);
        if (reason == Reason.None) reason = _refusesLeaving(record);
        if (reason == Reason.None) reason = _refusesQuarantined(action.holding, id, record, to);
        if (reason == Reason.None && action.lapsesAt > type(uint40).max) reason = Reason.Malformed;
        if (reason == Reason.None && action.lapsesAt <= block.timestamp) reason = Reason.Lapsed;
        if (reason == Reason.None && (action.consignment.from != organisation || to == organisation)) {
            reason = Reason.WrongActor;
        }
        if (reason == Reason.None && PARTICIPANTS.rolesOf(to) == 0) reason = Reason.OrganisationUnknown;
        if (reason == Reason.None) reason = _refusesRecalled(action.holding, to);
        reason = _or(reason, _refusesMoreLines(_records[consignment]));
        if (reason == Reason.None && action.order != 0) {
            (reason, quarantine) = PROCUREMENT.refusesDelivery(action.order, organisation, to, action.line);
        }
        if (reason != Reason.None) return reason;

        // 23 bytes of the id fill the slot and are as hard to meet twice.
        // forge-lint: disable-next-line(unsafe-typecast)
        _dispatches[id] = Dispatch(to, uint40(action.lapsesAt), quarantine, bytes23(consignment));
        ++_linesOnTheirWay[consignment];
        Touched[] memory touched = _pair(
            _write(batch, hash, id, organisation, ON_ITS_WAY, record.flags()),
            _writeConsignment(batch, hash, consignment, organisation, 0)
        );
        emit GoodsDispatched(batch.digest, hash, index, action, touched);
    }

    /// @dev What leaves must lie there, loose, free of holds.
    function _refusesLeaving(Record record) private pure returns (Reason) {
        if (record.has(FLAG_CLOSED)) return Reason.Closed;
        if (record.has(FLAG_PACKED)) return Reason.Packed;
        if (record.status() != HELD_STATUS) return Reason.WrongState;
        return record.has(ON_HOLD) ? Reason.Held : Reason.None;
    }

    /// @dev Each line is dispatched and answered: half of a consignment's records are kept for the answers.
    function _refusesMoreLines(Record consignment) private pure returns (Reason) {
        return consignment.seq() < RecordLibrary.SEQ_MAX / 2 ? Reason.None : Reason.SeqExhausted;
    }

    /// @inheritdoc ITraceability
    function receiveGoods(ReceiveGoods[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        uint256 first;
        assembly ("memory-safe") {
            first := actions.offset
        }
        _recordAll(
            hashes,
            authorisation,
            Loop(
                TraceabilityActions.RECEIVE_GOODS_BATCH,
                first,
                TraceabilityActions.RECEIVE_GOODS_SIZE,
                _receive
            )
        );
    }

    function _receive(Batch memory batch, uint256 index, bytes32 hash, uint256 place)
        private
        returns (Reason reason)
    {
        ReceiveGoods calldata action;
        assembly ("memory-safe") {
            action := place
        }
        bytes32 id = action.holding.id();
        Record record = _records[id];
        Dispatch memory dispatch = _dispatches[id];
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_RECEIVE), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesHead(record, action.agreesTo));
        reason = _or(reason, _refusesLine(record, dispatch, action.consignment.id()));
        if (reason == Reason.None && dispatch.to != batch.standing.organisation) reason = Reason.WrongActor;
        if (reason == Reason.None && !_isAnswer(action)) reason = Reason.Malformed;
        if (reason == Reason.None && action.outcome != REJECTED) {
            reason = _refusesTaking(action.holding, id, record, dispatch);
        }
        if (reason != Reason.None) return reason;

        Touched[] memory touched = _answer(batch, hash, action, id, record, dispatch);
        emit GoodsReceived(batch.digest, hash, index, action, touched);
    }

    /// @dev A known outcome, with a known cause unless all was accepted.
    function _isAnswer(ReceiveGoods calldata action) private pure returns (bool) {
        if (action.outcome == 0 || action.outcome > REJECTED) return false;
        return action.cause <= uint8(type(Cause).max) && (action.outcome == ACCEPTED || action.cause != 0);
    }

    /// @dev Refusals of taking custody of what has been on its way. Anything may be rejected at the dock.
    function _refusesTaking(HoldingKey calldata holding, bytes32 id, Record record, Dispatch memory dispatch)
        private
        view
        returns (Reason)
    {
        if (block.timestamp > dispatch.lapsesAt) return Reason.Lapsed;
        if (record.has(ON_HOLD)) return Reason.Held;
        return
            _or(_refusesRecalled(holding, dispatch.to), _refusesQuarantined(holding, id, record, dispatch.to));
    }

    function _answer(
        Batch memory batch,
        bytes32 hash,
        ReceiveGoods calldata action,
        bytes32 id,
        Record record,
        Dispatch memory dispatch
    ) private returns (Touched[] memory) {
        uint24 sender = record.holder();
        uint24 holder = sender;
        uint8 flags = record.flags();
        uint8 dispute;
        if (action.outcome != REJECTED) {
            holder = dispatch.to;
            if (dispatch.quarantine || action.quarantine) flags |= FLAG_QUARANTINED;
            flags &= ~FLAG_DISPUTED;
            _received(id, batch.signer, sender);
            if (action.outcome != ACCEPTED) dispute = FLAG_DISPUTED;
        }
        bytes32 consignment = action.consignment.id();
        _forget(id, consignment);
        return _pair(
            _write(batch, hash, id, holder, HELD_STATUS, flags),
            _writeConsignment(batch, hash, consignment, sender, dispute)
        );
    }

    /// @inheritdoc ITraceability
    function endDispatches(EndDispatch[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        uint256 first;
        assembly ("memory-safe") {
            first := actions.offset
        }
        _recordAll(
            hashes,
            authorisation,
            Loop(
                TraceabilityActions.END_DISPATCH_BATCH,
                first,
                TraceabilityActions.END_DISPATCH_SIZE,
                _endDispatch
            )
        );
    }

    function _endDispatch(Batch memory batch, uint256 index, bytes32 hash, uint256 place)
        private
        returns (Reason reason)
    {
        EndDispatch calldata action;
        assembly ("memory-safe") {
            action := place
        }
        bytes32 id = action.holding.id();
        Record record = _records[id];
        bytes32 consignment = action.consignment.id();
        Dispatch memory dispatch = _dispatches[id];
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_STOCK | RIGHT_RECEIVE), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesSeq(record, action.seq));
        reason = _or(reason, _refusesLine(record, dispatch, consignment));
        if (reason == Reason.None && block.timestamp <= dispatch.lapsesAt) {
            uint24 organisation = batch.standing.organisation;
            if (organisation != record.holder() && organisation != dispatch.to) reason = Reason.WrongActor;
        }
        if (reason != Reason.None) return reason;

        _forget(id, consignment);
        Touched[] memory touched = _pair(
            _write(batch, hash, id, record.holder(), HELD_STATUS, record.flags()),
            _writeConsignment(batch, hash, consignment, record.holder(), 0)
        );
        emit DispatchEnded(batch.digest, hash, index, action, touched);
    }

    /// @inheritdoc ITraceability
    function receiveDirect(ReceiveDirect[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        uint256 first;
        assembly ("memory-safe") {
            first := actions.offset
        }
        _recordAll(
            hashes,
            authorisation,
            Loop(
                TraceabilityActions.RECEIVE_DIRECT_BATCH,
                first,
                TraceabilityActions.RECEIVE_DIRECT_SIZE,
                _receiveDirect
            )
        );
    }

    function _receiveDirect(Batch memory batch, uint256 index, bytes32 hash, uint256 place)
        private
        returns (Reason reason)
    {
        ReceiveDirect calldata action;
        assembly ("memory-safe") {
            action := place
        }
        bytes32 id = action.holding.id();
        uint24 organisation = batch.standing.organisation;
        bool quarantine;
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_RECEIVE), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesNewSubjects(batch));
        if (reason == Reason.None && action.holding.creator != organisation) reason = Reason.WrongActor;
        if (reason == Reason.None && _records[id].exists()) reason = Reason.AlreadyExists;
        if (reason == Reason.None && action.order != 0) {
            (reason, quarantine) = PROCUREMENT.refusesDelivery(action.order, 0, organisation, action.line);
        }
        if (reason != Reason.None) return reason;

        _received(id, batch.signer, 0);
        if (action.claim != 0) _claims[hash] = Claim(action.claim, organisation);
        uint8 flags = quarantine || action.quarantine ? FLAG_QUARANTINED : 0;
        Touched[] memory touched = _writeOne(batch, hash, id, organisation, HELD_STATUS, flags);
        emit ReceivedDirect(batch.digest, hash, index, action, touched);
    }

    /// @dev Refusals of an act on a line: it must be on its way, in this consignment.
    function _refusesLine(Record record, Dispatch memory dispatch, bytes32 consignment)
        private
        pure
        returns (Reason)
    {
        if (record.status() != ON_ITS_WAY) return Reason.WrongState;
        // forge-lint: disable-next-line(unsafe-typecast)
        return dispatch.consignment == bytes23(consignment) ? Reason.None : Reason.Malformed;
    }

    /// @dev Recalled goods travel in one direction only: back to whoever made them.
    function _refusesRecalled(HoldingKey calldata holding, uint24 to) private view returns (Reason) {
        if (to == holding.maker) return Reason.None;
        return RECALLS.isRecalled(holding.maker, holding.handle) ? Reason.Recalled : Reason.None;
    }

    /// @dev Out of quarantine goods only go back: to whoever sent them, or made them. Asked on their arrival too, for they
    /// may have failed on their way.
    function _refusesQuarantined(HoldingKey calldata holding, bytes32 id, Record record, uint24 to)
        private
        view
        returns (Reason)
    {
        if (!record.has(FLAG_QUARANTINED) || to == holding.maker) return Reason.None;
        return to == _receipts[id].from ? Reason.None : Reason.Quarantined;
    }

    /// @dev What an act on a line leaves: of its holding first, of its consignment second.
    function _pair(Touched memory holding, Touched memory consignment)
        private
        pure
        returns (Touched[] memory touched)
    {
        touched = new Touched[](2);
        (touched[0], touched[1]) = (holding, consignment);
    }

    /// @param dispute `FLAG_DISPUTED` if the act leaves one; it stays with the consignment.
    function _writeConsignment(Batch memory batch, bytes32 hash, bytes32 id, uint24 sender, uint8 dispute)
        private
        returns (Touched memory)
    {
        return _write(batch, hash, id, sender, uint8(ConsignmentStatus.Known), _records[id].flags() | dispute);
    }

    /// @dev A line is answered, in whatever way.
    function _forget(bytes32 id, bytes32 consignment) private {
        delete _dispatches[id];
        --_linesOnTheirWay[consignment];
    }
}

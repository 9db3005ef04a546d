// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OrderBook} from "./OrderBook.sol";
import {Batch, Loop} from "./SignedLedger.sol";
import {RIGHT_ORDER, ROLES_KNOWN} from "./interfaces/IParticipants.sol";
import {
    AgreeChange,
    EndProposal,
    IProcurement,
    OrderStatus,
    ProposeChange
} from "./interfaces/IProcurement.sol";
import {Authorisation, Reason, Touched} from "./interfaces/ISignedLedger.sol";
import {ProcurementActions} from "./libraries/ProcurementActions.sol";
import {Record} from "./types/Record.sol";
import {Terms} from "./types/Terms.sol";

/// @title Changes of a confirmed order, proposed by either party and agreed by the other; and the end of proposals.
abstract contract OrderChanges is OrderBook {
    using ProcurementActions for *;

    /// @inheritdoc IProcurement
    function proposeChanges(ProposeChange[] calldata actions, Authorisation calldata authorisation) external {
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
                ProcurementActions.PROPOSE_CHANGE_BATCH,
                first,
                ProcurementActions.PROPOSE_CHANGE_SIZE,
                _propose
            )
        );
    }

    function _propose(Batch memory batch, uint256 index, bytes32 hash, uint256 place)
        private
        returns (Reason reason)
    {
        ProposeChange calldata action;
        assembly ("memory-safe") {
            action := place
        }
        bytes32 id = action.order.id();
        Record record = _records[id];
        uint24 organisation = batch.standing.organisation;
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_ORDER), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesSeq(record, action.seq));
        reason = _or(reason, _refusesUnsettled(record));
        if (reason == Reason.None && !_isParty(action.order, organisation)) reason = Reason.WrongActor;
        if (reason == Reason.None && action.cancelled & ~_lines[id].open != 0) reason = Reason.LineClosed;
        reason = _or(reason, _refusesPromise(action.promisedAt));
        reason = _or(reason, _refusesLapse(action.lapsesAt));
        if (reason != Reason.None) return reason;

        _lines[id].cancelled = action.cancelled;
        Terms terms = _terms[id].proposed(organisation, uint40(action.promisedAt), uint40(action.lapsesAt));
        Touched[] memory touched = _alone(_writeOrder(batch, hash, id, terms, OrderStatus.Changing));
        emit ChangeProposed(batch.digest, hash, index, action, touched, terms, _lines[id].open);
    }

    /// @inheritdoc IProcurement
    function agreeChanges(AgreeChange[] calldata actions, Authorisation calldata authorisation) external {
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
            Loop(ProcurementActions.AGREE_CHANGE_BATCH, first, ProcurementActions.AGREE_CHANGE_SIZE, _agree)
        );
    }

    function _agree(Batch memory batch, uint256 index, bytes32 hash, uint256 place)
        private
        returns (Reason reason)
    {
        AgreeChange calldata action;
        assembly ("memory-safe") {
            action := place
        }
        bytes32 id = action.order.id();
        Record record = _records[id];
        Terms terms = _terms[id];
        uint24 organisation = batch.standing.organisation;
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_ORDER), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesHead(record, action.agreesTo));
        if (reason == Reason.None && record.status() != uint8(OrderStatus.Changing)) {
            reason = Reason.WrongState;
        }
        if (
            reason == Reason.None
                && (!_isParty(action.order, organisation) || organisation == terms.proposer())
        ) {
            reason = Reason.WrongActor;
        }
        if (reason == Reason.None && block.timestamp > terms.lapsesAt()) reason = Reason.Lapsed;
        if (reason != Reason.None) return reason;

        terms = terms.agreed();
        uint256 open = _lines[id].open & ~_lines[id].cancelled;
        _lines[id].open = open;
        Touched[] memory touched = _alone(_writeOrder(batch, hash, id, terms, _statusOf(terms, open)));
        emit ChangeAgreed(batch.digest, hash, index, action, touched, terms, open);
    }

    /// @inheritdoc IProcurement
    function endProposals(EndProposal[] calldata actions, Authorisation calldata authorisation) external {
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
            Loop(ProcurementActions.END_PROPOSAL_BATCH, first, ProcurementActions.END_PROPOSAL_SIZE, _end)
        );
    }

    function _end(Batch memory batch, uint256 index, bytes32 hash, uint256 place)
        private
        returns (Reason reason)
    {
        EndProposal calldata action;
        assembly ("memory-safe") {
            action := place
        }
        bytes32 id = action.order.id();
        Record record = _records[id];
        Terms terms = _terms[id];
        bool offered = record.status() == uint8(OrderStatus.Offered);
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_ORDER), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesSeq(record, action.seq));
        if (reason == Reason.None && !offered && record.status() != uint8(OrderStatus.Changing)) {
            reason = Reason.WrongState;
        }
        if (
            reason == Reason.None && block.timestamp <= terms.lapsesAt()
                && !_isParty(action.order, batch.standing.organisation)
        ) {
            reason = Reason.WrongActor;
        }
        if (reason != Reason.None) return reason;

        terms = terms.withdrawn();
        Touched[] memory touched =
            _alone(_writeOrder(batch, hash, id, terms, offered ? OrderStatus.Ended : OrderStatus.Confirmed));
        emit ProposalEnded(batch.digest, hash, index, action, touched, terms, _lines[id].open);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OrderBook} from "./OrderBook.sol";
import {Batch} from "./SignedLedger.sol";
import {RIGHT_ORDER, ROLES_KNOWN} from "./interfaces/IParticipants.sol";
import {
    AgreeChange,
    CloseLines,
    ConfirmOrder,
    EndProposal,
    IProcurement,
    IssueOrder,
    OrderKey,
    OrderLines,
    OrderStatus,
    ProposeChange
} from "./interfaces/IProcurement.sol";
import {Authorisation, Reason, Touched} from "./interfaces/ISignedLedger.sol";
import {ProcurementActions} from "./libraries/ProcurementActions.sol";
import {Record} from "./types/Record.sol";
import {Terms, TermsLibrary} from "./types/Terms.sol";

/// @title Orders: offered, confirmed, changed by both, closed line by line.
abstract contract Orders is OrderBook {
    using ProcurementActions for *;

    uint16 private constant LINES_MAX = 256;

    /// @inheritdoc IProcurement
    function issueOrders(IssueOrder[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(ProcurementActions.ISSUE_ORDER_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _issue(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _issue(Batch memory batch, uint256 index, bytes32 hash, IssueOrder calldata action)
        private
        returns (Reason reason)
    {
        OrderKey calldata key = action.order;
        bytes32 id = key.id();
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_ORDER), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesNewSubjects(batch));
        if (reason == Reason.None && key.buyer != batch.standing.organisation) reason = Reason.WrongActor;
        if (reason == Reason.None && _records[id].exists()) reason = Reason.AlreadyExists;
        if (reason == Reason.None && PARTICIPANTS.rolesOf(key.supplier) == 0) {
            reason = Reason.OrganisationUnknown;
        }
        if (reason == Reason.None && !_isSound(action)) reason = Reason.Malformed;
        reason = _or(reason, _refusesLapse(action.lapsesAt));
        if (reason != Reason.None) return reason;

        uint256 open = _allOf(action.lines);
        Terms terms = TermsLibrary.offer(key.buyer, key.supplier, action.lines, uint40(action.lapsesAt));
        _lines[id] = OrderLines(open, action.services, action.quarantines, 0);
        Touched[] memory touched = _alone(_writeOrder(batch, hash, id, terms, OrderStatus.Offered));
        emit OrderIssued(batch.digest, hash, index, action, touched, terms, open);
    }

    /// @dev Nobody orders from oneself; no bit stands for a line that is not there.
    function _isSound(IssueOrder calldata action) private pure returns (bool) {
        return action.order.supplier != action.order.buyer && action.lines != 0 && action.lines <= LINES_MAX
            && (action.services | action.quarantines) & ~_allOf(action.lines) == 0;
    }

    /// @dev The bits of so many lines; all 256 would shift out of the word.
    function _allOf(uint16 lines) private pure returns (uint256) {
        return type(uint256).max >> (LINES_MAX - lines);
    }

    /// @inheritdoc IProcurement
    function confirmOrders(ConfirmOrder[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(ProcurementActions.CONFIRM_ORDER_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _confirm(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _confirm(Batch memory batch, uint256 index, bytes32 hash, ConfirmOrder calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = action.order.id();
        Record record = _records[id];
        Terms terms = _terms[id];
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_ORDER), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesHead(record, action.agreesTo));
        if (reason == Reason.None && record.status() != uint8(OrderStatus.Offered)) {
            reason = Reason.WrongState;
        }
        if (reason == Reason.None && action.order.supplier != batch.standing.organisation) {
            reason = Reason.WrongActor;
        }
        if (reason == Reason.None && block.timestamp > terms.lapsesAt()) reason = Reason.Lapsed;
        reason = _or(reason, _refusesPromise(action.promisedAt));
        if (reason != Reason.None) return reason;

        terms = terms.confirmed(uint40(action.promisedAt));
        Touched[] memory touched = _alone(_writeOrder(batch, hash, id, terms, OrderStatus.Confirmed));
        emit OrderConfirmed(batch.digest, hash, index, action, touched, terms, _lines[id].open);
    }

    /// @inheritdoc IProcurement
    function proposeChanges(ProposeChange[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(ProcurementActions.PROPOSE_CHANGE_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _propose(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _propose(Batch memory batch, uint256 index, bytes32 hash, ProposeChange calldata action)
        private
        returns (Reason reason)
    {
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
        Batch memory batch = _authorise(ProcurementActions.AGREE_CHANGE_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _agree(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _agree(Batch memory batch, uint256 index, bytes32 hash, AgreeChange calldata action)
        private
        returns (Reason reason)
    {
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
        Batch memory batch = _authorise(ProcurementActions.END_PROPOSAL_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _end(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _end(Batch memory batch, uint256 index, bytes32 hash, EndProposal calldata action)
        private
        returns (Reason reason)
    {
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

    /// @inheritdoc IProcurement
    function closeLines(CloseLines[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        Batch memory batch = _authorise(ProcurementActions.CLOSE_LINES_BATCH, hashes, authorisation);
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], _close(batch, i, hashes[i], actions[i]));
        }
        _finish(batch);
    }

    function _close(Batch memory batch, uint256 index, bytes32 hash, CloseLines calldata action)
        private
        returns (Reason reason)
    {
        bytes32 id = action.order.id();
        Record record = _records[id];
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_ORDER), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesSeq(record, action.seq));
        reason = _or(reason, _refusesUnsettled(record));
        if (reason == Reason.None && action.order.buyer != batch.standing.organisation) {
            reason = Reason.WrongActor;
        }
        if (reason == Reason.None && (action.lines == 0 || action.lines & ~_lines[id].open != 0)) {
            reason = Reason.LineClosed;
        }
        if (reason != Reason.None) return reason;

        Touched[] memory touched = _alone(_closeLines(batch, hash, id, action.lines));
        emit LinesClosed(batch.digest, hash, index, action, touched, _terms[id], _lines[id].open);
    }
}

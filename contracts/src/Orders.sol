// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OrderBook} from "./OrderBook.sol";
import {Batch, Loop} from "./SignedLedger.sol";
import {RIGHT_ORDER, ROLES_KNOWN} from "./interfaces/IParticipants.sol";
import {
    CloseLines,
    ConfirmOrder,
    IProcurement,
    IssueOrder,
    OrderKey,
    OrderLines,
    OrderStatus
} from "./interfaces/IProcurement.sol";
import {Authorisation, Reason, Touched} from "./interfaces/ISignedLedger.sol";
import {ProcurementActions} from "./libraries/ProcurementActions.sol";
import {Record} from "./types/Record.sol";
import {Terms, TermsLibrary} from "./types/Terms.sol";

/// @title Orders: offered, confirmed, closed line by line.
abstract contract Orders is OrderBook {
    using ProcurementActions for *;

    uint16 private constant LINES_MAX = 256;

    /// @inheritdoc IProcurement
    function issueOrders(IssueOrder[] calldata actions, Authorisation calldata authorisation) external {
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
            Loop(ProcurementActions.ISSUE_ORDER_BATCH, first, ProcurementActions.ISSUE_ORDER_SIZE, _issue)
        );
    }

    function _issue(Batch memory batch, uint256 index, bytes32 hash, uint256 place)
        private
        returns (Reason reason)
    {
        IssueOrder calldata action;
        assembly ("memory-safe") {
            action := place
        }
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
        uint256 first;
        assembly ("memory-safe") {
            first := actions.offset
        }
        _recordAll(
            hashes,
            authorisation,
            Loop(
                ProcurementActions.CONFIRM_ORDER_BATCH, first, ProcurementActions.CONFIRM_ORDER_SIZE, _confirm
            )
        );
    }

    function _confirm(Batch memory batch, uint256 index, bytes32 hash, uint256 place)
        private
        returns (Reason reason)
    {
        ConfirmOrder calldata action;
        assembly ("memory-safe") {
            action := place
        }
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
    function closeLines(CloseLines[] calldata actions, Authorisation calldata authorisation) external {
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
            Loop(ProcurementActions.CLOSE_LINES_BATCH, first, ProcurementActions.CLOSE_LINES_SIZE, _close)
        );
    }

    function _close(Batch memory batch, uint256 index, bytes32 hash, uint256 place)
        private
        returns (Reason reason)
    {
        CloseLines calldata action;
        assembly ("memory-safe") {
            action := place
        }
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

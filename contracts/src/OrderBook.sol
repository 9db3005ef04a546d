// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Batch, SignedLedger} from "./SignedLedger.sol";
import {TradeLedger} from "./TradeLedger.sol";
import {IProcurement, OrderKey, OrderLines, OrderStatus} from "./interfaces/IProcurement.sol";
import {ISignedLedger, Reason, Touched} from "./interfaces/ISignedLedger.sol";
import {FLAG_CLOSED, Record} from "./types/Record.sol";
import {Terms} from "./types/Terms.sol";

/// @title What is kept of orders, and the refusals that several actions on them share.
abstract contract OrderBook is TradeLedger, IProcurement {
    mapping(bytes32 order => Terms terms) internal _terms;
    mapping(bytes32 order => OrderLines lines) internal _lines;

    /// @inheritdoc ISignedLedger
    function awaitsAnswer(bytes32 id) external view override(ISignedLedger, SignedLedger) returns (bool) {
        uint8 status = _records[id].status();
        // A reported milestone has the number of an offered order; only orders have terms.
        if (status == uint8(OrderStatus.Offered)) return true;
        return status == uint8(OrderStatus.Changing) && _terms[id].exists();
    }

    /// @inheritdoc IProcurement
    function termsOf(bytes32 order) external view returns (Terms) {
        return _terms[order];
    }

    /// @inheritdoc IProcurement
    function linesOf(bytes32 order) external view returns (OrderLines memory) {
        return _lines[order];
    }

    /// @inheritdoc IProcurement
    function refusesDelivery(bytes32 order, uint24 from, uint24 to, uint8 line)
        external
        view
        returns (Reason reason, bool quarantine)
    {
        Terms terms = _terms[order];
        uint256 bit = uint256(1) << line;
        if (!terms.exists()) return (Reason.NotFound, false);
        if ((from != 0 && from != terms.supplier()) || to != terms.buyer()) {
            return (Reason.WrongActor, false);
        }
        reason = _refusesUnconfirmed(_records[order]);
        if (reason == Reason.None && _lines[order].open & ~_lines[order].services & bit == 0) {
            reason = Reason.LineClosed;
        }
        if (reason != Reason.None) return (reason, false);
        return (Reason.None, _lines[order].quarantines & bit != 0);
    }

    /// @dev Refusals of an act that only a confirmed order bears.
    function _refusesUnsettled(Record record) internal pure returns (Reason) {
        if (record.status() == uint8(OrderStatus.Changing)) return Reason.ProposalPending;
        return record.status() == uint8(OrderStatus.Confirmed) ? Reason.None : Reason.WrongState;
    }

    /// @dev Refusals of an act that goes on while a change awaits its answer.
    function _refusesUnconfirmed(Record record) internal pure returns (Reason) {
        Reason reason = _refusesUnsettled(record);
        return reason == Reason.ProposalPending ? Reason.None : reason;
    }

    /// @dev Refusals of the moment until which somebody may answer.
    function _refusesLapse(uint64 lapsesAt) internal view returns (Reason) {
        if (lapsesAt > type(uint40).max) return Reason.Malformed;
        return lapsesAt <= block.timestamp ? Reason.Lapsed : Reason.None;
    }

    /// @dev Refusals of a promise: 0 would be none.
    function _refusesPromise(uint64 promisedAt) internal pure returns (Reason) {
        return promisedAt == 0 || promisedAt > type(uint40).max ? Reason.Malformed : Reason.None;
    }

    function _isParty(OrderKey calldata order, uint24 organisation) internal pure returns (bool) {
        return organisation == order.buyer || organisation == order.supplier;
    }

    /// @dev Where an order stands that was confirmed once and has these lines open.
    function _statusOf(Terms terms, uint256 open) internal pure returns (OrderStatus) {
        if (open != 0) return OrderStatus.Confirmed;
        return terms.done() ? OrderStatus.Closed : OrderStatus.Cancelled;
    }

    /// @dev Closes open lines as done, and the order with the last of them.
    function _closeLines(Batch memory batch, bytes32 hash, bytes32 id, uint256 lines)
        internal
        returns (Touched memory)
    {
        Terms terms = _terms[id].delivered();
        uint256 open = _lines[id].open & ~lines;
        _lines[id].open = open;
        return _writeOrder(batch, hash, id, terms, _statusOf(terms, open));
    }

    /// @dev Writes an order with its terms. The buyer stays answerable for it.
    function _writeOrder(Batch memory batch, bytes32 hash, bytes32 id, Terms terms, OrderStatus status)
        internal
        returns (Touched memory touched)
    {
        _terms[id] = terms;
        uint8 flags = status >= OrderStatus.Closed ? FLAG_CLOSED : 0;
        touched = _write(batch, hash, id, terms.buyer(), uint8(status), flags);
    }

    function _alone(Touched memory one) internal pure returns (Touched[] memory touched) {
        touched = new Touched[](1);
        touched[0] = one;
    }
}

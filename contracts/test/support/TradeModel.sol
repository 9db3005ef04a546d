// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IssueOrder, OrderKey} from "../../src/interfaces/IProcurement.sol";
import {ConsignmentKey, HoldingKey, HoldingStatus} from "../../src/interfaces/ITraceability.sol";
import {Record} from "../../src/types/Record.sol";
import {DealKinds} from "./DealKinds.sol";
import {Lots} from "./Lots.sol";
import {Ordering} from "./Ordering.sol";
import {vm} from "./Vm.sol";

/// @notice The rules of trade in plain booleans: what of a few holdings may be done by whom, and what it leaves.
abstract contract TradeModel is Ordering {
    using Lots for HoldingKey;

    /// @dev What the model knows of a holding. `parent` is a place among the shelves and one; 0 if loose.
    struct Shelf {
        HoldingKey key;
        bool exists;
        bool usedUp;
        bool heldByParty;
        bool heldByRegulator;
        bool quarantined;
        bool failed;
        bool breach;
        bool judgedFirst; // by the order it is on its way on
        uint24 holder;
        uint24 sentTo;
        uint64 lapsesAt;
        uint256 parent;
        address receiver;
        uint24 from;
    }

    /// @dev What the model knows of the one consignment from a member to another.
    struct Sending {
        uint24 records;
        uint256 onTheirWay;
        bool disputed;
    }

    uint256 internal constant SHELVES = 8;

    // The order of a tenant at a supplier: both lines are of goods, one's wait for a verdict.
    uint8 internal constant LINES = 2;
    uint8 internal constant JUDGED_FIRST = 1;

    Shelf[SHELVES] internal _shelves;
    mapping(uint24 maker => bool recalled) internal _recalled;
    mapping(uint24 from => mapping(uint24 to => Sending)) internal _sendings;
    /// @notice Whether a subject of `Traceability` is a consignment.
    mapping(bytes32 id => bool) public isConsignment;
    OrderKey internal _order;
    uint32 internal _serial;

    function _placeOrder() internal {
        _order = orderOf(TENANT, SUPPLIER, 1);
        IssueOrder memory action = issuing(_order, LINES, 0);
        action.quarantines = 2 ** JUDGED_FIRST;
        record(DealKinds.issueOrder(), TENANT, abi.encode(action));
        confirm(_order);
    }

    // ------------------------------------------------------------------------------------------- who may what

    function _custodian(uint256 i) internal view returns (uint24) {
        return _shelves[_outermost(i)].holder;
    }

    function _outermost(uint256 i) internal view returns (uint256) {
        while (_shelves[i].parent != 0) i = _shelves[i].parent - 1;
        return i;
    }

    function _isOpen(uint256 i) internal view returns (bool) {
        return _shelves[i].exists && !_shelves[i].usedUp;
    }

    /// @dev Here, open, loose, and not on its way.
    function _isFree(uint256 i, uint24 by) internal view returns (bool) {
        Shelf storage shelf = _shelves[i];
        return _isOpen(i) && shelf.parent == 0 && shelf.sentTo == 0 && shelf.holder == by;
    }

    function _isOnHold(Shelf storage shelf) internal view returns (bool) {
        return shelf.heldByParty || shelf.heldByRegulator;
    }

    /// @dev Recalled goods go to their maker; those in quarantine there or back.
    function _mayGoTo(Shelf storage shelf, uint24 to) internal view returns (bool) {
        if (to == shelf.key.maker) return true;
        return !_recalled[shelf.key.maker] && (!shelf.quarantined || to == shelf.from);
    }

    function _makes(uint24 by) internal pure returns (bool) {
        return by == SUPPLIER || by == TENANT || by == RIVAL;
    }

    function _mayPackInto(uint256 parent, uint256 child, uint24 by) internal view returns (bool) {
        Shelf storage shelf = _shelves[child];
        uint256 outermost = _outermost(parent);
        if (!_isOpen(parent) || _custodian(parent) != by || outermost == child) return false;
        if (_shelves[outermost].sentTo != 0 || !_isFree(child, by)) return false;
        return !_isOnHold(shelf) && !shelf.quarantined && !_recalled[shelf.key.maker];
    }

    function _mayUnpack(uint256 parent, uint256 child, uint24 by) internal view returns (bool) {
        if (parent == child || !_shelves[parent].exists || !_isOpen(child)) return false;
        if (_shelves[_outermost(child)].sentTo != 0) return false;
        return _custodian(child) == by && _custodian(parent) == by;
    }

    /// @dev Whoever received goods does not judge them in quarantine; a regulator lifts its own hold first.
    function _mayJudge(uint256 i, uint24 by, address signer, uint8 verdict) internal view returns (bool) {
        Shelf storage shelf = _shelves[i];
        if (by == REGULATOR && shelf.heldByRegulator) return verdict == 1;
        if (!_isOpen(i) || _custodian(i) != by || verdict == 0 || verdict > 2) return false;
        if (shelf.quarantined) return shelf.receiver != signer;
        return shelf.heldByParty;
    }

    // ----------------------------------------------------------------------------------------- what it leaves

    function _put(uint256 i, HoldingKey memory key, uint24 by) internal {
        _takeOff(i);
        (_shelves[i].key, _shelves[i].exists, _shelves[i].holder) = (key, true, by);
    }

    /// @dev What lies in a used-up packing, at any level, leaves the shelves with it.
    function _takeOff(uint256 i) private {
        delete _shelves[i];
        for (uint256 j; j < SHELVES; ++j) {
            if (_shelves[j].parent == i + 1) _takeOff(j);
        }
    }

    /// @dev A part is like the whole in everything but its number.
    function _putPart(uint256 i, HoldingKey memory key, uint24 by, uint256 source) internal {
        _put(i, key, by);
        Shelf storage part = _shelves[i];
        Shelf storage whole = _shelves[source];
        (part.heldByParty, part.heldByRegulator) = (whole.heldByParty, whole.heldByRegulator);
        (part.quarantined, part.failed, part.breach) = (whole.quarantined, whole.failed, whole.breach);
        (part.receiver, part.from) = (whole.receiver, whole.from);
    }

    /// @dev Goods that failed may be destroyed; nothing is made of them.
    function _use(uint256 i, bool destroys) internal {
        Shelf storage shelf = _shelves[i];
        bool held = _isOnHold(shelf) || (shelf.quarantined && !(destroys && shelf.failed));
        if (held || _recalled[shelf.key.maker]) shelf.breach = true;
        shelf.usedUp = true;
    }

    function _unpack(uint256 parent, uint256 child, uint24 by) internal {
        Shelf storage shelf = _shelves[child];
        if (shelf.parent != parent + 1) shelf.breach = true;
        for (uint256 i = child; _shelves[i].parent != 0;) {
            i = _shelves[i].parent - 1;
            if (_shelves[i].heldByParty) shelf.heldByParty = true;
            if (_shelves[i].heldByRegulator) shelf.heldByRegulator = true;
            if (_shelves[i].quarantined) shelf.quarantined = true;
            if (_shelves[i].failed) shelf.failed = true;
        }
        (shelf.parent, shelf.holder) = (0, by);
    }

    /// @dev What lies in what, before either is taken out, says which holds they stay under.
    function _unpackBoth(uint256 parent, uint256 a, uint256 b, uint24 by) internal {
        Shelf memory before = _shelves[a];
        _unpack(parent, a, by);
        Shelf memory unpacked = _shelves[a];
        _shelves[a] = before;
        _unpack(parent, b, by);
        _shelves[a] = unpacked;
    }

    /// @dev Whoever takes a packing in takes in all that lies in it, at any level.
    function _receive(uint256 i, address receiver, uint24 from) internal {
        (_shelves[i].receiver, _shelves[i].from) = (receiver, from);
        for (uint256 j; j < SHELVES; ++j) {
            if (_shelves[j].parent == i + 1) _receive(j, receiver, from);
        }
    }

    function _send(Shelf storage shelf, uint24 to, bool judgedFirst) internal {
        (shelf.sentTo, shelf.lapsesAt, shelf.judgedFirst) = (to, time() + 1 days, judgedFirst);
        ++_sendings[shelf.holder][to].records;
        ++_sendings[shelf.holder][to].onTheirWay;
        isConsignment[idOf(consignmentOf(shelf.holder, to))] = true;
    }

    /// @dev A line is answered, in whatever way.
    function _answer(Shelf storage shelf) internal {
        ++_sendings[shelf.holder][shelf.sentTo].records;
        --_sendings[shelf.holder][shelf.sentTo].onTheirWay;
        (shelf.sentTo, shelf.lapsesAt, shelf.judgedFirst) = (0, 0, false);
    }

    function _setHold(Shelf storage shelf, uint24 by, bool held) internal {
        if (by == REGULATOR) shelf.heldByRegulator = held;
        else shelf.heldByParty = held;
    }

    // ----------------------------------------------------------------------------------------------- compare

    /// @notice The ledger says of every holding and of every consignment what the model says.
    function compareAll() external view {
        for (uint256 i; i < SHELVES; ++i) {
            if (_shelves[i].exists) _compare(i);
        }
        for (uint24 from = SUPPLIER; from <= RIVAL; ++from) {
            for (uint24 to = SUPPLIER; to <= RIVAL; ++to) {
                _compareSending(consignmentOf(from, to), _sendings[from][to]);
            }
        }
    }

    function _compare(uint256 i) private view {
        Shelf memory shelf = _shelves[i];
        bytes32 id = shelf.key.id();
        Record actual = recordOf(id);
        HoldingStatus status = shelf.sentTo != 0 ? HoldingStatus.Dispatched : HoldingStatus.Held;
        if (shelf.usedUp) status = HoldingStatus.UsedUp;
        vm.assertEq(uint8(status), actual.status(), "status");
        vm.assertEq(_flags(shelf), actual.flags(), "flags");
        vm.assertEq(shelf.holder, actual.holder(), "holder");
        vm.assertEq(_custodian(i), traceability.answerableFor(id), "custodian");
        bytes32 parent = shelf.parent == 0 ? bytes32(0) : _shelves[shelf.parent - 1].key.id();
        vm.assertEq(parent, traceability.parentOf(id), "parent");
        (uint24 to, uint64 lapsesAt) = traceability.dispatchOf(id);
        vm.assertEq(shelf.sentTo, to, "sent to");
        vm.assertEq(shelf.lapsesAt, lapsesAt, "lapses at");
        (address receiver, uint24 from) = traceability.receiptOf(id);
        vm.assertEq(shelf.receiver, receiver, "receiver");
        vm.assertEq(shelf.from, from, "from");
    }

    function _flags(Shelf memory shelf) private pure returns (uint256) {
        return (shelf.parent != 0 ? 1 : 0) + (shelf.heldByParty ? 2 : 0) + (shelf.heldByRegulator ? 4 : 0)
            + (shelf.failed ? 16 : 0) + (shelf.breach ? 32 : 0) + (shelf.usedUp ? 64 : 0)
            + (shelf.quarantined ? 128 : 0);
    }

    function _compareSending(ConsignmentKey memory key, Sending memory sending) private view {
        Record actual = recordOf(key);
        vm.assertEq(sending.records, actual.seq(), "records of a consignment");
        vm.assertEq(sending.disputed ? 16 : 0, actual.flags(), "dispute");
        vm.assertEq(sending.records == 0 ? 0 : 1, actual.status(), "status of a consignment");
        vm.assertEq(sending.records == 0 ? 0 : key.from, actual.holder(), "sender");
        vm.assertEq(sending.onTheirWay != 0, traceability.awaitsAnswer(idOf(key)));
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RIGHTS_KNOWN} from "../../src/interfaces/IParticipants.sol";
import {
    DispatchGoods,
    HoldingKey,
    ItemRole,
    JudgeHolding,
    LotAction,
    LotEventKind,
    Origin,
    ReceiptOutcome,
    ReceiveDirect,
    ReceiveGoods
} from "../../src/interfaces/ITraceability.sol";
import {Envelope} from "./Envelope.sol";
import {Kind, Kinds} from "./Kinds.sol";
import {Lots, SignedItem} from "./Lots.sol";
import {TradeModel} from "./TradeModel.sol";
import {vm, Vm} from "./Vm.sol";

/// @notice Five members, with two keys each, who try everything with a few holdings, entitled or not, while a model of the
/// rules says of each act whether it may be recorded. What the ledger records, the model allows, and the other way round.
contract Trade is TradeModel {
    using Lots for HoldingKey;

    /// @notice Acts that were recorded, and acts that were refused.
    uint256 public accepted;
    uint256 public refused;

    bytes[] private _calls;
    address[] private _ledgers;
    address private _twin;
    address private _recallsTwin;

    constructor() {
        setUp();
        _recallsTwin = vm.deployCode("Recalls.sol:Recalls", abi.encode(participants, succession));
        _twin = vm.deployCode(
            "Traceability.sol:Traceability", abi.encode(participants, succession, recalls, procurement)
        );
        for (uint256 i; i < 5; ++i) {
            addKey(_member(i), 2, RIGHTS_KNOWN);
        }
        _placeOrder();
        // Most with one member, or nobody would have two to pack into each other.
        for (uint256 i; i < SHELVES; ++i) {
            uint24 maker = i == 0 ? TENANT : i == 1 ? RIVAL : SUPPLIER;
            _put(i, make(maker, ++_serial), maker);
        }
    }

    function traded() external view returns (address) {
        return address(traceability);
    }

    // -------------------------------------------------------------------------------------- acts on holdings

    function create(uint256 shelf, uint256 who, uint256 whose) external {
        uint256 i = shelf % SHELVES;
        if (_isOpen(i)) return;
        uint24 by = _member(who);
        HoldingKey memory key = _newKey(whose % 4 == 0 ? _member(whose / 4) : by);
        bool may = key.maker == by && _makes(by);
        if (_attempt(may, Kinds.recordLotEvent(), by, creation(key, Origin.Made))) _put(i, key, by);
    }

    function createAgain(uint256 shelf, uint256 who) external {
        HoldingKey memory key = _shelves[shelf % SHELVES].key;
        if (!_shelves[shelf % SHELVES].exists) return;
        _attempt(false, Kinds.recordLotEvent(), _member(who), creation(key, Origin.BroughtIn));
        _attempt(false, Kinds.receiveDirect(), _member(who), abi.encode(receivingDirect(key)));
    }

    /// @dev From somebody who is not here: of any maker's lot, on an order or none.
    function receiveDirectly(uint256 shelf, uint256 who, uint256 whose, uint256 how) external {
        uint256 i = shelf % SHELVES;
        if (_isOpen(i)) return;
        (uint24 by, uint24 maker) = (_member(who), _member(whose));
        how = _mixed(how);
        uint24 creator = how % 8 == 0 ? _member(how / 8) : by;
        ReceiveDirect memory action = receivingDirect(HoldingKey(maker, handleOf(maker), creator, ++_serial));
        (action.quarantine, action.line) = (how % 3 == 0, _below(how / 64, LINES + 1));
        if (how % 5 == 0) action.order = idOf(_order);
        bool may = creator == by && (action.order == 0 || (by == TENANT && action.line < LINES));
        if (_attempt(may, Kinds.receiveDirect(), by, abi.encode(action))) {
            _put(i, action.holding, by);
            _shelves[i].receiver = addressOf(by);
            _shelves[i].quarantined = action.quarantine || (action.order != 0 && action.line == JUDGED_FIRST);
        }
    }

    function observe(uint256 shelf, uint256 who) external {
        (uint256 i, uint24 by) = _pick(shelf, who);
        bool may = _isOpen(i) && _custodian(i) == by;
        _attempt(may, Kinds.recordLotEvent(), by, observation(_shelves[i].key));
    }

    function useUp(uint256 shelf, uint256 who) external {
        (uint256 i, uint24 by) = _pick(shelf, who);
        bool may = _isFree(i, by);
        if (_attempt(may, Kinds.recordLotEvent(), by, consumption(_shelves[i].key))) _use(i, true);
    }

    function split(uint256 shelf, uint256 other, uint256 who) external {
        (uint256 i, uint24 by) = _pick(shelf, who);
        uint256 j = other % SHELVES;
        if (i == j || _isOpen(j)) return;
        HoldingKey memory source = _shelves[i].key;
        HoldingKey memory part = HoldingKey(source.maker, source.handle, by, ++_serial);
        if (_attempt(_isFree(i, by), Kinds.recordLotEvent(), by, splitting(source, part))) {
            _putPart(j, part, by, i);
        }
    }

    function transform(uint256 shelf, uint256 other, uint256 who) external {
        (uint256 i, uint24 by) = _pick(shelf, who);
        uint256 j = other % SHELVES;
        if (i == j || _isOpen(j)) return;
        HoldingKey memory product = _newKey(by);
        bytes memory action = transformation(_shelves[i].key, product);
        if (_attempt(_isFree(i, by) && _makes(by), Kinds.recordLotEvent(), by, action)) {
            _use(i, false);
            _put(j, product, by);
        }
    }

    function packIn(uint256 shelf, uint256 other, uint256 who) public {
        (uint256 i, uint24 by) = _pick(shelf, who);
        uint256 j = _nextNeighbour(i, other);
        bytes memory action = packing(_shelves[j].key, _shelves[i].key);
        if (_attempt(_mayPackInto(j, i, by), Kinds.recordLotEvent(), by, action)) _shelves[i].parent = j + 1;
    }

    /// @dev Out of what it is packed in, or out of anything else.
    function unpackFrom(uint256 shelf, uint256 other, uint256 who) external {
        (uint256 i, uint24 by) = _pick(_nextPacked(shelf), who);
        other = _mixed(other);
        uint256 j = other % 4 != 0 && _shelves[i].parent != 0 ? _shelves[i].parent - 1 : other / 4 % SHELVES;
        bytes memory action = unpacking(_shelves[j].key, _shelves[i].key);
        if (_attempt(_mayUnpack(j, i, by), Kinds.recordLotEvent(), by, action)) _unpack(j, i, by);
    }

    /// @dev Two at once out of what the first is packed in, each with what it came in.
    function unpackTwo(uint256 shelf, uint256 other, uint256 who) external {
        (uint256 i, uint24 by) = _pick(_nextPacked(shelf), who);
        uint256 j = _nextNeighbour(i, other);
        if (_shelves[i].parent == 0 || _shelves[i].parent == j + 1 || i == j) return;
        uint256 parent = _shelves[i].parent - 1;
        SignedItem[] memory items = Lots.list(
            present(ItemRole.Parent, _shelves[parent].key),
            present(ItemRole.Child, _shelves[i].key),
            present(ItemRole.Child, _shelves[j].key)
        );
        bytes memory action = abi.encode(lotEvent(LotEventKind.Aggregation, LotAction.Delete, items));
        bool may = _mayUnpack(parent, i, by) && _mayUnpack(parent, j, by);
        if (_attempt(may, Kinds.recordLotEvent(), by, action)) {
            _unpackBoth(parent, i, j, by);
        }
    }

    // -------------------------------------------------------------------------- dispatch, receipt and quality

    /// @dev One thing in another, or not, from hand to hand.
    function travel(uint256 shelf, uint256 other, uint256 whom, uint256 how) external {
        uint256 i = shelf % SHELVES;
        if (how % 4 != 0) packIn(i, other, how);
        dispatchTo(_outermost(i), whom, how, how);
        receiveFrom(_outermost(i), how, how);
    }

    function dispatchTo(uint256 shelf, uint256 whom, uint256 who, uint256 how) public {
        how = _mixed(how);
        (uint256 i, uint24 by) = _pick(how % 8 == 7 ? shelf : _nextFree(shelf), who);
        uint24 to = _member(whom);
        Shelf storage shelf_ = _shelves[i];
        DispatchGoods memory action = dispatching(shelf_.key, to);
        action.consignment.from = by;
        action.line = _below(how / 16, LINES + 1);
        bool parties = by == SUPPLIER && to == TENANT;
        if (how % (parties ? 2 : 16) == 0) action.order = idOf(_order);
        bool delivers = parties && action.line < LINES;
        bool may = _isFree(i, by) && !_isOnHold(shelf_) && to != by && _mayGoTo(shelf_, to)
            && (action.order == 0 || delivers);
        if (_attempt(may, Kinds.dispatchGoods(), by, abi.encode(action))) {
            _send(shelf_, to, action.order != 0 && action.line == JUDGED_FIRST);
        }
    }

    function receiveFrom(uint256 shelf, uint256 who, uint256 how) public {
        uint256 i = _nextSent(shelf);
        Shelf storage shelf_ = _shelves[i];
        (who, how) = (_mixed(who), _mixed(how));
        uint24 by = who % 4 != 0 && shelf_.sentTo != 0 ? shelf_.sentTo : _member(who / 4);
        ReceiveGoods memory action = receiving(shelf_.key);
        action.outcome = how % 8 == 0 ? _below(how / 8, 7) : _below(how / 8, 4) + 1;
        action.cause = _below(how / 64, 11);
        action.quarantine = how / 1024 % 3 == 0;
        if (how / 4096 % 16 == 0) action.consignment = consignmentOf(_member(how / 65536), by);
        uint256 secret = keyOf(by, how / 2 ** 40 % 2 + 1);
        bool same = idOf(action.consignment) == idOf(consignmentOf(shelf_.holder, shelf_.sentTo));
        bool may = shelf_.sentTo == by && same && _isAnswer(action) && _mayTake(shelf_, action);
        if (_attemptBy(may, Kinds.receiveGoods(), secret, abi.encode(action))) {
            _take(i, action, vm.addr(secret));
        }
    }

    function _isAnswer(ReceiveGoods memory action) private pure returns (bool) {
        bool outcome = action.outcome > 0 && action.outcome <= 4;
        bool cause = action.outcome == 1 || action.cause > 0;
        return outcome && cause && action.cause <= 9;
    }

    function _isRejected(ReceiveGoods memory action) private pure returns (bool) {
        return action.outcome == uint8(ReceiptOutcome.Rejected);
    }

    /// @dev What is rejected at the dock may be anything.
    function _mayTake(Shelf storage shelf, ReceiveGoods memory action) private view returns (bool) {
        if (_isRejected(action)) return true;
        return time() <= shelf.lapsesAt && !_isOnHold(shelf) && _mayGoTo(shelf, shelf.sentTo);
    }

    function _take(uint256 i, ReceiveGoods memory action, address signer) private {
        Shelf storage shelf = _shelves[i];
        (uint24 from, uint24 to) = (shelf.holder, shelf.sentTo);
        bool judgedFirst = shelf.judgedFirst;
        _answer(shelf);
        if (_isRejected(action)) return;
        if (action.outcome != uint8(ReceiptOutcome.Accepted)) _sendings[from][to].disputed = true;
        if (judgedFirst || action.quarantine) shelf.quarantined = true;
        shelf.failed = false;
        shelf.holder = to;
        _receive(i, signer, from);
    }

    function endDispatchOf(uint256 shelf, uint256 who) external {
        (uint256 i, uint24 by) = _pick(_nextSent(shelf), who);
        Shelf storage shelf_ = _shelves[i];
        bool party = by == shelf_.holder || by == shelf_.sentTo;
        bool may = shelf_.sentTo != 0 && (party || time() > shelf_.lapsesAt);
        if (_attempt(may, Kinds.endDispatch(), by, abi.encode(ending(shelf_.key)))) _answer(shelf_);
    }

    function holdIt(uint256 shelf, uint256 who) external {
        (uint256 i, uint24 by) = _pick(shelf, who);
        Shelf storage shelf_ = _shelves[i];
        bool may = _isOpen(i)
            && (by == REGULATOR ? !shelf_.heldByRegulator : _custodian(i) == by && !shelf_.heldByParty);
        if (_attempt(may, Kinds.placeHold(), by, placing(shelf_.key))) _setHold(shelf_, by, true);
    }

    function judgeIt(uint256 shelf, uint256 who, uint256 how) external {
        (uint256 i, uint24 by) = _pick(_nextToJudge(shelf), who);
        how = _mixed(how);
        Shelf storage shelf_ = _shelves[i];
        uint8 verdict = how % 8 == 0 ? _below(how / 8, 4) : _below(how / 8, 2) + 1;
        uint256 secret = keyOf(by, how / 64 % 2 + 1);
        bool lifts = by == REGULATOR && shelf_.heldByRegulator;
        bool may = _mayJudge(i, by, vm.addr(secret), verdict);
        bytes memory action =
            abi.encode(JudgeHolding(shelf_.key, seqOf(shelf_.key), verdict, time(), 1, root()));
        if (!_attemptBy(may, Kinds.judgeHolding(), secret, action)) return;
        if (lifts) shelf_.heldByRegulator = false;
        else (shelf_.heldByParty, shelf_.quarantined, shelf_.failed) = (false, verdict == 2, verdict == 2);
    }

    function recallOf(uint256 whose, uint256 who) external {
        (who, whose) = (_mixed(who), _mixed(whose));
        uint24 maker = _member(whose);
        uint24 by = who % 2 == 0 ? maker : _member(who / 2);
        if (!_recalled[maker] && whose / 8 % 4 != 0) return; // Or little would ever travel.
        if (_recalled[maker]) {
            if (_attempt(by == maker, Kinds.endRecall(), by, endingRecall(maker))) _recalled[maker] = false;
        } else if (_attempt(by == maker, Kinds.recallLot(), by, recalling(maker))) {
            _recalled[maker] = true;
        }
    }

    function wait(uint256 duration) external {
        duration = _mixed(duration);
        pass(duration % 4 == 0 ? duration / 4 % 2 days : duration / 4 % 1 hours);
    }

    /// @dev A key nobody enrolled, and a key that was closed.
    function forge(uint256 shelf, uint256 secret) external {
        Envelope memory batch = envelope(
            Kinds.recordLotEvent(), secret % 2 ** 250 + 1, consumption(_shelves[shelf % SHELVES].key)
        );
        (bool done,) = batch.ledger.call(batch.relay());
        vm.assertFalse(done, "signed by nobody");
    }

    // ----------------------------------------------------------------------------------------------- trying

    function _attempt(bool may, Kind memory kind, uint24 by, bytes memory action) private returns (bool) {
        return _attemptBy(may, kind, keyOf(by), action);
    }

    function _attemptBy(bool may, Kind memory kind, uint256 secret, bytes memory action)
        private
        returns (bool done)
    {
        Envelope memory batch = envelope(kind, secret, action);
        bytes memory data = batch.relay();
        vm.recordLogs();
        (done,) = batch.ledger.call(data);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (done != may) revert(string.concat(may ? "refused a " : "recorded a ", kind.name));
        if (!done) {
            ++refused;
            return false;
        }
        ++accepted;
        vm.assertEq(0, read(kind, logs));
        _calls.push(data);
        _ledgers.push(batch.ledger);
        _checkReplay(_calls.length - 1);
    }

    /// @dev What was recorded counts nowhere again.
    function _checkReplay(uint256 i) private {
        bool onRecalls = _ledgers[i] == address(recalls);
        (bool again,) = _ledgers[i].call(_calls[i]);
        (bool elsewhere,) = (onRecalls ? _recallsTwin : _twin).call(_calls[i]);
        uint256 chain = block.chainid;
        vm.chainId(chain + 1);
        (bool onAnotherChain,) = _ledgers[i].call(_calls[i]);
        vm.chainId(chain);
        vm.assertFalse(again || elsewhere || onAnotherChain, "recorded once more");
    }

    /// @notice Everything that was ever recorded is relayed once more, in vain.
    function replayAll() external {
        for (uint256 i; i < _calls.length; ++i) {
            _checkReplay(i);
        }
    }

    // ---------------------------------------------------------------------------------------------- shelves

    /// @dev A shelf, and somebody: most of the time whoever is entitled.
    function _pick(uint256 shelf, uint256 who) private view returns (uint256 i, uint24 by) {
        i = shelf % SHELVES;
        who = _mixed(who);
        by = who % 4 != 0 && _shelves[i].exists ? _custodian(i) : _member(who / 4);
    }

    /// @dev The next shelf that is packed, if any is.
    function _nextPacked(uint256 shelf) private view returns (uint256 i) {
        for (uint256 step; step < SHELVES; ++step) {
            i = (shelf % SHELVES + step) % SHELVES;
            if (_shelves[i].parent != 0) return i;
        }
    }

    /// @dev The next other shelf with the same custodian, if there is one.
    function _nextNeighbour(uint256 i, uint256 shelf) private view returns (uint256 j) {
        for (uint256 step; step < SHELVES; ++step) {
            j = (shelf % SHELVES + step) % SHELVES;
            if (j != i && _custodian(j) == _custodian(i)) return j;
        }
    }

    /// @dev The next shelf whose holding may leave, but for recalls and quarantine, if any may.
    function _nextFree(uint256 shelf) private view returns (uint256 i) {
        for (uint256 step; step < SHELVES; ++step) {
            i = (shelf % SHELVES + step) % SHELVES;
            if (_isFree(i, _shelves[i].holder) && !_isOnHold(_shelves[i])) return i;
        }
    }

    /// @dev The next shelf that has something to be judged, if any has.
    function _nextToJudge(uint256 shelf) private view returns (uint256 i) {
        for (uint256 step; step < SHELVES; ++step) {
            i = (shelf % SHELVES + step) % SHELVES;
            if (_isOnHold(_shelves[i]) || _shelves[i].quarantined) return i;
        }
    }

    /// @dev The next shelf that is on its way, if any is.
    function _nextSent(uint256 shelf) private view returns (uint256 i) {
        for (uint256 step; step < SHELVES; ++step) {
            i = (shelf % SHELVES + step) % SHELVES;
            if (_shelves[i].sentTo != 0) return i;
        }
    }

    /// @dev Fuzzed numbers are often round; their hashes are not.
    function _mixed(uint256 number) private view returns (uint256) {
        return uint256(keccak256(abi.encode(number, accepted, refused)));
    }

    function _member(uint256 who) private pure returns (uint24) {
        return [SUPPLIER, TENANT, RIVAL, REGULATOR, CARRIER][who % 5];
    }

    function _below(uint256 number, uint8 n) private pure returns (uint8) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint8(number % n);
    }

    function _newKey(uint24 maker) private returns (HoldingKey memory) {
        return holdingOf(maker, ++_serial);
    }
}

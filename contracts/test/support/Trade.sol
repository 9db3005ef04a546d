// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    HoldingKey,
    HoldingStatus,
    ItemRole,
    LotAction,
    LotEventKind,
    Origin
} from "../../src/interfaces/ITraceability.sol";
import {Record} from "../../src/types/Record.sol";
import {Envelope} from "./Envelope.sol";
import {Goods} from "./Goods.sol";
import {Kind, Kinds} from "./Kinds.sol";
import {Lots, SignedItem} from "./Lots.sol";
import {vm, Vm} from "./Vm.sol";

/// @notice Five members who try everything with a dozen holdings, entitled or not, while a model of the rules says of
/// each act whether it may be recorded. What the ledger records, the model allows, and the other way round.
contract Trade is Goods {
    using Lots for HoldingKey;

    /// @dev What the model knows of a holding. `parent` is a place among the shelves and one; 0 if loose.
    struct Shelf {
        HoldingKey key;
        bool exists;
        bool usedUp;
        bool heldByParty;
        bool heldByRegulator;
        bool breach;
        uint24 holder;
        uint24 offeredTo;
        uint64 lapsesAt;
        uint256 parent;
    }

    uint256 private constant SHELVES = 8;

    /// @notice Acts that were recorded, and acts that were refused.
    uint256 public accepted;
    uint256 public refused;

    Shelf[SHELVES] private _shelves;
    mapping(uint24 maker => bool recalled) private _recalled;
    uint32 private _serial;
    bytes[] private _calls;
    address[] private _ledgers;
    address private _twin;
    address private _recallsTwin;

    constructor() {
        setUp();
        _recallsTwin = vm.deployCode("Recalls.sol:Recalls", abi.encode(participants, succession));
        _twin = vm.deployCode("Traceability.sol:Traceability", abi.encode(participants, succession, recalls));
        // Most with one member, or nobody would have two to pack into each other.
        for (uint256 i; i < SHELVES; ++i) {
            uint24 maker = i == 0 ? TENANT : i == 1 ? RIVAL : SUPPLIER;
            _put(i, make(maker, ++_serial), maker, false, false, false);
        }
    }

    function traded() external view returns (address) {
        return address(traceability);
    }

    // ------------------------------------------------------------------------------------------------ model

    function _custodian(uint256 i) private view returns (uint24) {
        return _shelves[_outermost(i)].holder;
    }

    function _outermost(uint256 i) private view returns (uint256) {
        while (_shelves[i].parent != 0) i = _shelves[i].parent - 1;
        return i;
    }

    function _isHeld(Shelf memory shelf) private pure returns (bool) {
        return shelf.heldByParty || shelf.heldByRegulator;
    }

    /// @dev Here, open, loose, and not on offer.
    function _isFree(uint256 i, uint24 by) private view returns (bool) {
        Shelf memory shelf = _shelves[i];
        bool open = shelf.exists && !shelf.usedUp && shelf.parent == 0 && shelf.offeredTo == 0;
        return open && shelf.holder == by;
    }

    function _mayTravelTo(HoldingKey memory key, uint24 to) private view returns (bool) {
        return to == key.maker || !_recalled[key.maker];
    }

    function _makes(uint24 by) private pure returns (bool) {
        return by == SUPPLIER || by == TENANT || by == RIVAL;
    }

    // -------------------------------------------------------------------------------------- acts on holdings

    function create(uint256 shelf, uint256 who, uint256 whose) external {
        uint256 i = shelf % SHELVES;
        if (_shelves[i].exists && !_shelves[i].usedUp) return;
        uint24 by = _member(who);
        HoldingKey memory key = _newKey(whose % 4 == 0 ? _member(whose / 4) : by);
        bool may = key.maker == by && _makes(by);
        if (_attempt(may, Kinds.recordLotEvent(), by, creation(key, Origin.Made))) {
            _put(i, key, by, false, false, false);
        }
    }

    function createAgain(uint256 shelf, uint256 who) external {
        Shelf memory shelf_ = _shelves[shelf % SHELVES];
        if (!shelf_.exists) return;
        _attempt(false, Kinds.recordLotEvent(), _member(who), creation(shelf_.key, Origin.BroughtIn));
    }

    function observe(uint256 shelf, uint256 who) external {
        (uint256 i, uint24 by) = _pick(shelf, who);
        bool may = _shelves[i].exists && !_shelves[i].usedUp && _custodian(i) == by;
        _attempt(may, Kinds.recordLotEvent(), by, observation(_shelves[i].key));
    }

    function useUp(uint256 shelf, uint256 who) external {
        (uint256 i, uint24 by) = _pick(shelf, who);
        bool may = _isFree(i, by);
        if (_attempt(may, Kinds.recordLotEvent(), by, consumption(_shelves[i].key))) _used(i);
    }

    function split(uint256 shelf, uint256 other, uint256 who) external {
        (uint256 i, uint24 by) = _pick(shelf, who);
        uint256 j = other % SHELVES;
        if (i == j || (_shelves[j].exists && !_shelves[j].usedUp)) return;
        Shelf memory source = _shelves[i];
        HoldingKey memory part = HoldingKey(source.key.maker, source.key.handle, by, ++_serial);
        if (_attempt(_isFree(i, by), Kinds.recordLotEvent(), by, splitting(source.key, part))) {
            _put(j, part, by, source.heldByParty, source.heldByRegulator, source.breach);
        }
    }

    function transform(uint256 shelf, uint256 other, uint256 who) external {
        (uint256 i, uint24 by) = _pick(shelf, who);
        uint256 j = other % SHELVES;
        if (i == j || (_shelves[j].exists && !_shelves[j].usedUp)) return;
        HoldingKey memory product = _newKey(by);
        SignedItem[] memory items = Lots.list(
            present(ItemRole.Input, _shelves[i].key), Lots.born(ItemRole.Output, Origin.Made, product)
        );
        bytes memory action = abi.encode(lotEvent(LotEventKind.Transformation, LotAction.None, items));
        if (_attempt(_isFree(i, by) && _makes(by), Kinds.recordLotEvent(), by, action)) {
            _used(i);
            _put(j, product, by, false, false, false);
        }
    }

    function packIn(uint256 shelf, uint256 other, uint256 who) external {
        (uint256 i, uint24 by) = _pick(shelf, who);
        uint256 j = _nextNeighbour(i, other);
        Shelf memory parent = _shelves[j];
        bool may = parent.exists && !parent.usedUp && _custodian(j) == by && _outermost(j) != i
            && _shelves[_outermost(j)].offeredTo == 0 && _isFree(i, by) && !_isHeld(_shelves[i])
            && !_recalled[_shelves[i].key.maker];
        if (_attempt(may, Kinds.recordLotEvent(), by, packing(parent.key, _shelves[i].key))) {
            _shelves[i].parent = j + 1;
        }
    }

    /// @dev Out of what it is packed in, or out of anything else.
    function unpackFrom(uint256 shelf, uint256 other, uint256 who) external {
        (uint256 i, uint24 by) = _pick(_nextPacked(shelf), who);
        other = _mixed(other);
        uint256 j = other % 4 != 0 && _shelves[i].parent != 0 ? _shelves[i].parent - 1 : other / 4 % SHELVES;
        bool may = i != j && _shelves[i].exists && _shelves[j].exists && !_shelves[i].usedUp
            && _custodian(i) == by && _custodian(j) == by && _shelves[_outermost(i)].offeredTo == 0;
        if (_attempt(may, Kinds.recordLotEvent(), by, unpacking(_shelves[j].key, _shelves[i].key))) {
            if (_shelves[i].parent != j + 1) _shelves[i].breach = true;
            for (uint256 k = i; _shelves[k].parent != 0;) {
                k = _shelves[k].parent - 1;
                if (_shelves[k].heldByParty) _shelves[i].heldByParty = true;
                if (_shelves[k].heldByRegulator) _shelves[i].heldByRegulator = true;
            }
            _shelves[i].parent = 0;
            _shelves[i].holder = by;
        }
    }

    // ------------------------------------------------------------------------------------ custody and holds

    function offerTo(uint256 shelf, uint256 whom, uint256 who) external {
        (uint256 i, uint24 by) = _pick(shelf, who);
        uint24 to = _member(whom);
        Shelf storage shelf_ = _shelves[i];
        bool may = _isFree(i, by) && !_isHeld(shelf_) && to != by && _mayTravelTo(shelf_.key, to);
        if (_attempt(may, Kinds.offerCustody(), by, offering(shelf_.key, to))) {
            (shelf_.offeredTo, shelf_.lapsesAt) = (to, time() + 1 days);
        }
    }

    function acceptFrom(uint256 shelf, uint256 who) external {
        Shelf storage shelf_ = _shelves[_nextOffered(shelf)];
        who = _mixed(who);
        uint24 by = who % 4 != 0 && shelf_.offeredTo != 0 ? shelf_.offeredTo : _member(who / 4);
        bool may = shelf_.offeredTo == by && time() <= shelf_.lapsesAt && !_isHeld(shelf_)
            && _mayTravelTo(shelf_.key, by);
        if (_attempt(may, Kinds.acceptCustody(), by, acceptance(shelf_.key))) {
            (shelf_.holder, shelf_.offeredTo, shelf_.lapsesAt) = (by, 0, 0);
        }
    }

    function endOfferOf(uint256 shelf, uint256 who) external {
        (uint256 i, uint24 by) = _pick(_nextOffered(shelf), who);
        Shelf storage shelf_ = _shelves[i];
        bool party = by == shelf_.holder || by == shelf_.offeredTo;
        bool may = shelf_.offeredTo != 0 && (party || time() > shelf_.lapsesAt);
        if (_attempt(may, Kinds.endOffer(), by, ending(shelf_.key))) {
            (shelf_.offeredTo, shelf_.lapsesAt) = (0, 0);
        }
    }

    function holdIt(uint256 shelf, uint256 who) external {
        (uint256 i, uint24 by) = _pick(shelf, who);
        Shelf storage shelf_ = _shelves[i];
        bool may = shelf_.exists && !shelf_.usedUp
            && (by == REGULATOR ? !shelf_.heldByRegulator : _custodian(i) == by && !shelf_.heldByParty);
        if (_attempt(may, Kinds.placeHold(), by, placing(shelf_.key))) _setHold(shelf_, by, true);
    }

    function releaseIt(uint256 shelf, uint256 who) external {
        (uint256 i, uint24 by) = _pick(shelf, who);
        Shelf storage shelf_ = _shelves[i];
        bool may = by == REGULATOR ? shelf_.heldByRegulator : shelf_.heldByParty && _custodian(i) == by;
        if (_attempt(may, Kinds.releaseHold(), by, releasing(shelf_.key))) _setHold(shelf_, by, false);
    }

    function recallOf(uint256 whose, uint256 who) external {
        uint24 maker = _member(_mixed(whose));
        uint24 by = _mixed(who) % 2 == 0 ? maker : _member(_mixed(who) / 2);
        if (_recalled[maker]) {
            if (_attempt(by == maker, Kinds.endRecall(), by, endingRecall(maker))) _recalled[maker] = false;
        } else if (_attempt(by == maker, Kinds.recallLot(), by, recalling(maker))) {
            _recalled[maker] = true;
        }
    }

    function wait(uint256 duration) external {
        pass(duration % 2 days);
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

    function _attempt(bool may, Kind memory kind, uint24 by, bytes memory action)
        private
        returns (bool done)
    {
        Envelope memory batch = envelope(kind, keyOf(by), action);
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

    /// @notice The ledger says of every holding what the model says.
    function compareAll() external view {
        for (uint256 i; i < SHELVES; ++i) {
            if (_shelves[i].exists) _compare(i);
        }
    }

    function _compare(uint256 i) private view {
        Shelf memory shelf = _shelves[i];
        bytes32 id = shelf.key.id();
        Record actual = recordOf(id);
        HoldingStatus status = shelf.offeredTo != 0 ? HoldingStatus.Offered : HoldingStatus.Held;
        if (shelf.usedUp) status = HoldingStatus.UsedUp;
        uint256 flags = (shelf.parent != 0 ? 1 : 0) + (shelf.heldByParty ? 2 : 0)
            + (shelf.heldByRegulator ? 4 : 0) + (shelf.breach ? 32 : 0) + (shelf.usedUp ? 64 : 0);
        vm.assertEq(uint8(status), actual.status(), "status");
        vm.assertEq(flags, actual.flags(), "flags");
        vm.assertEq(shelf.holder, actual.holder(), "holder");
        vm.assertEq(_custodian(i), traceability.answerableFor(id), "custodian");
        bytes32 parent = shelf.parent == 0 ? bytes32(0) : _shelves[shelf.parent - 1].key.id();
        vm.assertEq(parent, traceability.parentOf(id), "parent");
        (uint24 to, uint64 lapsesAt) = traceability.offerOf(id);
        vm.assertEq(shelf.offeredTo, to, "offered to");
        vm.assertEq(shelf.lapsesAt, lapsesAt, "lapses at");
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

    /// @dev The next shelf that is on offer, if any is.
    function _nextOffered(uint256 shelf) private view returns (uint256 i) {
        for (uint256 step; step < SHELVES; ++step) {
            i = (shelf % SHELVES + step) % SHELVES;
            if (_shelves[i].offeredTo != 0) return i;
        }
    }

    /// @dev Fuzzed numbers are often round; their hashes are not.
    function _mixed(uint256 number) private view returns (uint256) {
        return uint256(keccak256(abi.encode(number, accepted, refused)));
    }

    function _member(uint256 who) private pure returns (uint24) {
        return [SUPPLIER, TENANT, RIVAL, REGULATOR, CARRIER][who % 5];
    }

    function _newKey(uint24 maker) private returns (HoldingKey memory) {
        return holdingOf(maker, ++_serial);
    }

    function _put(uint256 i, HoldingKey memory key, uint24 by, bool party, bool regulator, bool breach)
        private
    {
        _takeOff(i);
        _shelves[i] = Shelf(key, true, false, party, regulator, breach, by, 0, 0, 0);
    }

    /// @dev What lies in a used-up packing, at any level, leaves the shelves with it.
    function _takeOff(uint256 i) private {
        delete _shelves[i];
        for (uint256 j; j < SHELVES; ++j) {
            if (_shelves[j].parent == i + 1) _takeOff(j);
        }
    }

    function _used(uint256 i) private {
        Shelf storage shelf = _shelves[i];
        if (_isHeld(shelf) || _recalled[shelf.key.maker]) shelf.breach = true;
        shelf.usedUp = true;
    }

    function _setHold(Shelf storage shelf, uint24 by, bool held) private {
        if (by == REGULATOR) shelf.heldByRegulator = held;
        else shelf.heldByParty = held;
    }
}

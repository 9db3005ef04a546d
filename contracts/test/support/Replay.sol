// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Step} from "../../src/interfaces/ICorrections.sol";
import {IParticipants} from "../../src/interfaces/IParticipants.sol";
import {IProcurement} from "../../src/interfaces/IProcurement.sol";
import {ISignedLedger, Touched} from "../../src/interfaces/ISignedLedger.sol";
import {ITraceability, ItemRole, LotAction, LotEventKind} from "../../src/interfaces/ITraceability.sol";
import {Record} from "../../src/types/Record.sol";
import {Terms} from "../../src/types/Terms.sol";
import {DealKinds} from "./DealKinds.sol";
import {Envelope, EnvelopeLibrary} from "./Envelope.sol";
import {Kind, Ledger} from "./Kinds.sol";
import {Lots, SignedItem} from "./Lots.sol";
import {vm, Vm} from "./Vm.sol";

/// @notice What anybody can rebuild who has nothing but the logs: every digest, every signature, every head.
/// @dev Kept across batches, and compared with the ledgers' own storage after each.
abstract contract Replay {
    using EnvelopeLibrary for bytes;

    struct Subject {
        address ledger;
        bytes32 id;
    }

    mapping(address ledger => mapping(bytes32 id => Record record)) public replayed;
    Subject[] public subjects;
    mapping(address ledger => mapping(bytes32 id => Step[])) private _history;
    Subject[] private _justTouched;

    /// @dev What stands beside the records in the logs of an order.
    struct OrderImage {
        Terms terms;
        uint256 openLines;
    }

    mapping(bytes32 order => OrderImage image) private _orders;
    Subject[] private _justOrdered;

    /// @notice Records that were emitted, and those that folded into a subject (some fold into two).
    uint256 public recorded;
    uint256 public folded;

    /// @notice How often a holding was given an origin, and how often it was used up.
    mapping(bytes32 holding => uint256) public timesCreated;
    mapping(bytes32 holding => uint256) public timesUsed;

    /// @notice The facts of the last lot event that was read, with the breaches and the index the ledger added.
    uint256 public lastFacts;

    /// @notice What folded into a subject's head, from the first record on.
    function history(address ledger, bytes32 id) public view returns (Step[] memory) {
        return _history[ledger][id];
    }

    function subjectCount() external view returns (uint256) {
        return subjects.length;
    }

    /// @notice The founding of a deployment, which nobody signed.
    function readFounding(Vm.Log[] memory logs) public {
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != IParticipants.OrganisationFounded.selector) continue;
            (uint24 organisation, uint16 roles, address key, bytes32 root, Touched[] memory touched) =
                _decodeFounding(logs[i].data);
            bytes32 hash = vm.eip712HashStruct(
                "Founder(uint24 organisation,uint16 roles,address key,bytes32 root)",
                abi.encode(organisation, roles, key, root)
            );
            vm.assertEq(hash, logs[i].topics[2], "founder's hash");
            _follow(logs[i].emitter, touched, hash, key);
        }
        _compareWithStorage();
    }

    function _decodeFounding(bytes memory data)
        private
        pure
        returns (uint24, uint16, address, bytes32, Touched[] memory touched)
    {
        (uint24 organisation, uint16 roles, address key, bytes32 root, Touched[] memory list,) =
            abi.decode(data, (uint24, uint16, address, bytes32, Touched[], uint256));
        return (organisation, roles, key, root, list);
    }

    /// @notice Reads the logs of one batch of one kind.
    /// @return refusals How many of its actions were refused.
    function read(Kind memory kind, Vm.Log[] memory logs) public returns (uint256 refusals) {
        Vm.Log memory authorised = logs[0];
        vm.assertEq(ISignedLedger.Authorised.selector, authorised.topics[0], "Authorised comes first");
        address signer = address(uint160(uint256(authorised.topics[2])));
        bytes32[] memory hashes = new bytes32[](logs.length - 1);
        for (uint256 i = 1; i < logs.length; ++i) {
            vm.assertEq(authorised.topics[1], logs[i].topics[1], "every log names its batch");
            (uint256 index, bytes32 hash, Touched[] memory touched) = _readOne(kind, logs[i]);
            vm.assertEq(bytes32(0), hashes[index], "an index comes once");
            hashes[index] = logs[i].topics[2];
            if (hash == 0) {
                ++refusals;
            } else {
                vm.assertEq(hash, logs[i].topics[2], "action hash");
                ++recorded;
                _follow(logs[i].emitter, touched, hash, signer);
            }
        }
        _checkDigest(kind, authorised, signer, hashes);
        _compareWithStorage();
    }

    function _checkDigest(Kind memory kind, Vm.Log memory authorised, address signer, bytes32[] memory hashes)
        private
        view
    {
        (uint256 nonce, uint64 deadline, uint8 mode, bytes memory signature) =
            abi.decode(authorised.data, (uint256, uint64, uint8, bytes));
        bytes32 digest = EnvelopeLibrary.digestOf(kind, authorised.emitter, hashes, nonce, deadline, mode);
        vm.assertEq(digest, authorised.topics[1], "digest");
        uint8 v = uint8(signature[64]);
        vm.assertEq(signer, ecrecover(digest, v, signature.wordAt(0), signature.wordAt(32)));
    }

    /// @dev The hash is 0 for a refusal.
    function _readOne(Kind memory kind, Vm.Log memory log)
        private
        returns (uint256 index, bytes32 hash, Touched[] memory touched)
    {
        if (log.topics[0] == ISignedLedger.Refused.selector) {
            return (uint256(log.data.wordAt(0)), 0, touched);
        }
        vm.assertEq(kind.recorded, log.topics[0], "the event of this kind");
        if (kind.recorded == ITraceability.LotEventRecorded.selector) return _readLotEvent(kind, log.data);

        uint256 words = _words(kind);
        bytes memory action;
        for (uint256 i; i < words; ++i) {
            action = bytes.concat(action, log.data.wordAt(32 + 32 * i));
        }
        uint256 place = uint256(log.data.wordAt(32 + 32 * words));
        touched = new Touched[](uint256(log.data.wordAt(place)));
        for (uint256 i; i < touched.length; ++i) {
            touched[i].id = log.data.wordAt(place + 32 + 64 * i);
            touched[i].record = Record.wrap(log.data.wordAt(place + 64 + 64 * i));
        }
        if (kind.ledger == Ledger.Procurement && place == 32 * (words + 4)) _readOrder(log, place);
        if (kind.recorded == ITraceability.ReceivedDirect.selector) ++timesCreated[touched[0].id];
        return (uint256(log.data.wordAt(0)), kind.hash(action), touched);
    }

    /// @dev The log of an order names it in its first words, and ends its head with two after-images.
    function _readOrder(Vm.Log memory log, uint256 head) private {
        bytes memory key = bytes.concat(log.data.wordAt(32), log.data.wordAt(64), log.data.wordAt(96));
        bytes32 id = vm.eip712HashStruct(DealKinds.ORDER, key);
        Terms terms = Terms.wrap(uint256(log.data.wordAt(head - 64)));
        _orders[id] = OrderImage(terms, uint256(log.data.wordAt(head - 32)));
        _justOrdered.push(Subject(log.emitter, id));
    }

    function _readLotEvent(Kind memory kind, bytes memory data)
        private
        returns (uint256 index, bytes32 hash, Touched[] memory touched)
    {
        uint256 facts = uint256(data.wordAt(0));
        lastFacts = facts;
        uint256 count = uint256(data.wordAt(96));
        vm.assertEq(128 + 128 * count, data.length, "no word too many");
        vm.assertEq((facts >> 112) & 0xffff, count, "as many items as the facts say");
        SignedItem[] memory items = new SignedItem[](count);
        touched = new Touched[](count);
        for (uint256 i; i < count; ++i) {
            uint256 place = 128 + 128 * i;
            items[i] = Lots.unwireItem(data.wordAt(place), uint256(data.wordAt(place + 32)));
            touched[i] = Touched(data.wordAt(place + 64), Record.wrap(data.wordAt(place + 96)));
            vm.assertEq(Lots.id(items[i].holding), touched[i].id, "id of the holding named");
            if (items[i].origin != 0) ++timesCreated[touched[i].id];
            if (_isUse(facts, items[i].role)) ++timesUsed[touched[i].id];
        }
        return (facts >> 144, kind.hash(abi.encode(Lots.unwire(facts, data.wordAt(32), items))), touched);
    }

    /// @dev Deleting an object, or being the input of a transformation.
    function _isUse(uint256 facts, uint8 role) private pure returns (bool) {
        (uint256 kind, uint256 action) = (facts & 0xff, (facts >> 8) & 0xff);
        if (kind == uint8(LotEventKind.Transformation)) return role == uint8(ItemRole.Input);
        return kind == uint8(LotEventKind.Object) && action == uint8(LotAction.Delete);
    }

    /// @dev How many words the action has: as many as there are commas between its and its parts' fields, and one.
    function _words(Kind memory kind) private pure returns (uint256 words) {
        bytes memory text = bytes(string.concat(kind.fields, kind.parts));
        words = 1;
        for (uint256 i; i < text.length; ++i) {
            if (text[i] == ",") ++words;
        }
    }

    /// @dev What a status may become, which differs from ledger to ledger.
    function checkArrow(address ledger, bytes32 id, Record before, Record next) internal view virtual;

    /// @dev After all logs of a transaction the ledger's storage must say what the last after-images said.
    function _compareWithStorage() private {
        for (uint256 i; i < _justTouched.length; ++i) {
            Subject memory subject = _justTouched[i];
            Record next = replayed[subject.ledger][subject.id];
            vm.assertEq(Record.unwrap(next), stored(subject.ledger, subject.id), "after-image");
        }
        delete _justTouched;
        for (uint256 i; i < _justOrdered.length; ++i) {
            (address ledger, bytes32 id) = (_justOrdered[i].ledger, _justOrdered[i].id);
            Terms terms = IProcurement(ledger).termsOf(id);
            vm.assertEq(Terms.unwrap(_orders[id].terms), Terms.unwrap(terms), "terms");
            vm.assertEq(_orders[id].openLines, IProcurement(ledger).linesOf(id).open, "open lines");
        }
        delete _justOrdered;
    }

    /// @dev Folds an action into every subject it touched.
    function _follow(address ledger, Touched[] memory touched, bytes32 hash, address signer) private {
        for (uint256 i; i < touched.length; ++i) {
            Record before = replayed[ledger][touched[i].id];
            Record next = touched[i].record;
            if (!before.exists()) subjects.push(Subject(ledger, touched[i].id));
            bytes24 head = bytes24(keccak256(abi.encodePacked(before.head(), hash, signer)));
            vm.assertEq(bytes32(head), bytes32(next.head()), "head");
            vm.assertEq(uint256(before.seq()) + 1, next.seq(), "seq");
            checkArrow(ledger, touched[i].id, before, next);
            _justTouched.push(Subject(ledger, touched[i].id));
            replayed[ledger][touched[i].id] = next;
            _history[ledger][touched[i].id].push(Step(hash, signer));
            ++folded;
        }
    }

    /// @notice A record read as a storage proof reads it: the mapping stands at slot 0.
    function stored(address ledger, bytes32 id) public view returns (bytes32) {
        return vm.load(ledger, keccak256(abi.encode(id, uint256(0))));
    }
}

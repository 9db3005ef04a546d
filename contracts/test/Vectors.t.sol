// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReceiptKey} from "../src/interfaces/IClaims.sol";
import {CorrectionKey} from "../src/interfaces/ICorrections.sol";
import {Founder} from "../src/interfaces/IParticipants.sol";
import {MilestoneKey, OrderKey} from "../src/interfaces/IProcurement.sol";
import {LotKey} from "../src/interfaces/IRecalls.sol";
import {SheetKey} from "../src/interfaces/ISheets.sol";
import {ISignedLedger} from "../src/interfaces/ISignedLedger.sol";
import {ConsignmentKey, HoldingKey} from "../src/interfaces/ITraceability.sol";
import {Details} from "../src/libraries/Details.sol";
import {DetailsLeaf} from "../src/types/DetailsLeaf.sol";
import {DealHashing} from "./DealHashing.sol";
import {Hashing} from "./Hashing.sol";
import {Vm, vm} from "./support/Vm.sol";

/// @dev Foundry's cheats for reading a JSON file.
interface JsonVm is Vm {
    function readFile(string calldata path) external view returns (string memory);
    function keyExistsJson(string calldata json, string calldata key) external view returns (bool);
    function parseJsonUint(string calldata json, string calldata key) external pure returns (uint256);
    function parseJsonUintArray(string calldata json, string calldata key)
        external
        pure
        returns (uint256[] memory);
    function parseJsonAddress(string calldata json, string calldata key) external pure returns (address);
    function parseJsonString(string calldata json, string calldata key) external pure returns (string memory);
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);
    function parseJsonBytes32(string calldata json, string calldata key) external pure returns (bytes32);
    function parseJsonBytes32Array(string calldata json, string calldata key)
        external
        pure
        returns (bytes32[] memory);
    function etch(address target, bytes calldata code) external;
}

/// @notice The ledgers make of the shared vectors what Python and TypeScript make of them.
/// @dev contracts/vectors.py writes them and says what they hold.
contract VectorsTest {
    JsonVm private constant VM = JsonVm(address(uint160(uint256(keccak256("hevm cheat code")))));

    string private json;
    Hashing private hashing;
    DealHashing private dealHashing;

    function setUp() public {
        json = VM.readFile("contracts/test/vectors.json");
        VM.warp(0); // The lowest deadline is 0.
        hashing = new Hashing();
        dealHashing = new DealHashing();
    }

    function test_every_batch_has_the_digest_the_action_hashes_and_the_signer_of_the_vectors() public {
        uint256 count = _count("$.batches");
        vm.assertEq(37, count);
        for (uint256 i; i < count; ++i) {
            string memory place = _at("$.batches", i);
            string memory action = VM.parseJsonString(json, _in(place, "action"));
            address ledger = _ledger(place);
            (bool ok, bytes memory answer) = ledger.call(_bytes(place, "calldata"));
            if (!ok) {
                VM.etch(ledger, address(dealHashing).code); // A kind that the other one knows.
                (ok, answer) = ledger.call(_bytes(place, "calldata"));
            }
            vm.assertTrue(ok, action);
            (bytes32 digest, bytes32[] memory hashes) = abi.decode(answer, (bytes32, bytes32[]));
            vm.assertEq(_bytes32(place, "digest"), digest, action);
            bytes32[] memory expected = VM.parseJsonBytes32Array(json, _in(place, "actionHashes"));
            vm.assertEq(keccak256(abi.encode(expected)), keccak256(abi.encode(hashes)), action);
        }
    }

    function test_nonces_are_cancelled_by_the_signatures_of_the_vectors() public {
        uint256 count = _count("$.cancelledNonces");
        vm.assertEq(3, count);
        for (uint256 i; i < count; ++i) {
            string memory place = _at("$.cancelledNonces", i);
            ISignedLedger ledger = ISignedLedger(_ledger(place));
            address signer = VM.parseJsonAddress(json, _in(place, "signer"));
            uint256 word = _uint(place, "word");
            uint256 mask = _uint(place, "mask");
            ledger.cancelNonces(
                signer, word, mask, uint64(_uint(place, "deadline")), _bytes(place, "signature")
            );
            vm.assertEq(mask, ledger.noncesOf(signer, word));
        }
    }

    function test_ids_are_those_of_the_vectors() public view {
        for (uint256 i; i < 3; ++i) {
            string memory place = _at("$.ids.OrganisationKey", i);
            vm.assertEq(_id(place), hashing.organisationId(uint24(_uint(place, "key.organisation"))));
            place = _at("$.ids.SignerKey", i);
            address key = VM.parseJsonAddress(json, _in(place, "key.key"));
            vm.assertEq(_id(place), hashing.signerId(uint24(_uint(place, "key.organisation")), key));
            place = _at("$.ids.PlatformKey", i);
            vm.assertEq(_id(place), hashing.platformId());
            place = _at("$.ids.LotKey", i);
            LotKey memory lot = LotKey(uint24(_uint(place, "key.maker")), _bytes32(place, "key.handle"));
            vm.assertEq(_id(place), hashing.lotId(lot));
            place = _at("$.ids.HoldingKey", i);
            vm.assertEq(_id(place), hashing.holdingId(_holding(place)));
            place = _at("$.ids.CorrectionKey", i);
            vm.assertEq(_id(place), hashing.correctionId(_correction(place)));
            place = _at("$.ids.ConsignmentKey", i);
            vm.assertEq(_id(place), hashing.consignmentId(_consignment(place)));
            place = _at("$.ids.OrderKey", i);
            vm.assertEq(_id(place), dealHashing.orderId(_order(_in(place, "key"))));
            place = _at("$.ids.MilestoneKey", i);
            vm.assertEq(_id(place), dealHashing.milestoneId(_milestone(place)));
            place = _at("$.ids.ReceiptKey", i);
            vm.assertEq(_id(place), dealHashing.receiptId(ReceiptKey(_bytes32(place, "key.receipt"))));
            place = _at("$.ids.SheetKey", i);
            vm.assertEq(_id(place), dealHashing.sheetId(_sheet(place)));
            place = _at("$.founders", i);
            vm.assertEq(_id(place), hashing.founderHash(_founder(place)));
        }
    }

    function test_heads_fold_as_in_the_vectors() public view {
        uint256 count = _count("$.folds");
        vm.assertEq(3, count);
        for (uint256 i; i < count; ++i) {
            string memory place = _at("$.folds", i);
            bytes24 head = bytes24(_bytes(place, "head"));
            address signer = VM.parseJsonAddress(json, _in(place, "signer"));
            bytes24 after_ = hashing.fold(head, _bytes32(place, "actionHash"), signer);
            vm.assertEq(bytes32(bytes24(_bytes(place, "after"))), bytes32(after_));
        }
    }

    function test_leaves_of_details_hash_to_the_root_of_the_vectors() public view {
        uint256 count = _count("$.details");
        vm.assertEq(4, count);
        for (uint256 i; i < count; ++i) {
            string memory place = _at("$.details", i);
            uint256 width = _uint(place, "schema.size");
            uint32 schema = uint32(_uint(place, "schema.id"));
            bytes32[] memory hashes = new bytes32[](width);
            for (uint256 j; j < width; ++j) {
                hashes[j] = hashing.leafHash(schema, _leaf(place, j));
                vm.assertEq(_bytes32(_at(_in(place, "leaves"), j), "hash"), hashes[j]);
            }
            for (; width > 1; width >>= 1) {
                for (uint256 j; j < width; j += 2) {
                    hashes[j / 2] = Details.nodeHash(hashes[j], hashes[j + 1]);
                }
            }
            vm.assertEq(_bytes32(place, "root"), hashes[0]);
        }
    }

    function test_openings_of_the_vectors_verify_and_only_they() public view {
        for (uint256 i; i < _count("$.details"); ++i) {
            string memory place = _at("$.details", i);
            for (uint256 j; j < _count(_in(place, "openings")); ++j) {
                _checkOpening(place, _at(_in(place, "openings"), j));
            }
        }
    }

    function _checkOpening(string memory tree, string memory opening) private view {
        uint256[] memory indexes = VM.parseJsonUintArray(json, _in(opening, "indexes"));
        bytes32[] memory siblings = VM.parseJsonBytes32Array(json, _in(opening, "siblings"));
        DetailsLeaf[] memory leaves = new DetailsLeaf[](indexes.length);
        for (uint256 i; i < leaves.length; ++i) {
            leaves[i] = _leaf(tree, indexes[i]);
        }
        vm.assertTrue(_verifies(tree, leaves, siblings), opening);

        vm.assertFalse(_verifies(tree, new DetailsLeaf[](0), siblings), "nothing shown");
        vm.assertFalse(_verifies(tree, leaves, _resized(siblings, siblings.length + 1)), "a sibling too many");
        if (siblings.length > 0) {
            vm.assertFalse(_verifies(tree, leaves, _resized(siblings, siblings.length - 1)), "one too few");
            siblings[0] = ~siblings[0];
            vm.assertFalse(_verifies(tree, leaves, siblings), "another sibling");
            siblings[0] = ~siblings[0];
        }
        for (uint256 i; i < leaves.length; ++i) {
            DetailsLeaf memory leaf = leaves[i];
            leaf.salt = ~leaf.salt;
            vm.assertFalse(_verifies(tree, leaves, siblings), "another salt");
            leaf.salt = ~leaf.salt;
            bytes memory value = leaf.value;
            leaf.value = abi.encodePacked(value, uint8(0));
            vm.assertFalse(_verifies(tree, leaves, siblings), "another value");
            leaf.value = value;
            leaf.tag ^= 1;
            vm.assertFalse(_verifies(tree, leaves, siblings), "another type");
            leaf.tag ^= 1;
            leaf.index ^= 1;
            vm.assertFalse(_verifies(tree, leaves, siblings), "another place");
            leaf.index += 128;
            vm.assertFalse(_verifies(tree, leaves, siblings), "a place outside the tree");
            leaf.index = uint8(indexes[i]);
        }
    }

    function _verifies(string memory tree, DetailsLeaf[] memory leaves, bytes32[] memory siblings)
        private
        view
        returns (bool)
    {
        uint32 schema = uint32(_uint(tree, "schema.id"));
        return
            hashing.verifyDetails(
                _bytes32(tree, "root"), schema, _uint(tree, "schema.size"), leaves, siblings
            );
    }

    function _resized(bytes32[] memory from, uint256 length) private pure returns (bytes32[] memory to) {
        to = new bytes32[](length);
        for (uint256 i; i < length && i < from.length; ++i) {
            to[i] = from[i];
        }
    }

    /// @dev A ledger at the address and on the chain a vector was signed for.
    function _ledger(string memory place) private returns (address ledger) {
        ledger = VM.parseJsonAddress(json, _in(place, "verifyingContract"));
        VM.chainId(_uint(place, "chainId"));
        VM.etch(ledger, address(hashing).code);
    }

    function _holding(string memory place) private view returns (HoldingKey memory holding) {
        holding.maker = uint24(_uint(place, "key.maker"));
        holding.handle = _bytes32(place, "key.handle");
        holding.creator = uint24(_uint(place, "key.creator"));
        holding.serial = uint32(_uint(place, "key.serial"));
    }

    function _consignment(string memory place) private view returns (ConsignmentKey memory consignment) {
        consignment.from = uint24(_uint(place, "key.from"));
        consignment.to = uint24(_uint(place, "key.to"));
        consignment.handle = _bytes32(place, "key.handle");
    }

    function _order(string memory place) private view returns (OrderKey memory order) {
        order.buyer = uint24(_uint(place, "buyer"));
        order.supplier = uint24(_uint(place, "supplier"));
        order.handle = _bytes32(place, "handle");
    }

    function _milestone(string memory place) private view returns (MilestoneKey memory milestone) {
        milestone.order = _order(_in(place, "key.order"));
        milestone.line = uint8(_uint(place, "key.line"));
        milestone.number = uint8(_uint(place, "key.number"));
    }

    function _sheet(string memory place) private view returns (SheetKey memory sheet) {
        sheet.organisation = uint24(_uint(place, "key.organisation"));
        sheet.day = uint32(_uint(place, "key.day"));
    }

    function _correction(string memory place) private view returns (CorrectionKey memory correction) {
        correction.ledger = VM.parseJsonAddress(json, _in(place, "key.ledger"));
        correction.subject = _bytes32(place, "key.subject");
        correction.corrects = _bytes32(place, "key.corrects");
    }

    function _founder(string memory place) private view returns (Founder memory founder) {
        founder.organisation = uint24(_uint(place, "key.organisation"));
        founder.roles = uint16(_uint(place, "key.roles"));
        founder.key = VM.parseJsonAddress(json, _in(place, "key.key"));
        founder.root = _bytes32(place, "key.root");
    }

    function _leaf(string memory tree, uint256 index) private view returns (DetailsLeaf memory leaf) {
        string memory place = _at(_in(tree, "leaves"), index);
        leaf.index = uint8(_uint(place, "index"));
        leaf.tag = uint8(_uint(place, "tag"));
        leaf.value = _bytes(place, "value");
        leaf.salt = _bytes32(place, "salt");
    }

    function _id(string memory place) private view returns (bytes32) {
        return _bytes32(place, "id");
    }

    function _uint(string memory place, string memory name) private view returns (uint256) {
        return VM.parseJsonUint(json, _in(place, name));
    }

    function _bytes(string memory place, string memory name) private view returns (bytes memory) {
        return VM.parseJsonBytes(json, _in(place, name));
    }

    function _bytes32(string memory place, string memory name) private view returns (bytes32) {
        return VM.parseJsonBytes32(json, _in(place, name));
    }

    function _count(string memory list) private view returns (uint256 count) {
        while (VM.keyExistsJson(json, _at(list, count))) ++count;
    }

    function _at(string memory list, uint256 index) private pure returns (string memory) {
        return string.concat(list, "[", vm.toString(index), "]");
    }

    function _in(string memory place, string memory name) private pure returns (string memory) {
        return string.concat(place, ".", name);
    }
}

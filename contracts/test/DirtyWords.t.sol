// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ConsignmentKey, HoldingKey, Verdict} from "../src/interfaces/ITraceability.sol";
import {Envelope, EnvelopeLibrary} from "./support/Envelope.sol";
import {Goods} from "./support/Goods.sol";
import {Kind, Kinds} from "./support/Kinds.sol";
import {Lots} from "./support/Lots.sol";
import {vm} from "./support/Vm.sol";

/// @notice Bits above a short field are never recorded. Actions on goods are hashed as their words stand, so a signer
/// could even have signed such bits: then the log, which could not show them, refuses.
contract DirtyWordsTest is Goods {
    using EnvelopeLibrary for bytes;
    using Lots for HoldingKey;

    // How wide each word's field is, in bytes; two types say it otherwise.
    bytes1 private constant BOOL = 0x00;
    bytes1 private constant BYTES24 = 0x18;
    bytes private constant HOLDING = hex"03200304";
    bytes private constant CONSIGNMENT = hex"030320";
    bytes private constant STATEMENT = hex"080420";

    /// @dev An action that would be recorded, and the widths of its fields.
    struct Sample {
        Envelope batch;
        bytes keys; // widths of the fields that make up the ids
        bytes fields; // widths of the fields behind them
    }

    HoldingKey private goods;
    Sample private sample;

    function setUp() public override {
        super.setUp();
        goods = make(SUPPLIER, 1);
    }

    function take(Kind memory kind, uint24 by, bytes memory action, bytes memory keys, bytes memory fields)
        private
    {
        sample = Sample(envelope(kind, keyOf(by), action), keys, bytes.concat(fields, STATEMENT));
        vm.assertEq(action.length, 32 * (keys.length + sample.fields.length));
    }

    function test_fuzz_of_a_dispatch(uint256 word, uint256 dirt) external {
        bytes memory action = abi.encode(dispatching(goods, TENANT));
        bytes memory keys = bytes.concat(HOLDING, CONSIGNMENT);
        take(Kinds.dispatchGoods(), SUPPLIER, action, keys, hex"03200108");
        refuseDirt(word, dirt);
    }

    function test_fuzz_of_a_receipt(uint256 word, uint256 dirt) external {
        dispatch(goods, TENANT);
        bytes memory keys = bytes.concat(HOLDING, CONSIGNMENT);
        bytes memory fields = bytes.concat(BYTES24, hex"0101", BOOL);
        take(Kinds.receiveGoods(), TENANT, abi.encode(receiving(goods)), keys, fields);
        refuseDirt(word, dirt);
    }

    function test_fuzz_of_the_end_of_a_dispatch(uint256 word, uint256 dirt) external {
        dispatch(goods, TENANT);
        bytes memory keys = bytes.concat(HOLDING, CONSIGNMENT);
        take(Kinds.endDispatch(), SUPPLIER, abi.encode(ending(goods)), keys, hex"03");
        refuseDirt(word, dirt);
    }

    function test_fuzz_of_a_receipt_from_nobody_here(uint256 word, uint256 dirt) external {
        bytes memory action = abi.encode(receivingDirect(holdingOf(TENANT, 1)));
        take(Kinds.receiveDirect(), TENANT, action, HOLDING, bytes.concat(hex"200120", BOOL));
        refuseDirt(word, dirt);
    }

    function test_fuzz_of_a_hold(uint256 word, uint256 dirt) external {
        take(Kinds.placeHold(), SUPPLIER, placing(goods), HOLDING, "");
        refuseDirt(word, dirt);
    }

    function test_fuzz_of_a_verdict(uint256 word, uint256 dirt) external {
        placeHold(SUPPLIER, goods);
        take(Kinds.judgeHolding(), SUPPLIER, judging(goods, Verdict.Pass), HOLDING, hex"0301");
        refuseDirt(word, dirt);
    }

    /// @dev Each short field with all its spare bits and with some, by a relayer and by its own signer. The clean one is
    /// recorded afterwards: nothing was spent.
    function refuseDirt(uint256 word, uint256 dirt) private {
        Envelope memory batch = sample.batch;
        bytes memory clean = batch.actions[0];
        bytes memory signature = batch.signature();
        bytes memory widths = bytes.concat(sample.keys, sample.fields);
        for (uint256 i; i < widths.length; ++i) {
            uint256 spare = spareBits(widths[i]);
            if (spare == 0) continue;
            uint256 bits = i == word % widths.length && dirt & spare != 0 ? dirt & spare : spare;
            batch.actions[0] = withBits(clean, i, bits);
            (bool relayed,) = batch.ledger.call(batch.call(batch.signer(), signature));
            vm.assertFalse(relayed, "nobody signed these bits");
            fail("", batch.ledger, batch.call(batch.signer(), signedAsItStands(batch)));
        }
        batch.actions[0] = clean;
        record(batch);
    }

    function spareBits(bytes1 width) private pure returns (uint256) {
        if (width == BOOL) return ~uint256(1);
        if (width == BYTES24) return type(uint64).max;
        return width == 0x20 ? 0 : type(uint256).max << 8 * uint8(width);
    }

    function withBits(bytes memory action, uint256 word, uint256 bits)
        private
        pure
        returns (bytes memory dirty)
    {
        dirty = bytes.concat(action);
        assembly ("memory-safe") {
            let place := add(add(dirty, 32), mul(32, word))
            mstore(place, or(mload(place), bits))
        }
    }

    /// @dev The signature of somebody who hashes the words of an action with all their bits.
    function signedAsItStands(Envelope memory batch) private view returns (bytes memory) {
        bytes memory action = batch.actions[0];
        bytes memory hashed = abi.encode(vm.eip712HashType(batch.kind.definition()), keyAt(0).id());
        if (sample.keys.length > HOLDING.length) hashed = bytes.concat(hashed, idOf(consignmentAt(128)));
        for (uint256 place = 32 * sample.keys.length; place < action.length; place += 32) {
            hashed = bytes.concat(hashed, action.wordAt(place));
        }
        bytes32[] memory hashes = new bytes32[](1);
        hashes[0] = keccak256(hashed);
        bytes32 digest = EnvelopeLibrary.digestOf(
            batch.kind, batch.ledger, hashes, batch.nonce, batch.deadline, batch.mode
        );
        return EnvelopeLibrary.sign(batch.secret, digest);
    }

    /// @dev The keys as they are clean: dirty ones are refused before anything is hashed.
    function keyAt(uint256 place) private view returns (HoldingKey memory) {
        return abi.decode(after_(place), (HoldingKey));
    }

    function consignmentAt(uint256 place) private view returns (ConsignmentKey memory) {
        return abi.decode(after_(place), (ConsignmentKey));
    }

    function after_(uint256 place) private view returns (bytes memory rest) {
        bytes memory action = sample.batch.actions[0];
        for (; place < action.length; place += 32) {
            rest = bytes.concat(rest, action.wordAt(place));
        }
    }
}

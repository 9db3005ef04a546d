// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISignedLedger} from "../src/interfaces/ISignedLedger.sol";
import {
    HoldingKey,
    ITraceability,
    ItemRole,
    LotAction,
    LotEventKind,
    Origin
} from "../src/interfaces/ITraceability.sol";
import {LotEvent, LotEventFacts, LotItem, LotItemFacts} from "../src/types/LotEvent.sol";
import {Envelope} from "./support/Envelope.sol";
import {Goods} from "./support/Goods.sol";
import {Kinds} from "./support/Kinds.sol";
import {Lots, SignedItem, SignedLotEvent} from "./support/Lots.sol";
import {vm} from "./support/Vm.sol";

/// @notice Lot events travel packed: whoever relays them can change no bit of that form, and spoil no record by it.
contract WireFormTest is Goods {
    using Lots for HoldingKey;

    Envelope private batch;
    LotEvent[] private events;
    LotItem[] private items;

    /// @dev A batch of two events, the first with two items.
    function setUp() public override {
        super.setUp();
        bytes[] memory actions = new bytes[](2);
        SignedItem[] memory pair = Lots.list(
            Lots.born(ItemRole.Subject, Origin.Made, holdingOf(SUPPLIER, 1)),
            Lots.born(ItemRole.Subject, Origin.Made, holdingOf(SUPPLIER, 2))
        );
        actions[0] = abi.encode(lotEvent(LotEventKind.Object, LotAction.Add, pair));
        actions[1] = creation(holdingOf(SUPPLIER, 3), Origin.Made);
        batch = envelope(Kinds.recordLotEvent(), keyOf(SUPPLIER), actions);
        (LotEvent[] memory events_, LotItem[] memory items_) = Lots.wire(actions);
        for (uint256 i; i < events_.length; ++i) {
            events.push(events_[i]);
        }
        for (uint256 i; i < items_.length; ++i) {
            items.push(items_[i]);
        }
    }

    function packed() private view returns (bytes memory) {
        return batch.packed(events, items, batch.signer(), batch.signature());
    }

    function reverts(bytes memory expected) private {
        fail(expected, batch.ledger, packed());
        vm.assertEq(0, traceability.noncesOf(batch.signer(), 0) >> batch.nonce & 1);
    }

    function isInvalid() private {
        reverts(abi.encodeWithSelector(ISignedLedger.SignatureInvalid.selector));
    }

    function flip(uint256 i, uint256 bit) private {
        events[i].facts = LotEventFacts.wrap(LotEventFacts.unwrap(events[i].facts) ^ 2 ** bit);
    }

    function flipItem(uint256 i, uint256 bit) private {
        items[i].facts = LotItemFacts.wrap(LotItemFacts.unwrap(items[i].facts) ^ 2 ** bit);
    }

    function test_the_form_itself_is_recorded() external {
        (bool done,) = batch.ledger.call(packed());
        vm.assertTrue(done);
        vm.assertEq(1, seqOf(holdingOf(SUPPLIER, 3)));
    }

    /// @dev Bits 112 to 127 count the items: moving them moves the border between two events.
    function test_no_bit_of_an_events_facts_can_be_changed() external {
        for (uint256 bit; bit < 256; ++bit) {
            if (bit >= 112 && bit < 128) continue;
            flip(1, bit);
            isInvalid();
            flip(1, bit);
        }
    }

    function test_no_bit_of_an_items_facts_can_be_changed() external {
        for (uint256 bit; bit < 256; ++bit) {
            flipItem(2, bit);
            isInvalid();
            flipItem(2, bit);
        }
    }

    function test_fuzz_no_bit_of_a_root_or_handle_can_be_changed(bytes32 mask) external {
        vm.assume(mask != 0);
        events[0].root ^= mask;
        isInvalid();
        events[0].root ^= mask;
        items[1].handle ^= mask;
        isInvalid();
    }

    function test_the_border_between_two_events_cannot_be_moved() external {
        LotEventFacts[2] memory before = [events[0].facts, events[1].facts];
        for (uint256 count; count < 4; ++count) {
            if (count == 2) continue;
            events[0].facts = withItems(before[0], count);
            events[1].facts = withItems(before[1], 3 - count);
            isInvalid();
        }
    }

    function withItems(LotEventFacts facts, uint256 count) private pure returns (LotEventFacts) {
        uint256 cleared = LotEventFacts.unwrap(facts) & ~(uint256(0xffff) << 112);
        return LotEventFacts.wrap(cleared | count << 112);
    }

    function test_as_many_items_travel_as_the_events_claim() external {
        items.push(items[0]);
        reverts(abi.encodeWithSelector(ITraceability.ItemsMiscounted.selector, 4, 3));
        items.pop();
        items.pop();
        reverts(abi.encodeWithSelector(ITraceability.ItemsMiscounted.selector, 2, 3));
        events[0].facts = withItems(events[0].facts, 0xffff);
        reverts(abi.encodeWithSelector(ITraceability.ItemsMiscounted.selector, 2, 0x10000));
    }

    function test_neither_events_nor_items_can_change_places() external {
        LotItem memory item = items[0];
        items[0] = items[1];
        items[1] = item;
        isInvalid();
        items[1] = items[0];
        items[0] = item;
        LotEvent memory first = events[0];
        events[0] = events[1];
        events[1] = first;
        isInvalid();
    }

    /// @dev What a signer puts there itself is its own doing, and refused like anything else.
    function test_facts_that_were_signed_but_mean_nothing_are_refused_alone() external {
        SignedItem[] memory one = Lots.list(Lots.born(ItemRole.Subject, Origin.Made, holdingOf(SUPPLIER, 9)));
        batch.actions[0] = abi.encode(SignedLotEvent(255, 255, one, time(), 1, root()));
        vm.assertEq(1, recordSome(batch));
        vm.assertEq(1, seqOf(holdingOf(SUPPLIER, 3)));
    }

    /// @dev Two arrays of a call may lie on the same bytes; what is hashed is what is judged, and recorded.
    function test_an_event_that_is_its_own_item_says_what_its_signer_signed() external {
        SignedItem memory item = Lots.born(ItemRole.Subject, Origin.Made, holdingOf(SUPPLIER, 1));
        bytes32 asRoot = bytes32(LotItemFacts.unwrap(Lots.facts(item)));
        SignedLotEvent memory action =
            SignedLotEvent(0, uint8(LotAction.Add), Lots.list(item), time(), 1, asRoot);
        item.holding.handle = bytes32(LotEventFacts.unwrap(Lots.facts(action)));
        Envelope memory aliased = envelope(Kinds.recordLotEvent(), keyOf(SUPPLIER), abi.encode(action));
        (LotEvent[] memory one,) = Lots.wire(aliased.actions);
        bytes memory data = aliased.packed(one, new LotItem[](0), aliased.signer(), aliased.signature());
        assembly ("memory-safe") {
            mstore(add(data, 0x44), 0x60) // the items' offset: that of the events
        }
        (bool done,) = aliased.ledger.call(data);
        vm.assertTrue(done);
        vm.assertEq(1, seqOf(item.holding));
    }

    function test_arrays_that_reach_beyond_the_call_are_refused() external {
        bytes memory data = packed();
        for (uint256 place = 0x24; place <= 0x64; place += 0x20) {
            bytes memory beyond = bytes.concat(data);
            assembly ("memory-safe") {
                mstore(add(beyond, place), 0xffffffffffffffffffff)
            }
            fail("", batch.ledger, beyond);
        }
        // The length of the events, then more of them than the call has.
        assembly ("memory-safe") {
            mstore(add(data, 0x84), 1000)
        }
        fail("", batch.ledger, data);
    }

    function test_an_authorisation_has_no_bits_too_many() external {
        batch.actions.pop();
        bytes memory data = batch.relay();
        uint256 authorisation;
        assembly ("memory-safe") {
            authorisation := add(0x24, mload(add(data, 0x64)))
        }
        // signer, deadline, mode
        uint256[3] memory words = [uint256(0), 2, 3];
        for (uint256 i; i < words.length; ++i) {
            bytes memory dirty = bytes.concat(data);
            uint256 place = authorisation + 32 * words[i];
            assembly ("memory-safe") {
                mstore(add(dirty, place), or(mload(add(dirty, place)), shl(200, 1)))
            }
            fail("", batch.ledger, dirty);
        }
    }
}

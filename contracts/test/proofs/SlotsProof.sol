// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Key, KeyLibrary} from "../../src/types/Key.sol";
import {LotEventFacts, LotItem, LotItemFacts} from "../../src/types/LotEvent.sol";
import {LotEventLog, LotEventLogLibrary} from "../../src/types/LotEventLog.sol";
import {Record, RecordLibrary} from "../../src/types/Record.sol";

/// @notice Packed words keep their fields apart: for every value there is, not for some.
/// @dev `make prove` has halmos prove each `check_`; `make test` tries each on random values (Slots.t.sol). Compiled as
/// the ledgers are, so it is the optimiser's output that is proved.
contract SlotsProof {
    // ---------------------------------------------------------------------------------------------- Record

    function check_advancing_folds_counts_and_sets_the_rest(
        Record record,
        bytes32 action,
        address signer,
        uint24 holder,
        uint8 status,
        uint8 flags
    ) public pure {
        if (record.seq() == RecordLibrary.SEQ_MAX) return; // Refused before.
        Record next = record.advance(action, signer, holder, status, flags);
        assert(next.head() == RecordLibrary.fold(record.head(), action, signer));
        assert(next.seq() == record.seq() + 1);
        assert(next.holder() == holder);
        assert(next.status() == status);
        assert(next.flags() == flags);
        assert(next.exists());
    }

    function check_stepping_folds_counts_and_leaves_the_rest(Record record, bytes32 action, address signer)
        public
        pure
    {
        if (record.seq() == RecordLibrary.SEQ_MAX) return;
        Record next = record.step(action, signer);
        assert(next.head() == RecordLibrary.fold(record.head(), action, signer));
        assert(next.seq() == record.seq() + 1);
        assert(next.holder() == record.holder());
        assert(next.status() == record.status());
        assert(next.flags() == record.flags());
        assert(next.exists());
    }

    /// @dev Above a short value the bits are as they happen to be; none of them may reach another field.
    function check_bits_above_a_short_value_reach_no_other_field(
        Record record,
        uint256 dirtyHolder,
        uint256 dirtyStatus,
        uint256 dirtyFlags
    ) public pure {
        if (record.seq() == RecordLibrary.SEQ_MAX) return;
        uint24 holder;
        uint8 status;
        uint8 flags;
        assembly ("memory-safe") {
            holder := dirtyHolder
            status := dirtyStatus
            flags := dirtyFlags
        }
        Record next = record.advance(0, address(0), holder, status, flags);
        assert(next.head() == RecordLibrary.fold(record.head(), 0, address(0)));
        assert(next.seq() == record.seq() + 1);
        assert(next.holder() == dirtyHolder & 0xffffff);
        assert(next.status() == dirtyStatus & 0xff);
        assert(next.flags() == dirtyFlags & 0xff);
    }

    function check_a_record_is_its_five_fields(Record record) public pure {
        uint256 whole = uint256(bytes32(record.head())) | uint256(record.holder()) << 40
            | uint256(record.seq()) << 16 | uint256(record.status()) << 8 | record.flags();
        assert(bytes32(whole) == Record.unwrap(record));
        assert(record.exists() == (whole != 0));
    }

    function check_a_fold_is_the_hash_of_head_action_and_signer(bytes24 head, bytes32 action, address signer)
        public
        pure
    {
        bytes24 expected = bytes24(keccak256(abi.encodePacked(head, action, signer)));
        assert(RecordLibrary.fold(head, action, signer) == expected);
    }

    function check_a_mask_asks_for_its_flags_alone(Record record, uint8 mask) public pure {
        assert(record.has(mask) == (uint256(Record.unwrap(record)) & mask != 0));
    }

    // ------------------------------------------------------------------------------------------------- Key

    function check_a_key_gives_back_what_was_packed(
        uint24 organisation,
        uint16 rights,
        uint40 validFrom,
        uint40 validUntil,
        uint40 enrolBy
    ) public pure {
        Key key = KeyLibrary.pack(organisation, rights, validFrom, validUntil, enrolBy);
        assert(key.organisation() == organisation);
        assert(key.rights() == rights);
        assert(key.validFrom() == validFrom);
        assert(key.validUntil() == validUntil);
        assert(key.enrolBy() == enrolBy);
        assert(key.revokedAt() == 0);
        assert(key.compromisedSince() == 0);
    }

    function check_a_key_starts_at_another_moment_and_is_the_same_otherwise(Key key, uint40 from)
        public
        pure
    {
        Key moved = key.startingAt(from);
        assert(moved.validFrom() == from);
        assert(isSameBut(key, moved, type(uint40).max, 40));
    }

    function check_closing_a_key_that_is_not_closed_changes_two_fields(
        Key key,
        uint40 moment,
        uint40 compromised
    ) public pure {
        if (key.revokedAt() != 0 || key.compromisedSince() != 0) return; // Refused before.
        Key closed = key.closedAt(moment, compromised);
        assert(closed.revokedAt() == moment);
        assert(closed.compromisedSince() == compromised);
        assert(isSameBut(key, closed, type(uint80).max, 120));
    }

    function check_a_key_covers_its_period_until_it_is_revoked(Key key, uint256 moment) public pure {
        bool inside = key.validFrom() <= moment && moment < key.validUntil();
        assert(key.covers(moment) == (inside && key.revokedAt() == 0));
    }

    function isSameBut(Key a, Key b, uint256 mask, uint256 place) private pure returns (bool) {
        return (Key.unwrap(a) ^ Key.unwrap(b)) & ~(mask << place) == 0;
    }

    // ------------------------------------------------------------------------------------------ wire form

    function check_the_facts_of_an_event_are_its_fields(LotEventFacts facts) public pure {
        uint256 signed = uint256(facts.kind()) | uint256(facts.action()) << 8 | uint256(facts.schema()) << 16
            | uint256(facts.occurredAt()) << 48 | uint256(facts.items()) << 112;
        assert(facts.isSigned() == (signed == LotEventFacts.unwrap(facts)));
        bool fits = facts.kind() < 8 && facts.action() < 4 && facts.items() < 4096;
        assert(facts.isCanonical() == (facts.isSigned() && fits));
    }

    function check_the_facts_of_an_item_are_its_fields(LotItemFacts facts) public pure {
        uint256 signed = uint256(facts.role()) | uint256(facts.origin()) << 8 | uint256(facts.maker()) << 16
            | uint256(facts.creator()) << 40 | uint256(facts.serial()) << 64 | uint256(facts.seq()) << 96;
        assert(facts.isSigned() == (signed == LotItemFacts.unwrap(facts)));
    }

    /// @dev Three items are enough: each place follows from its number alone.
    function check_a_log_gives_back_what_was_put(
        LotItem calldata item,
        LotEventFacts facts,
        bytes32 root,
        uint16 index,
        bytes32[3] memory ids,
        Record[3] memory records
    ) public pure {
        if (!facts.isSigned()) return;
        uint256 three = LotEventFacts.unwrap(facts) & ~(uint256(0xffff) << 112) | uint256(3) << 112;
        LotEventLog log = LotEventLogLibrary.open(index, LotEventFacts.wrap(three), root);
        bytes32 beside = keccak256("what is allocated next");
        bytes memory next = abi.encode(beside);
        for (uint256 i; i < 3; ++i) {
            log.put(i, item, ids[i], records[i]);
        }
        for (uint256 i; i < 3; ++i) {
            (bytes32 id, Record record) = log.get(i);
            assert(id == ids[i] && Record.unwrap(record) == Record.unwrap(records[i]));
            assert(word(log, 0x80 + 0x80 * i) == item.handle);
            assert(word(log, 0xa0 + 0x80 * i) == bytes32(LotItemFacts.unwrap(item.facts)));
        }
        assert(word(log, 0) == bytes32(three | uint256(index) << 144));
        assert(word(log, 0x20) == root);
        assert(word(log, 0x40) == bytes32(uint256(0x60)));
        assert(word(log, 0x60) == bytes32(uint256(3)));
        assert(abi.decode(next, (bytes32)) == beside);
    }

    function word(LotEventLog log, uint256 offset) private pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := mload(add(log, offset))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Key} from "../src/types/Key.sol";
import {LotEventFacts, LotItem, LotItemFacts} from "../src/types/LotEvent.sol";
import {Record} from "../src/types/Record.sol";
import {Terms} from "../src/types/Terms.sol";
import {SlotsProof} from "./proofs/SlotsProof.sol";
import {TermsProof} from "./proofs/TermsProof.sol";

/// @notice What `make prove` proves of packed words, on random values, in every run.
contract SlotsTest is SlotsProof, TermsProof {
    function test_fuzz_advance(Record a, bytes32 b, address c, uint24 d, uint8 e, uint8 f) external pure {
        check_advancing_folds_counts_and_sets_the_rest(a, b, c, d, e, f);
    }

    function test_fuzz_step(Record a, bytes32 b, address c) external pure {
        check_stepping_folds_counts_and_leaves_the_rest(a, b, c);
    }

    function test_fuzz_dirty_bits(Record a, uint256 b, uint256 c, uint256 d) external pure {
        check_bits_above_a_short_value_reach_no_other_field(a, b, c, d);
    }

    function test_fuzz_record(Record a, uint8 b) external pure {
        check_a_record_is_its_five_fields(a);
        check_a_mask_asks_for_its_flags_alone(a, b);
    }

    function test_fuzz_fold(bytes24 a, bytes32 b, address c) external pure {
        check_a_fold_is_the_hash_of_head_action_and_signer(a, b, c);
    }

    function test_fuzz_key(uint24 a, uint16 b, uint40 c, uint40 d, uint40 e) external pure {
        check_a_key_gives_back_what_was_packed(a, b, c, d, e);
    }

    function test_fuzz_key_changes(Key a, uint40 b, uint40 c) external pure {
        check_a_key_starts_at_another_moment_and_is_the_same_otherwise(a, b);
        check_closing_a_key_that_is_not_closed_changes_two_fields(a, b, c);
        Key open = Key.wrap(Key.unwrap(a) & ~(uint256(type(uint80).max) << 120));
        check_closing_a_key_that_is_not_closed_changes_two_fields(open, b, c);
        check_a_key_covers_its_period_until_it_is_revoked(a, b);
        check_a_key_covers_its_period_until_it_is_revoked(open, b);
    }

    function test_fuzz_facts(LotEventFacts a, LotItemFacts b) external pure {
        check_the_facts_of_an_event_are_its_fields(a);
        check_the_facts_of_an_event_are_its_fields(LotEventFacts.wrap(LotEventFacts.unwrap(a) >> 128));
        check_the_facts_of_an_item_are_its_fields(b);
        check_the_facts_of_an_item_are_its_fields(LotItemFacts.wrap(LotItemFacts.unwrap(b) >> 136));
    }

    function test_fuzz_log(
        LotItem calldata a,
        uint128 b,
        bytes32 c,
        uint16 d,
        bytes32[3] calldata e,
        Record[3] calldata f
    ) external pure {
        check_a_log_gives_back_what_was_put(a, LotEventFacts.wrap(b), c, d, e, f);
    }

    function test_fuzz_terms(Terms a, uint24 b, uint24 c, uint16 d, uint40 e) external pure {
        check_terms_are_their_nine_fields(a);
        check_an_offer_gives_back_what_was_packed(b, c, d, e);
        check_a_proposal_changes_nothing_but_what_is_pending(a, b, e, uint40(d));
        check_what_is_withdrawn_leaves_the_terms_as_they_were(a, b, e, uint40(d));
        check_agreeing_moves_the_promise_and_never_the_first_one(a);
        check_a_line_that_is_done_changes_nothing_else(a);
        check_confirming_promises_twice_and_leaves_nothing_pending(a, e);
        Terms offered = Terms.wrap(Terms.unwrap(a) & ~(uint256(type(uint80).max) << 104));
        check_confirming_promises_twice_and_leaves_nothing_pending(offered, e);
    }
}

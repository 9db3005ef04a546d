// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms, TermsLibrary} from "../../src/types/Terms.sol";

/// @notice The terms of an order keep their fields apart: for every value there is.
/// @dev As in SlotsProof.sol: proved by halmos, tried on random values by Slots.t.sol.
contract TermsProof {
    uint256 private constant DONE = 0xff << 184;
    uint256 private constant FIRST_PROMISED_AT = uint256(type(uint40).max) << 144;
    uint256 private constant PROMISED_AT = uint256(type(uint40).max) << 104;
    uint256 private constant PENDING = type(uint104).max;

    function check_terms_are_their_nine_fields(Terms terms) public pure {
        uint256 parties = uint256(terms.buyer()) << 232 | uint256(terms.supplier()) << 208;
        uint256 promises = uint256(terms.firstPromisedAt()) << 144 | uint256(terms.promisedAt()) << 104;
        uint256 pending =
            uint256(terms.lapsesAt()) << 64 | uint256(terms.proposer()) << 40 | terms.nextPromisedAt();
        uint256 whole = parties | uint256(terms.lines()) << 192 | promises | pending;
        assert(whole == Terms.unwrap(terms) & ~DONE);
        assert(terms.done() == (Terms.unwrap(terms) & DONE != 0));
        assert(terms.exists() == (whole != 0 || terms.done()));
    }

    function check_an_offer_gives_back_what_was_packed(
        uint24 buyer,
        uint24 supplier,
        uint16 lines,
        uint40 lapsesAt
    ) public pure {
        Terms terms = TermsLibrary.offer(buyer, supplier, lines, lapsesAt);
        assert(terms.buyer() == buyer);
        assert(terms.supplier() == supplier);
        assert(terms.lines() == lines);
        assert(terms.lapsesAt() == lapsesAt);
        assert(!terms.done());
        assert(terms.firstPromisedAt() == 0);
        assert(terms.promisedAt() == 0);
        assert(terms.proposer() == 0);
        assert(terms.nextPromisedAt() == 0);
    }

    function check_confirming_promises_twice_and_leaves_nothing_pending(Terms terms, uint40 promised)
        public
        pure
    {
        if (terms.firstPromisedAt() != 0 || terms.promisedAt() != 0) return; // Confirmed before.
        Terms next = terms.confirmed(promised);
        assert(next.firstPromisedAt() == promised);
        assert(next.promisedAt() == promised);
        assert(isSameBut(terms, next, FIRST_PROMISED_AT | PROMISED_AT | PENDING));
        assert(isNothingPending(next));
    }

    function check_a_proposal_changes_nothing_but_what_is_pending(
        Terms terms,
        uint24 by,
        uint40 promised,
        uint40 lapses
    ) public pure {
        Terms next = terms.proposed(by, promised, lapses);
        assert(next.proposer() == by);
        assert(next.nextPromisedAt() == promised);
        assert(next.lapsesAt() == lapses);
        assert(isSameBut(terms, next, PENDING));
    }

    function check_agreeing_moves_the_promise_and_never_the_first_one(Terms terms) public pure {
        Terms next = terms.agreed();
        assert(next.promisedAt() == terms.nextPromisedAt());
        assert(isSameBut(terms, next, PROMISED_AT | PENDING));
        assert(isNothingPending(next));
    }

    function check_what_is_withdrawn_leaves_the_terms_as_they_were(
        Terms terms,
        uint24 by,
        uint40 promised,
        uint40 lapses
    ) public pure {
        Terms before = terms.withdrawn();
        assert(isNothingPending(before));
        assert(isSameBut(terms, before, PENDING));
        assert(Terms.unwrap(before.proposed(by, promised, lapses).withdrawn()) == Terms.unwrap(before));
    }

    function check_a_line_that_is_done_changes_nothing_else(Terms terms) public pure {
        Terms next = terms.delivered();
        assert(next.done());
        assert(isSameBut(terms, next, DONE));
    }

    function isNothingPending(Terms terms) private pure returns (bool) {
        return Terms.unwrap(terms) & PENDING == 0;
    }

    function isSameBut(Terms a, Terms b, uint256 mask) private pure returns (bool) {
        return (Terms.unwrap(a) ^ Terms.unwrap(b)) & ~mask == 0;
    }
}

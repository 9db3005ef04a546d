// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Procurement} from "../../src/Procurement.sol";
import {IParticipants} from "../../src/interfaces/IParticipants.sol";
import {OrderStatus} from "../../src/interfaces/IProcurement.sol";
import {Reason} from "../../src/interfaces/ISignedLedger.sol";
import {ISuccession} from "../../src/interfaces/ISuccession.sol";
import {Record} from "../../src/types/Record.sol";
import {Terms} from "../../src/types/Terms.sol";

/// @notice The table of an order's statuses, for every record and every word of lines: proved by halmos.
contract OrdersProof is Procurement {
    constructor() Procurement(IParticipants(address(0)), ISuccession(address(0))) {}

    function check_only_a_confirmed_order_changes_and_only_that_or_a_changing_one_goes_on(Record record)
        public
        pure
    {
        bool confirmed = record.status() == uint8(OrderStatus.Confirmed);
        bool changing = record.status() == uint8(OrderStatus.Changing);
        assert((_refusesUnsettled(record) == Reason.None) == confirmed);
        assert((_refusesUnsettled(record) == Reason.ProposalPending) == changing);
        assert((_refusesUnconfirmed(record) == Reason.None) == (confirmed || changing));
        assert(confirmed || changing || _refusesUnconfirmed(record) == Reason.WrongState);
    }

    function check_an_order_is_open_as_long_as_a_line_is(Terms terms, uint256 open) public pure {
        OrderStatus status = _statusOf(terms, open);
        assert((status == OrderStatus.Confirmed) == (open != 0));
        assert((status == OrderStatus.Closed) == (open == 0 && terms.done()));
        assert((status == OrderStatus.Cancelled) == (open == 0 && !terms.done()));
    }

    function check_moments_fit_the_slot_they_are_kept_in(uint64 moment) public view {
        if (_refusesLapse(moment) == Reason.None) {
            assert(moment <= type(uint40).max);
            assert(moment > block.timestamp);
        }
        if (_refusesPromise(moment) == Reason.None) {
            assert(moment <= type(uint40).max);
            assert(moment != 0);
        }
    }
}

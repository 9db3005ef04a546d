// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Who is bound by an order and to when, and what one of them is being asked.
/// @dev Layout, most significant byte first; times are Unix seconds:
///
///     buyer uint24 | supplier uint24 | lines uint16 | done uint8 | firstPromisedAt uint40 | promisedAt uint40
///     | lapsesAt uint40 | proposer uint24 | nextPromisedAt uint40
///
/// `done` is 1 once a line was closed as done, not cancelled. The last three are the offer or change that awaits an
/// answer, and zero if none does.
type Terms is uint256;

using TermsLibrary for Terms global;

library TermsLibrary {
    uint256 private constant PENDING = (1 << 104) - 1;

    /// @notice The terms of an order that is offered and promised nothing yet.
    function offer(uint24 buyer_, uint24 supplier_, uint16 lines_, uint40 lapsesAt_)
        internal
        pure
        returns (Terms)
    {
        return Terms.wrap(
            (uint256(buyer_) << 232) | (uint256(supplier_) << 208) | (uint256(lines_) << 192)
                | (uint256(lapsesAt_) << 64)
        );
    }

    function buyer(Terms self) internal pure returns (uint24) {
        return uint24(Terms.unwrap(self) >> 232);
    }

    function supplier(Terms self) internal pure returns (uint24) {
        return uint24(Terms.unwrap(self) >> 208);
    }

    function lines(Terms self) internal pure returns (uint16) {
        return uint16(Terms.unwrap(self) >> 192);
    }

    function done(Terms self) internal pure returns (bool) {
        return uint8(Terms.unwrap(self) >> 184) != 0;
    }

    function firstPromisedAt(Terms self) internal pure returns (uint40) {
        return uint40(Terms.unwrap(self) >> 144);
    }

    function promisedAt(Terms self) internal pure returns (uint40) {
        return uint40(Terms.unwrap(self) >> 104);
    }

    function lapsesAt(Terms self) internal pure returns (uint40) {
        return uint40(Terms.unwrap(self) >> 64);
    }

    function proposer(Terms self) internal pure returns (uint24) {
        return uint24(Terms.unwrap(self) >> 40);
    }

    function nextPromisedAt(Terms self) internal pure returns (uint40) {
        return uint40(Terms.unwrap(self));
    }

    function exists(Terms self) internal pure returns (bool) {
        return Terms.unwrap(self) != 0;
    }

    /// @notice The order confirmed: its first promise, which no change replaces.
    function confirmed(Terms self, uint40 promised) internal pure returns (Terms) {
        return
            Terms.wrap(
                Terms.unwrap(withdrawn(self)) | (uint256(promised) << 144) | (uint256(promised) << 104)
            );
    }

    /// @notice The same terms while a change awaits an answer.
    function proposed(Terms self, uint24 by, uint40 promised, uint40 lapses) internal pure returns (Terms) {
        return Terms.wrap(
            Terms.unwrap(withdrawn(self)) | (uint256(lapses) << 64) | (uint256(by) << 40) | uint256(promised)
        );
    }

    /// @notice The terms with the proposed change in force.
    function agreed(Terms self) internal pure returns (Terms) {
        uint256 kept = Terms.unwrap(self) & ~(PENDING | (uint256(type(uint40).max) << 104));
        return Terms.wrap(kept | (uint256(nextPromisedAt(self)) << 104));
    }

    /// @notice The terms as they were before what awaited an answer.
    function withdrawn(Terms self) internal pure returns (Terms) {
        return Terms.wrap(Terms.unwrap(self) & ~PENDING);
    }

    /// @notice The same terms once a line was closed as done.
    function delivered(Terms self) internal pure returns (Terms) {
        return Terms.wrap(Terms.unwrap(self) | (uint256(1) << 184));
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Where in memory the ids of the holdings lie that the items of a batch name, in the order of the items.
type HoldingIds is uint256;

using HoldingIdsLibrary for HoldingIds global;

library HoldingIdsLibrary {
    function get(HoldingIds self, uint256 i) internal pure returns (bytes32 id) {
        assembly ("memory-safe") {
            id := mload(add(self, shl(5, i)))
        }
    }
}

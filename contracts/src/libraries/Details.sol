// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DetailsLeaf} from "../types/DetailsLeaf.sol";

/// @notice Checks confidential fields that somebody shows against the root an action committed to.
/// @dev The tree is positional: leaf `i` of a schema stands at place `i`, and left stays left, so a field cannot be
/// shown at another's place. contracts/details.py says how a tree is made, byte for byte.
library Details {
    bytes1 private constant LEAF = 0x00;
    bytes1 private constant NODE = 0x01;
    uint8 private constant ABSENT = 0;

    /// @notice Whether some fields stand in the tree with that root.
    /// @param size Of the schema's tree, a power of two: the caller's knowledge, never the shower's.
    /// @param leaves In strictly ascending order of their places.
    /// @param siblings Level by level from the leaves up, each from left to right: what does not follow from `leaves`.
    function verify(
        bytes32 root,
        uint32 schema,
        uint256 size,
        DetailsLeaf[] calldata leaves,
        bytes32[] calldata siblings
    ) internal pure returns (bool) {
        uint256 known = leaves.length;
        if (!_areOrdered(leaves, size)) return false;
        uint256[] memory places = new uint256[](known);
        bytes32[] memory hashes = new bytes32[](known);
        for (uint256 i; i < known; ++i) {
            places[i] = leaves[i].index;
            hashes[i] = leafHash(schema, leaves[i]);
        }
        uint256 used;
        for (uint256 width = size; width > 1; width >>= 1) {
            (known, used) = _climb(places, hashes, known, siblings, used);
            if (used > siblings.length) return false;
        }
        return used == siblings.length && hashes[0] == root;
    }

    function leafHash(uint32 schema, DetailsLeaf calldata leaf) internal pure returns (bytes32) {
        return keccak256(
            abi.encodePacked(LEAF, keccak256(abi.encode(schema, leaf.index, leaf.tag, leaf.value, leaf.salt)))
        );
    }

    function nodeHash(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(NODE, left, right));
    }

    function _areOrdered(DetailsLeaf[] calldata leaves, uint256 size) private pure returns (bool) {
        if (leaves.length == 0) return false;
        for (uint256 i; i < leaves.length; ++i) {
            if (leaves[i].index >= size) return false;
            if (i > 0 && leaves[i].index <= leaves[i - 1].index) return false;
            if (leaves[i].tag == ABSENT && leaves[i].value.length != 0) return false;
        }
        return true;
    }

    /// @dev Replaces the first `known` places and hashes of one level by those of the level above, in place.
    /// @return above How many there are now.
    /// @return next How many siblings are used; more than there are if they ran out.
    function _climb(
        uint256[] memory places,
        bytes32[] memory hashes,
        uint256 known,
        bytes32[] calldata siblings,
        uint256 used
    ) private pure returns (uint256 above, uint256 next) {
        next = used;
        for (uint256 i; i < known; ++i) {
            uint256 place = places[i];
            bytes32 left = hashes[i];
            bytes32 right;
            if (place & 1 == 0 && i + 1 < known && places[i + 1] == place + 1) {
                right = hashes[++i];
            } else {
                if (next == siblings.length) return (0, next + 1);
                right = siblings[next];
                ++next;
                if (place & 1 == 1) (left, right) = (right, left);
            }
            places[above] = place >> 1;
            hashes[above] = nodeHash(left, right);
            ++above;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice One confidential field of an action, opened.
/// @param index Its place in the tree.
/// @param tag 0 absent, 1 text (UTF-8, NFC), 2 integer (int256), 3 bytes, 4 JSON (RFC 8785).
struct DetailsLeaf {
    uint8 index;
    uint8 tag;
    bytes value;
    bytes32 salt;
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The one slot every subject of the ledger has.
/// @dev Layout, most significant byte first:
///
///     head bytes24 | holder uint24 | seq uint24 | status uint8 | flags uint8
///
/// `head` folds every action that touched the subject, in order; `holder` is the organisation answerable for
/// it; `seq` counts the records; a zero word means "no such subject".
type Record is bytes32;

using RecordLibrary for Record global;

uint8 constant FLAG_PACKED = 1 << 0;
uint8 constant FLAG_HELD_BY_PARTY = 1 << 1;
uint8 constant FLAG_HELD_BY_REGULATOR = 1 << 2;
uint8 constant FLAG_RECALLED = 1 << 3;
uint8 constant FLAG_DISPUTED = 1 << 4;
uint8 constant FLAG_BREACH = 1 << 5;
uint8 constant FLAG_CLOSED = 1 << 6;
uint8 constant FLAG_QUARANTINED = 1 << 7;

library RecordLibrary {
    uint24 internal constant SEQ_MAX = type(uint24).max;

    function head(Record self) internal pure returns (bytes24) {
        return bytes24(Record.unwrap(self));
    }

    function holder(Record self) internal pure returns (uint24) {
        return uint24(uint256(Record.unwrap(self)) >> 40);
    }

    function seq(Record self) internal pure returns (uint24) {
        return uint24(uint256(Record.unwrap(self)) >> 16);
    }

    function status(Record self) internal pure returns (uint8) {
        return uint8(uint256(Record.unwrap(self)) >> 8);
    }

    function flags(Record self) internal pure returns (uint8) {
        return uint8(uint256(Record.unwrap(self)));
    }

    function exists(Record self) internal pure returns (bool) {
        return Record.unwrap(self) != 0;
    }

    function has(Record self, uint8 mask) internal pure returns (bool) {
        return flags(self) & mask != 0;
    }

    /// @notice The record after one more action: head folded, seq one higher, the rest as given.
    /// @dev head' = bytes24(keccak256(head ‖ actionHash ‖ signer)), tightly packed, no block time inside, so the
    /// head can be foretold offline. The caller has refused a full `seq` before; here it cannot wrap.
    function advance(
        Record self,
        bytes32 actionHash,
        address signer,
        uint24 holder_,
        uint8 status_,
        uint8 flags_
    ) internal pure returns (Record next) {
        bytes32 folded = bytes32(fold(head(self), actionHash, signer));
        // Assembly sees the bits above a short type as they happen to be, hence the masks.
        assembly ("memory-safe") {
            let counted := add(and(self, 0xffffff0000), 0x10000)
            let states := or(shl(8, and(status_, 0xff)), and(flags_, 0xff))
            next := or(or(folded, shl(40, and(holder_, 0xffffff))), or(counted, states))
        }
    }

    /// @notice The record after an action that changes nothing but the head and the seq.
    function step(Record self, bytes32 actionHash, address signer) internal pure returns (Record next) {
        bytes32 folded = bytes32(fold(head(self), actionHash, signer));
        assembly ("memory-safe") {
            next := or(folded, add(and(self, 0xffffffffffffffff), 0x10000))
        }
    }

    /// @notice One step of the hash chain every head is made of.
    /// @dev Hashes 76 bytes in free memory and keeps nothing there: head 24 | actionHash 32 | signer 20.
    function fold(bytes24 head_, bytes32 actionHash, address signer) internal pure returns (bytes24 folded) {
        assembly ("memory-safe") {
            let scratch := mload(0x40)
            mstore(scratch, head_)
            mstore(add(scratch, 24), actionHash)
            mstore(add(scratch, 56), shl(96, signer))
            folded := and(keccak256(scratch, 76), not(0xffffffffffffffff))
        }
    }
}

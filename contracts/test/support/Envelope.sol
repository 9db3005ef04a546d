// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LotEvent, LotItem} from "../../src/types/LotEvent.sol";
import {ITraceability} from "../../src/interfaces/ITraceability.sol";
import {Kind} from "./Kinds.sol";
import {Lots} from "./Lots.sol";
import {vm} from "./Vm.sol";

/// @notice A batch on its way to a ledger. What is signed and what travels are built here from the definitions in
/// `Kinds`, by ABI encoding alone: nothing of contracts/src/libraries is used.
/// @param secret Private key of the signer.
/// @param actions Each `abi.encode(action)`, a lot event as it is signed.
/// @param proof `abi.encode` of the unsigned array that travels along (trails); empty if there is none.
struct Envelope {
    Kind kind;
    address ledger;
    uint256 secret;
    bytes[] actions;
    bytes proof;
    uint256 nonce;
    uint64 deadline;
    uint8 mode;
}

using EnvelopeLibrary for Envelope global;

library EnvelopeLibrary {
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    function signer(Envelope memory self) internal pure returns (address) {
        return vm.addr(self.secret);
    }

    function hashes(Envelope memory self) internal pure returns (bytes32[] memory words) {
        words = new bytes32[](self.actions.length);
        for (uint256 i; i < words.length; ++i) {
            words[i] = self.kind.hash(self.actions[i]);
        }
    }

    /// @notice What the signer signs, and by which ledger and logs name the batch.
    function digest(Envelope memory self) internal view returns (bytes32) {
        return digestOf(self.kind, self.ledger, hashes(self), self.nonce, self.deadline, self.mode);
    }

    function digestOf(
        Kind memory kind,
        address ledger,
        bytes32[] memory actionHashes,
        uint256 nonce,
        uint64 deadline,
        uint8 mode
    ) internal view returns (bytes32) {
        bytes32 actions = keccak256(abi.encodePacked(actionHashes));
        return typed(
            ledger, keccak256(abi.encode(kind.batchType(), actions, nonce, uint256(deadline), uint256(mode)))
        );
    }

    /// @notice The EIP-712 digest of a struct hash for a ledger on this chain.
    function typed(address ledger, bytes32 structHash) internal view returns (bytes32) {
        bytes32 separator =
            keccak256(abi.encode(DOMAIN, keccak256("Suyuan"), keccak256("1"), block.chainid, ledger));
        return keccak256(abi.encodePacked(hex"1901", separator, structHash));
    }

    function signature(Envelope memory self) internal view returns (bytes memory) {
        return sign(self.secret, digest(self));
    }

    function sign(uint256 secret, bytes32 digest_) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, digest_);
        return abi.encodePacked(r, s, v);
    }

    /// @notice The call that records the batch, as anybody may relay it.
    function relay(Envelope memory self) internal view returns (bytes memory) {
        return call(self, signer(self), signature(self));
    }

    /// @notice The same with any signer and signature.
    function call(Envelope memory self, address signer_, bytes memory signature_)
        internal
        pure
        returns (bytes memory)
    {
        if (self.kind.call == ITraceability.recordLotEvents.selector) {
            (LotEvent[] memory events, LotItem[] memory items) = Lots.wire(self.actions);
            return packed(self, events, items, signer_, signature_);
        }
        bytes memory actions = bytes.concat(abi.encode(self.actions.length), _joined(self.actions));
        bytes memory authorisation = _authorisation(self, signer_, signature_);
        if (self.proof.length == 0) {
            return bytes.concat(self.kind.call, _frame(actions, authorisation));
        }
        return bytes.concat(self.kind.call, _frame(actions, _tail(self.proof), authorisation));
    }

    /// @notice Lot events in any wire form.
    function packed(
        Envelope memory self,
        LotEvent[] memory events,
        LotItem[] memory items,
        address signer_,
        bytes memory signature_
    ) internal pure returns (bytes memory) {
        return bytes.concat(
            self.kind.call,
            _frame(
                _tail(abi.encode(events)), _tail(abi.encode(items)), _authorisation(self, signer_, signature_)
            )
        );
    }

    function _authorisation(Envelope memory self, address signer_, bytes memory signature_)
        private
        pure
        returns (bytes memory)
    {
        return abi.encode(signer_, self.nonce, self.deadline, self.mode, signature_);
    }

    function _frame(bytes memory a, bytes memory b) private pure returns (bytes memory) {
        return bytes.concat(abi.encode(0x40, 0x40 + a.length), a, b);
    }

    function _frame(bytes memory a, bytes memory b, bytes memory c) private pure returns (bytes memory) {
        return bytes.concat(abi.encode(0x60, 0x60 + a.length, 0x60 + a.length + b.length), a, b, c);
    }

    function _joined(bytes[] memory parts) private pure returns (bytes memory whole) {
        for (uint256 i; i < parts.length; ++i) {
            whole = bytes.concat(whole, parts[i]);
        }
    }

    /// @dev Without the offset that `abi.encode` of one dynamic value begins with.
    function _tail(bytes memory encoded) private pure returns (bytes memory tail) {
        tail = new bytes(encoded.length - 32);
        for (uint256 i; i < tail.length; i += 32) {
            bytes32 word = wordAt(encoded, i + 32);
            assembly ("memory-safe") {
                mstore(add(add(tail, 32), i), word)
            }
        }
    }

    /// @notice The word at a byte offset of ABI-encoded data.
    function wordAt(bytes memory data, uint256 offset) internal pure returns (bytes32 word) {
        require(offset + 32 <= data.length, "beyond the data");
        assembly ("memory-safe") {
            word := mload(add(add(data, 32), offset))
        }
    }
}

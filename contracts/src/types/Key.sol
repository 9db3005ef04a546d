// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Who a key speaks for, with what rights, and when. Closed, never deleted, never reused.
/// @dev Layout, least significant bit first; times are Unix seconds:
///
///     organisation uint24 | rights uint16 | validFrom uint40 | validUntil uint40 | compromisedSince uint40
///     | revokedAt uint40 | enrolBy uint40
type Key is uint256;

using KeyLibrary for Key global;

library KeyLibrary {
    function pack(
        uint24 organisation_,
        uint16 rights_,
        uint40 validFrom_,
        uint40 validUntil_,
        uint40 enrolBy_
    ) internal pure returns (Key) {
        return Key.wrap(
            uint256(organisation_) | (uint256(rights_) << 24) | (uint256(validFrom_) << 40)
                | (uint256(validUntil_) << 80) | (uint256(enrolBy_) << 200)
        );
    }

    function organisation(Key self) internal pure returns (uint24) {
        return uint24(Key.unwrap(self));
    }

    function rights(Key self) internal pure returns (uint16) {
        return uint16(Key.unwrap(self) >> 24);
    }

    function validFrom(Key self) internal pure returns (uint40) {
        return uint40(Key.unwrap(self) >> 40);
    }

    function validUntil(Key self) internal pure returns (uint40) {
        return uint40(Key.unwrap(self) >> 80);
    }

    function compromisedSince(Key self) internal pure returns (uint40) {
        return uint40(Key.unwrap(self) >> 120);
    }

    function revokedAt(Key self) internal pure returns (uint40) {
        return uint40(Key.unwrap(self) >> 160);
    }

    function enrolBy(Key self) internal pure returns (uint40) {
        return uint40(Key.unwrap(self) >> 200);
    }

    /// @notice The same key, valid from another moment.
    function startingAt(Key self, uint40 from) internal pure returns (Key) {
        return Key.wrap((Key.unwrap(self) & ~(uint256(type(uint40).max) << 40)) | (uint256(from) << 40));
    }

    /// @notice The same key, revoked.
    function closedAt(Key self, uint40 moment, uint40 compromised) internal pure returns (Key) {
        return Key.wrap(Key.unwrap(self) | (uint256(moment) << 160) | (uint256(compromised) << 120));
    }

    /// @notice Whether the validity period covers a moment (the key's status is looked at elsewhere).
    function covers(Key self, uint256 moment) internal pure returns (bool) {
        return moment >= validFrom(self) && moment < validUntil(self) && revokedAt(self) == 0;
    }
}

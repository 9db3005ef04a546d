// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The cheats of Foundry that these tests use. forge-std is no npm package; this is all of it we need.
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function addr(uint256 secret) external pure returns (address);
    function sign(uint256 secret, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function warp(uint256 timestamp) external;
    function getBlockTimestamp() external view returns (uint256);
    function chainId(uint256 id) external;
    function load(address target, bytes32 slot) external view returns (bytes32);
    function store(address target, bytes32 slot, bytes32 value) external;
    function assume(bool condition) external pure;
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
    function expectRevert(bytes calldata data) external;
    function deployCode(string calldata artifact, bytes calldata arguments) external returns (address);
    function getDeployedCode(string calldata artifact) external view returns (bytes memory);

    /// @dev EIP-712 by Foundry itself: an oracle that shares no line with the libraries under test.
    function eip712HashType(string calldata definition) external pure returns (bytes32);
    function eip712HashStruct(string calldata definition, bytes calldata value)
        external
        pure
        returns (bytes32);

    function snapshotValue(string calldata group, string calldata name, uint256 value) external;
    function snapshotGasLastCall(string calldata group, string calldata name) external returns (uint256);

    function assertTrue(bool condition) external pure;
    function assertTrue(bool condition, string calldata message) external pure;
    function assertFalse(bool condition, string calldata message) external pure;
    function assertEq(bool expected, bool actual) external pure;
    function assertEq(uint256 expected, uint256 actual) external pure;
    function assertEq(uint256 expected, uint256 actual, string calldata message) external pure;
    function assertEq(bytes32 expected, bytes32 actual) external pure;
    function assertEq(bytes32 expected, bytes32 actual, string calldata message) external pure;
    function assertEq(address expected, address actual) external pure;
    function assertEq(address expected, address actual, string calldata message) external pure;
    function assertEq(bytes calldata expected, bytes calldata actual) external pure;
    function assertEq(bytes calldata expected, bytes calldata actual, string calldata message) external pure;
    function assertLe(uint256 expected, uint256 actual) external pure;
    function toString(uint256 value) external pure returns (string memory);
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

/// @dev What Foundry asks an invariant test for: whose functions to call.
struct FuzzSelector {
    address addr;
    bytes4[] selectors;
}

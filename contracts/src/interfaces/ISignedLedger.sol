// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Record} from "../types/Record.sol";

/// @notice One EIP-712 signature over an array of actions of one kind.
/// @param signer The key that signed; must be valid when the batch is recorded.
/// @param nonce Any number the signer has not used on this contract (bitmap, unordered).
/// @param deadline Unix seconds after which the batch can no longer be recorded.
/// @param mode 0 each: refused actions are logged, the others recorded. 1 all: one refusal reverts the batch.
/// @param signature 65 bytes r, s, v; low s only.
struct Authorisation {
    address signer;
    uint256 nonce;
    uint64 deadline;
    uint8 mode;
    bytes signature;
}

/// @notice The after-image of one slot an action wrote.
struct Touched {
    bytes32 id;
    Record record;
}

/// @notice How far a generation of contracts has been wound down. Only ever moves down this list.
enum LedgerMode {
    Open,
    Finishing,
    ReadOnly
}

/// @notice Why a single action was refused. Append only: the number is part of the record.
enum Reason {
    None,
    Malformed,
    FromTheFuture,
    RoleMissing,
    RightMissing,
    OrganisationUnknown,
    OrganisationSuspended,
    LedgerFinishing,
    AlreadyExists,
    NotFound,
    StaleSeq,
    SeqExhausted,
    WrongAgreesTo,
    WrongActor,
    NotCustodian,
    WrongState,
    Closed,
    Packed,
    Held,
    Recalled,
    NestingTooDeep,
    Lapsed,
    NotMaker,
    LotMismatch,
    TrailMismatch,
    ProposalPending,
    KeyKnown,
    TooEarly,
    LineClosed,
    Quarantined,
    SameSigner
}

/// @title What every ledger of the park has: signed batches, one record slot per subject, unordered nonces.
/// @dev Anyone may relay a batch; the relayer has no rights. Every other event of a ledger starts with
/// `(bytes32 indexed batch, bytes32 indexed actionHash, uint256 index, <action>, Touched[] touched, ...)`,
/// so that logs alone rebuild every digest and head.
interface ISignedLedger {
    /// @notice A batch was authorised; the events and refusals that follow name it by its EIP-712 digest.
    event Authorised(
        bytes32 indexed batch,
        address indexed signer,
        uint256 nonce,
        uint64 deadline,
        uint8 mode,
        bytes signature
    );

    /// @notice One action of an `each` batch was refused; nothing of it was written.
    event Refused(bytes32 indexed batch, bytes32 indexed actionHash, uint256 index, Reason reason);

    /// @notice A signer made the nonces `word * 256 + bit` of a mask unusable, to call back batches handed out.
    event NoncesCancelled(
        address indexed signer, uint256 word, uint256 mask, uint64 deadline, bytes signature
    );

    error BatchEmpty();
    error DeadlineExpired(uint64 deadline);
    error ModeUnknown(uint8 mode);
    error NonceUsed(address signer, uint256 nonce);
    error SignatureInvalid();
    error SignerUnknown(address signer);
    error SignerNotValid(address signer);
    error LedgerReadOnly();
    error ActionRefused(uint256 index, Reason reason);
    error NothingRecorded(Reason firstReason);
    error ClockInMilliseconds();

    /// @notice Uses up nonces by the signer's own signature over `CancelNonces`; doing it twice changes nothing.
    function cancelNonces(
        address signer,
        uint256 word,
        uint256 mask,
        uint64 deadline,
        bytes calldata signature
    ) external;

    /// @notice The record of a subject; a zero word if there is none.
    function recordOf(bytes32 id) external view returns (Record);

    /// @notice The organisation answerable for a subject now; 0 if there is none, or it cannot be found.
    function answerableFor(bytes32 id) external view returns (uint24);

    /// @notice Whether somebody may be answering the head of a subject: then nothing about it is corrected.
    function awaitsAnswer(bytes32 id) external view returns (bool);

    /// @notice Which of the 256 nonces `word * 256 + bit` a signer has used.
    function noncesOf(address signer, uint256 word) external view returns (uint256 used);

    /// @notice The EIP-712 domain separator of this contract on this chain.
    function domainSeparator() external view returns (bytes32);
}

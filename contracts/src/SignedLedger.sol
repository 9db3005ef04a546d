// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Authorisation, ISignedLedger, LedgerMode, Reason, Touched} from "./interfaces/ISignedLedger.sol";
import {Standing} from "./interfaces/IParticipants.sol";
import {Record, RecordLibrary} from "./types/Record.sol";

/// @dev A batch while it is being recorded.
struct Batch {
    bytes32 digest;
    address signer;
    Standing standing;
    LedgerMode mode;
    bool all;
    uint256 size;
    uint256 refused;
    Reason firstReason;
}

/// @dev How a batch goes through its actions, which are told apart by where in calldata they stand.
/// @param place Where the first action stands, and `size` how far the next is from it.
/// @param record Takes the batch, the index, the hash and the place of an action; refuses it, or writes and emits.
struct Loop {
    bytes32 typehash;
    uint256 place;
    uint256 size;
    function(Batch memory, uint256, bytes32, uint256) returns (Reason) record;
}

/// @title The records of every ledger.
/// @dev The first base with storage, so `_records` stands at slot 0, pinned by test: a storage proof of
/// `_records[id]` is evidence.
abstract contract Records {
    mapping(bytes32 id => Record record) internal _records;
}

/// @title The base of every ledger.
/// @dev A public function of a ledger hashes its actions, calls `_authorise` once, then hands each action to a
/// body that either returns the reason it refuses (before any write) or writes, emits and returns `None`.
abstract contract SignedLedger is ISignedLedger, Records, EIP712 {
    /// @dev The highest mode; 0 is `each`.
    uint8 private constant MODE_ALL = 1;

    /// @dev How far a signer's clock may run ahead of the chain's; lateness is never refused.
    uint64 internal constant CLOCK_SKEW = 5 minutes;

    bytes32 private constant CANCEL_NONCES_TYPEHASH =
        keccak256("CancelNonces(uint256 word,uint256 mask,uint64 deadline)");

    mapping(address signer => mapping(uint256 word => uint256 used)) private _nonces;

    constructor() EIP712("Suyuan", "1") {
        // One chain family counts its block time in milliseconds; every rule about time would be wrong there.
        if (block.timestamp >= 1e11) revert ClockInMilliseconds();
    }

    /// @inheritdoc ISignedLedger
    function recordOf(bytes32 id) external view returns (Record) {
        return _records[id];
    }

    /// @inheritdoc ISignedLedger
    function answerableFor(bytes32 id) external view virtual returns (uint24) {
        return _records[id].holder();
    }

    /// @inheritdoc ISignedLedger
    function awaitsAnswer(bytes32) external view virtual returns (bool) {
        return false;
    }

    /// @inheritdoc ISignedLedger
    function noncesOf(address signer, uint256 word) external view returns (uint256 used) {
        return _nonces[signer][word];
    }

    /// @inheritdoc ISignedLedger
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /// @inheritdoc ISignedLedger
    function cancelNonces(
        address signer,
        uint256 word,
        uint256 mask,
        uint64 deadline,
        bytes calldata signature
    ) external {
        if (block.timestamp > deadline) revert DeadlineExpired(deadline);
        _checkSignature(
            _hashTypedDataV4(keccak256(abi.encode(CANCEL_NONCES_TYPEHASH, word, mask, deadline))),
            signer,
            signature
        );
        _nonces[signer][word] |= mask;
        emit NoncesCancelled(signer, word, mask, deadline, signature);
    }

    /// @dev What the ledger knows of a signer now. Reverts nothing: `_authorise` judges.
    function _standingOf(address signer) internal view virtual returns (Standing memory);

    /// @dev Whether the signer of a batch may sign at all. `Participants` lets a new key sign its own enrolment.
    function _checkStanding(address signer, Standing memory standing, bytes32) internal view virtual {
        if (standing.organisation == 0) revert SignerUnknown(signer);
        if (!standing.valid) revert SignerNotValid(signer);
    }

    /// @dev The mode this ledger is in; those that a succession winds down ask it.
    function _mode() internal view virtual returns (LedgerMode) {
        return LedgerMode.Open;
    }

    /// @dev Checks the authorisation of a batch, spends its nonce, logs `Authorised`.
    /// @param typehash Of the batch struct: `<Action>Batch(<Action>[] actions,uint256 nonce,uint64 deadline,uint8 mode)`.
    /// @param hashes The struct hashes of the actions, in order.
    function _authorise(bytes32 typehash, bytes32[] memory hashes, Authorisation calldata authorisation)
        internal
        returns (Batch memory batch)
    {
        if (hashes.length == 0) revert BatchEmpty();
        if (authorisation.mode > MODE_ALL) revert ModeUnknown(authorisation.mode);
        if (block.timestamp > authorisation.deadline) revert DeadlineExpired(authorisation.deadline);

        batch.size = hashes.length;
        batch.signer = authorisation.signer;
        batch.all = authorisation.mode == MODE_ALL;
        batch.digest = _hashTypedDataV4(
            keccak256(
                abi.encode(
                    typehash, _hashOf(hashes), authorisation.nonce, authorisation.deadline, authorisation.mode
                )
            )
        );
        _checkSignature(batch.digest, batch.signer, authorisation.signature);
        batch.standing = _standingOf(batch.signer);
        _checkStanding(batch.signer, batch.standing, typehash);
        batch.mode = _mode();
        if (batch.mode == LedgerMode.ReadOnly) revert LedgerReadOnly();
        _spend(batch.signer, authorisation.nonce);
        emit Authorised(
            batch.digest,
            batch.signer,
            authorisation.nonce,
            authorisation.deadline,
            authorisation.mode,
            authorisation.signature
        );
    }

    /// @dev Authorises a batch and records its actions one by one. One loop for all kinds: one of its own costs a ledger
    /// 700 bytes a kind, and so do literal arguments, for which the optimiser makes a copy of the loop at each call.
    function _recordAll(bytes32[] memory hashes, Authorisation calldata authorisation, Loop memory loop)
        internal
    {
        Batch memory batch = _authorise(loop.typehash, hashes, authorisation);
        uint256 place = loop.place;
        for (uint256 i; i < hashes.length; ++i) {
            _settle(batch, i, hashes[i], loop.record(batch, i, hashes[i], place));
            place += loop.size;
        }
        _finish(batch);
    }

    /// @dev Books the outcome of one action.
    function _settle(Batch memory batch, uint256 index, bytes32 actionHash, Reason reason) internal {
        if (reason != Reason.None) _refuse(batch, index, actionHash, reason);
    }

    /// @dev A refusal is logged (`each`) or reverts the batch (`all`).
    function _refuse(Batch memory batch, uint256 index, bytes32 actionHash, Reason reason) internal {
        if (batch.all) revert ActionRefused(index, reason);
        if (batch.refused == 0) batch.firstReason = reason;
        ++batch.refused;
        emit Refused(batch.digest, actionHash, index, reason);
    }

    /// @dev A batch that recorded nothing reverts and so spends no nonce: relaying it too early burns nothing.
    function _finish(Batch memory batch) internal pure {
        if (batch.refused == batch.size) revert NothingRecorded(batch.firstReason);
    }

    /// @dev Refusals every action can meet.
    function _refusesMoment(uint64 occurredAt) internal view returns (Reason) {
        return occurredAt > block.timestamp + CLOCK_SKEW ? Reason.FromTheFuture : Reason.None;
    }

    /// @dev Suspension and winding down block new subjects, never the finishing of open ones.
    function _refusesNewSubjects(Batch memory batch) internal pure returns (Reason) {
        if (batch.standing.suspended) return Reason.OrganisationSuspended;
        return batch.mode == LedgerMode.Open ? Reason.None : Reason.LedgerFinishing;
    }

    /// @dev Refusals of an act on an existing subject that names its `seq`.
    function _refusesSeq(Record record, uint24 seq) internal pure returns (Reason) {
        if (!record.exists()) return Reason.NotFound;
        if (record.seq() != seq) return Reason.StaleSeq;
        return _refusesFull(record);
    }

    /// @dev Refusals of an act that answers another by naming the head it left.
    function _refusesHead(Record record, bytes24 agreesTo) internal pure returns (Reason) {
        if (!record.exists()) return Reason.NotFound;
        if (record.head() != agreesTo) return Reason.WrongAgreesTo;
        return _refusesFull(record);
    }

    /// @dev A full `seq` refuses, it never wraps.
    function _refusesFull(Record record) internal pure returns (Reason) {
        return record.seq() == RecordLibrary.SEQ_MAX ? Reason.SeqExhausted : Reason.None;
    }

    /// @dev The first of two refusals.
    function _or(Reason first, Reason second) internal pure returns (Reason) {
        return first == Reason.None ? second : first;
    }

    /// @dev Writes the next record of a subject and returns its after-image.
    function _write(
        Batch memory batch,
        bytes32 actionHash,
        bytes32 id,
        uint24 holder,
        uint8 status,
        uint8 flags
    ) internal returns (Touched memory touched) {
        touched.id = id;
        touched.record = _records[id].advance(actionHash, batch.signer, holder, status, flags);
        _records[id] = touched.record;
    }

    /// @dev Writes the next record of the only subject an action touches.
    function _writeOne(
        Batch memory batch,
        bytes32 actionHash,
        bytes32 id,
        uint24 holder,
        uint8 status,
        uint8 flags
    ) internal returns (Touched[] memory touched) {
        touched = new Touched[](1);
        touched[0] = _write(batch, actionHash, id, holder, status, flags);
    }

    function _may(Batch memory batch, uint16 role, uint16 right) internal pure returns (Reason) {
        if (batch.standing.roles & role == 0) return Reason.RoleMissing;
        if (batch.standing.rights & right == 0) return Reason.RightMissing;
        return Reason.None;
    }

    /// @dev keccak256 of the words of an array, without copying them first.
    function _hashOf(bytes32[] memory words) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            hash := keccak256(add(words, 0x20), shl(5, mload(words)))
        }
    }

    function _spend(address signer, uint256 nonce) private {
        uint256 bit = uint256(1) << (nonce & 0xff);
        uint256 used = _nonces[signer][nonce >> 8];
        if (used & bit != 0) revert NonceUsed(signer, nonce);
        _nonces[signer][nonce >> 8] = used | bit;
    }

    /// @dev Keys are plain accounts: a contract's answer may change later, evidence must not. OpenZeppelin's
    /// recovery refuses the high-s twin of a signature.
    function _checkSignature(bytes32 digest, address signer, bytes calldata signature) private pure {
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecover(digest, signature);
        if (failure != ECDSA.RecoverError.NoError || recovered != signer) revert SignatureInvalid();
    }
}

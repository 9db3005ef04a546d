// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Authorisation, ISignedLedger, Touched} from "./ISignedLedger.sol";

/// @notice Statuses of a correction record. none -> InForce | Offered; Offered -> InForce | Ended; any -> again.
enum CorrectionStatus {
    None,
    InForce,
    Offered,
    Ended
}

/// @notice What is corrected: one record, named by its action's hash, of one subject of one ledger.
struct CorrectionKey {
    address ledger;
    bytes32 subject;
    bytes32 corrects;
}

/// @param seq Of the correction's own record: 0 the first time.
/// @param lapsesAt Until when the other party may agree, where it has built on the record.
struct CorrectDetails {
    CorrectionKey correction;
    uint24 seq;
    uint64 lapsesAt;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct AgreeCorrection {
    CorrectionKey correction;
    bytes24 agreesTo;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

struct EndCorrection {
    CorrectionKey correction;
    uint24 seq;
    uint64 occurredAt;
    uint32 schema;
    bytes32 root;
}

/// @notice One step of a subject's history, as its head folded it.
struct Step {
    bytes32 actionHash;
    address signer;
}

/// @notice Opens a head: from the head before the corrected action, its step first, then every later one.
struct Trail {
    bytes24 headBefore;
    Step[] steps;
}

/// @title Corrections that never rewind, for every ledger: the details root of one record is replaced, its
/// history stays.
/// @notice By the author's organisation. If another organisation has signed on that subject since, or the subject has
/// travelled on in its packing, others have built on the record: whoever answers for the subject now must agree, or
/// the last other who signed if that is the author. Nothing is corrected while somebody may be answering it.
interface ICorrections is ISignedLedger {
    /// @param countersigner The organisation that must agree before it counts; 0 if it counts at once.
    event DetailsCorrected(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        CorrectDetails action,
        Touched[] touched,
        uint24 countersigner
    );
    event CorrectionAgreed(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        AgreeCorrection action,
        Touched[] touched
    );
    event CorrectionEnded(
        bytes32 indexed batch,
        bytes32 indexed actionHash,
        uint256 index,
        EndCorrection action,
        Touched[] touched
    );

    /// @notice `trails[i]` proves who wrote the record and is not signed: anyone can rebuild it from the logs. A wrong one
    /// reverts the batch in either mode, or whoever relays could have a correction refused.
    function correctDetails(
        CorrectDetails[] calldata actions,
        Trail[] calldata trails,
        Authorisation calldata authorisation
    ) external;
    function agreeCorrections(AgreeCorrection[] calldata actions, Authorisation calldata authorisation)
        external;

    /// @notice Ends a pending correction: its author withdraws, the other party declines, anyone once it lapsed.
    function endCorrections(EndCorrection[] calldata actions, Authorisation calldata authorisation) external;

    /// @notice The pending correction of a record: who must agree and until when.
    function pendingOf(bytes32 id) external view returns (uint24 countersigner, uint64 lapsesAt);
}

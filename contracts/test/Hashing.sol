// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AgreeCorrection,
    CorrectDetails,
    CorrectionKey,
    EndCorrection,
    Trail
} from "../src/interfaces/ICorrections.sol";
import {
    AdmitOrganisation,
    CloseKey,
    ConfirmAdmission,
    ConfirmRecovery,
    EndAdmission,
    EnrolKey,
    Founder,
    GrantKey,
    ProposeRecovery,
    ReinstateOrganisation,
    SuspendOrganisation
} from "../src/interfaces/IParticipants.sol";
import {EndRecall, LotKey, RecallLot} from "../src/interfaces/IRecalls.sol";
import {Authorisation} from "../src/interfaces/ISignedLedger.sol";
import {ConfirmMode, EndModeChange, ScheduleMode} from "../src/interfaces/ISuccession.sol";
import {
    ConsignmentKey,
    DispatchGoods,
    EndDispatch,
    HoldingKey,
    JudgeHolding,
    PlaceHold,
    ReceiveDirect,
    ReceiveGoods
} from "../src/interfaces/ITraceability.sol";
import {CorrectionActions} from "../src/libraries/CorrectionActions.sol";
import {Details} from "../src/libraries/Details.sol";
import {ParticipantActions} from "../src/libraries/ParticipantActions.sol";
import {RecallActions} from "../src/libraries/RecallActions.sol";
import {SuccessionActions} from "../src/libraries/SuccessionActions.sol";
import {TraceabilityActions} from "../src/libraries/TraceabilityActions.sol";
import {DetailsLeaf} from "../src/types/DetailsLeaf.sol";
import {LotEvent, LotItem} from "../src/types/LotEvent.sol";
import {RecordLibrary} from "../src/types/Record.sol";
import {HashingLedger} from "./support/HashingLedger.sol";

/// @title A ledger that takes every batch of most ledgers, by the same calldata, and answers what it hashed.
/// @dev The rest is in `DealHashing`: one contract may not be that large. Authorising is the real thing: a signature that is not the signer's reverts. Everybody may sign; nothing is
/// recorded but the nonce.
contract Hashing is HashingLedger {
    using CorrectionActions for *;
    using ParticipantActions for *;
    using RecallActions for *;
    using SuccessionActions for *;
    using TraceabilityActions for *;

    function admitOrganisations(AdmitOrganisation[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ParticipantActions.ADMIT_ORGANISATION_BATCH, hashes, authorisation);
    }

    function confirmAdmissions(ConfirmAdmission[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ParticipantActions.CONFIRM_ADMISSION_BATCH, hashes, authorisation);
    }

    function endAdmissions(EndAdmission[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ParticipantActions.END_ADMISSION_BATCH, hashes, authorisation);
    }

    function suspendOrganisations(
        SuspendOrganisation[] calldata actions,
        Authorisation calldata authorisation
    ) external returns (bytes32 digest, bytes32[] memory hashes) {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ParticipantActions.SUSPEND_ORGANISATION_BATCH, hashes, authorisation);
    }

    function reinstateOrganisations(
        ReinstateOrganisation[] calldata actions,
        Authorisation calldata authorisation
    ) external returns (bytes32 digest, bytes32[] memory hashes) {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ParticipantActions.REINSTATE_ORGANISATION_BATCH, hashes, authorisation);
    }

    function grantKeys(GrantKey[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ParticipantActions.GRANT_KEY_BATCH, hashes, authorisation);
    }

    function enrolKeys(EnrolKey[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ParticipantActions.ENROL_KEY_BATCH, hashes, authorisation);
    }

    function closeKeys(CloseKey[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ParticipantActions.CLOSE_KEY_BATCH, hashes, authorisation);
    }

    function proposeRecoveries(ProposeRecovery[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ParticipantActions.PROPOSE_RECOVERY_BATCH, hashes, authorisation);
    }

    function confirmRecoveries(ConfirmRecovery[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(ParticipantActions.CONFIRM_RECOVERY_BATCH, hashes, authorisation);
    }

    function scheduleModes(ScheduleMode[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(SuccessionActions.SCHEDULE_MODE_BATCH, hashes, authorisation);
    }

    function confirmModes(ConfirmMode[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(SuccessionActions.CONFIRM_MODE_BATCH, hashes, authorisation);
    }

    function endModeChanges(EndModeChange[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(SuccessionActions.END_MODE_CHANGE_BATCH, hashes, authorisation);
    }

    function dispatchGoods(DispatchGoods[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(TraceabilityActions.DISPATCH_GOODS_BATCH, hashes, authorisation);
    }

    function receiveGoods(ReceiveGoods[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(TraceabilityActions.RECEIVE_GOODS_BATCH, hashes, authorisation);
    }

    function endDispatches(EndDispatch[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(TraceabilityActions.END_DISPATCH_BATCH, hashes, authorisation);
    }

    function receiveDirect(ReceiveDirect[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(TraceabilityActions.RECEIVE_DIRECT_BATCH, hashes, authorisation);
    }

    function placeHolds(PlaceHold[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(TraceabilityActions.PLACE_HOLD_BATCH, hashes, authorisation);
    }

    function judgeHoldings(JudgeHolding[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(TraceabilityActions.JUDGE_HOLDING_BATCH, hashes, authorisation);
    }

    function recallLots(RecallLot[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(RecallActions.RECALL_LOT_BATCH, hashes, authorisation);
    }

    function endRecalls(EndRecall[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(RecallActions.END_RECALL_BATCH, hashes, authorisation);
    }

    function correctDetails(
        CorrectDetails[] calldata actions,
        Trail[] calldata,
        Authorisation calldata authorisation
    ) external returns (bytes32 digest, bytes32[] memory hashes) {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(CorrectionActions.CORRECT_DETAILS_BATCH, hashes, authorisation);
    }

    function agreeCorrections(AgreeCorrection[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(CorrectionActions.AGREE_CORRECTION_BATCH, hashes, authorisation);
    }

    function endCorrections(EndCorrection[] calldata actions, Authorisation calldata authorisation)
        external
        returns (bytes32 digest, bytes32[] memory hashes)
    {
        hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        digest = _digest(CorrectionActions.END_CORRECTION_BATCH, hashes, authorisation);
    }

    function recordLotEvents(
        LotEvent[] calldata actions,
        LotItem[] calldata items,
        Authorisation calldata authorisation
    ) external returns (bytes32 digest, bytes32[] memory hashes) {
        (hashes,) = actions.hashAll(items);
        digest = _digest(TraceabilityActions.RECORD_LOT_EVENT_BATCH, hashes, authorisation);
    }

    function organisationId(uint24 organisation) external pure returns (bytes32) {
        return ParticipantActions.organisationId(organisation);
    }

    function signerId(uint24 organisation, address key) external pure returns (bytes32) {
        return ParticipantActions.signerId(organisation, key);
    }

    function platformId() external pure returns (bytes32) {
        return SuccessionActions.platformId();
    }

    function lotId(LotKey calldata lot) external pure returns (bytes32) {
        return lot.id();
    }

    function holdingId(HoldingKey calldata holding) external pure returns (bytes32) {
        return holding.id();
    }

    function consignmentId(ConsignmentKey calldata consignment) external pure returns (bytes32) {
        return consignment.id();
    }

    function correctionId(CorrectionKey calldata correction) external pure returns (bytes32) {
        return correction.id();
    }

    function founderHash(Founder calldata founder) external pure returns (bytes32) {
        return founder.hash();
    }

    function fold(bytes24 head, bytes32 actionHash, address signer) external pure returns (bytes24) {
        return RecordLibrary.fold(head, actionHash, signer);
    }

    function leafHash(uint32 schema, DetailsLeaf calldata leaf) external pure returns (bytes32) {
        return Details.leafHash(schema, leaf);
    }

    function verifyDetails(
        bytes32 root,
        uint32 schema,
        uint256 size,
        DetailsLeaf[] calldata leaves,
        bytes32[] calldata siblings
    ) external pure returns (bool) {
        return Details.verify(root, schema, size, leaves, siblings);
    }
}

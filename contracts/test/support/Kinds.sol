// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICorrections} from "../../src/interfaces/ICorrections.sol";
import {IParticipants} from "../../src/interfaces/IParticipants.sol";
import {IRecalls} from "../../src/interfaces/IRecalls.sol";
import {ISuccession} from "../../src/interfaces/ISuccession.sol";
import {ITraceability} from "../../src/interfaces/ITraceability.sol";
import {vm} from "./Vm.sol";

enum Ledger {
    Participants,
    Succession,
    Traceability,
    Recalls,
    Corrections,
    Procurement,
    Claims,
    Sheets
}

/// @notice One kind of action as a signer sees it, written down here once more: what the libraries hash is compared
/// with this, never taken from them.
struct Kind {
    Ledger ledger;
    bytes4 call;
    bytes32 recorded;
    string name;
    string fields;
    string parts;
}

using KindLibrary for Kind global;

library KindLibrary {
    /// @notice The EIP-712 definition of the action; Foundry puts the parts in order.
    function definition(Kind memory self) internal pure returns (string memory) {
        return string.concat(self.name, "(", self.fields, ")", self.parts);
    }

    /// @notice The typehash of the batch that is signed.
    function batchType(Kind memory self) internal pure returns (bytes32) {
        string memory batch = string.concat(
            self.name, "Batch(", self.name, "[] actions,uint256 nonce,uint64 deadline,uint8 mode)"
        );
        return vm.eip712HashType(string.concat(batch, definition(self)));
    }

    /// @notice The struct hash of one action, given as `abi.encode(action)`.
    function hash(Kind memory self, bytes memory action) internal pure returns (bytes32) {
        return vm.eip712HashStruct(definition(self), action);
    }
}

/// @notice Every kind of action there is.
library Kinds {
    string private constant STATEMENT = "uint64 occurredAt,uint32 schema,bytes32 root";
    string private constant GRANT =
        "uint24 organisation,address key,uint16 rights,uint64 validUntil,uint64 enrolBy,";
    string internal constant LOT = "LotKey(uint24 maker,bytes32 handle)";
    string internal constant HOLDING = "HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)";
    string internal constant CONSIGNMENT = "ConsignmentKey(uint24 from,uint24 to,bytes32 handle)";
    string internal constant CORRECTION = "CorrectionKey(address ledger,bytes32 subject,bytes32 corrects)";

    function admitOrganisation() internal pure returns (Kind memory) {
        return _of(
            Ledger.Participants,
            IParticipants.admitOrganisations.selector,
            IParticipants.OrganisationAdmitted.selector,
            "AdmitOrganisation",
            "uint24 organisation,uint16 roles,address key,uint16 rights,uint64 validUntil,uint64 enrolBy,",
            ""
        );
    }

    function confirmAdmission() internal pure returns (Kind memory) {
        return _of(
            Ledger.Participants,
            IParticipants.confirmAdmissions.selector,
            IParticipants.AdmissionConfirmed.selector,
            "ConfirmAdmission",
            "uint24 organisation,bytes24 agreesTo,",
            ""
        );
    }

    function endAdmission() internal pure returns (Kind memory) {
        return _of(
            Ledger.Participants,
            IParticipants.endAdmissions.selector,
            IParticipants.AdmissionEnded.selector,
            "EndAdmission",
            "uint24 organisation,uint24 seq,",
            ""
        );
    }

    function suspendOrganisation() internal pure returns (Kind memory) {
        return _of(
            Ledger.Participants,
            IParticipants.suspendOrganisations.selector,
            IParticipants.OrganisationSuspended.selector,
            "SuspendOrganisation",
            "uint24 organisation,",
            ""
        );
    }

    function reinstateOrganisation() internal pure returns (Kind memory) {
        return _of(
            Ledger.Participants,
            IParticipants.reinstateOrganisations.selector,
            IParticipants.OrganisationReinstated.selector,
            "ReinstateOrganisation",
            "uint24 organisation,uint24 seq,",
            ""
        );
    }

    function grantKey() internal pure returns (Kind memory) {
        return _of(
            Ledger.Participants,
            IParticipants.grantKeys.selector,
            IParticipants.KeyGranted.selector,
            "GrantKey",
            "uint24 organisation,address key,uint16 rights,uint64 validFrom,uint64 validUntil,uint64 enrolBy,",
            ""
        );
    }

    function enrolKey() internal pure returns (Kind memory) {
        return _of(
            Ledger.Participants,
            IParticipants.enrolKeys.selector,
            IParticipants.KeyEnrolled.selector,
            "EnrolKey",
            "uint24 organisation,address key,bytes24 agreesTo,",
            ""
        );
    }

    function closeKey() internal pure returns (Kind memory) {
        return _of(
            Ledger.Participants,
            IParticipants.closeKeys.selector,
            IParticipants.KeyClosed.selector,
            "CloseKey",
            "uint24 organisation,address key,uint64 compromisedSince,",
            ""
        );
    }

    function proposeRecovery() internal pure returns (Kind memory) {
        return _of(
            Ledger.Participants,
            IParticipants.proposeRecoveries.selector,
            IParticipants.RecoveryProposed.selector,
            "ProposeRecovery",
            GRANT,
            ""
        );
    }

    function confirmRecovery() internal pure returns (Kind memory) {
        return _of(
            Ledger.Participants,
            IParticipants.confirmRecoveries.selector,
            IParticipants.RecoveryConfirmed.selector,
            "ConfirmRecovery",
            "uint24 organisation,address key,bytes24 agreesTo,",
            ""
        );
    }

    function scheduleMode() internal pure returns (Kind memory) {
        return _of(
            Ledger.Succession,
            ISuccession.scheduleModes.selector,
            ISuccession.ModeScheduled.selector,
            "ScheduleMode",
            "uint8 mode,uint64 effectiveAt,uint24 seq,",
            ""
        );
    }

    function confirmMode() internal pure returns (Kind memory) {
        return _of(
            Ledger.Succession,
            ISuccession.confirmModes.selector,
            ISuccession.ModeConfirmed.selector,
            "ConfirmMode",
            "bytes24 agreesTo,",
            ""
        );
    }

    function endModeChange() internal pure returns (Kind memory) {
        return _of(
            Ledger.Succession,
            ISuccession.endModeChanges.selector,
            ISuccession.ModeChangeEnded.selector,
            "EndModeChange",
            "uint24 seq,",
            ""
        );
    }

    function recordLotEvent() internal pure returns (Kind memory kind) {
        kind = _of(
            Ledger.Traceability,
            ITraceability.recordLotEvents.selector,
            ITraceability.LotEventRecorded.selector,
            "RecordLotEvent",
            "uint8 kind,uint8 action,LotItem[] items,",
            string.concat("LotItem(uint8 role,uint8 origin,HoldingKey holding,uint24 seq)", HOLDING)
        );
    }

    function dispatchGoods() internal pure returns (Kind memory) {
        return _of(
            Ledger.Traceability,
            ITraceability.dispatchGoods.selector,
            ITraceability.GoodsDispatched.selector,
            "DispatchGoods",
            "HoldingKey holding,ConsignmentKey consignment,uint24 seq,bytes32 order,uint8 line,uint64 lapsesAt,",
            string.concat(CONSIGNMENT, HOLDING)
        );
    }

    function receiveGoods() internal pure returns (Kind memory) {
        return _of(
            Ledger.Traceability,
            ITraceability.receiveGoods.selector,
            ITraceability.GoodsReceived.selector,
            "ReceiveGoods",
            "HoldingKey holding,ConsignmentKey consignment,bytes24 agreesTo,uint8 outcome,uint8 cause,bool quarantine,",
            string.concat(CONSIGNMENT, HOLDING)
        );
    }

    function endDispatch() internal pure returns (Kind memory) {
        return _of(
            Ledger.Traceability,
            ITraceability.endDispatches.selector,
            ITraceability.DispatchEnded.selector,
            "EndDispatch",
            "HoldingKey holding,ConsignmentKey consignment,uint24 seq,",
            string.concat(CONSIGNMENT, HOLDING)
        );
    }

    function receiveDirect() internal pure returns (Kind memory) {
        return _of(
            Ledger.Traceability,
            ITraceability.receiveDirect.selector,
            ITraceability.ReceivedDirect.selector,
            "ReceiveDirect",
            "HoldingKey holding,bytes32 order,uint8 line,bytes32 claim,bool quarantine,",
            HOLDING
        );
    }

    function placeHold() internal pure returns (Kind memory) {
        return _of(
            Ledger.Traceability,
            ITraceability.placeHolds.selector,
            ITraceability.HoldPlaced.selector,
            "PlaceHold",
            "HoldingKey holding,",
            HOLDING
        );
    }

    function judgeHolding() internal pure returns (Kind memory) {
        return _of(
            Ledger.Traceability,
            ITraceability.judgeHoldings.selector,
            ITraceability.HoldingJudged.selector,
            "JudgeHolding",
            "HoldingKey holding,uint24 seq,uint8 verdict,",
            HOLDING
        );
    }

    function recallLot() internal pure returns (Kind memory) {
        return _of(
            Ledger.Recalls,
            IRecalls.recallLots.selector,
            IRecalls.LotRecalled.selector,
            "RecallLot",
            "LotKey lot,",
            LOT
        );
    }

    function endRecall() internal pure returns (Kind memory) {
        return _of(
            Ledger.Recalls,
            IRecalls.endRecalls.selector,
            IRecalls.RecallEnded.selector,
            "EndRecall",
            "LotKey lot,uint24 seq,",
            LOT
        );
    }

    function correctDetails() internal pure returns (Kind memory) {
        return _of(
            Ledger.Corrections,
            ICorrections.correctDetails.selector,
            ICorrections.DetailsCorrected.selector,
            "CorrectDetails",
            "CorrectionKey correction,uint24 seq,uint64 lapsesAt,",
            CORRECTION
        );
    }

    function agreeCorrection() internal pure returns (Kind memory) {
        return _of(
            Ledger.Corrections,
            ICorrections.agreeCorrections.selector,
            ICorrections.CorrectionAgreed.selector,
            "AgreeCorrection",
            "CorrectionKey correction,bytes24 agreesTo,",
            CORRECTION
        );
    }

    function endCorrection() internal pure returns (Kind memory) {
        return _of(
            Ledger.Corrections,
            ICorrections.endCorrections.selector,
            ICorrections.CorrectionEnded.selector,
            "EndCorrection",
            "CorrectionKey correction,uint24 seq,",
            CORRECTION
        );
    }

    function _of(
        Ledger ledger,
        bytes4 call,
        bytes32 recorded,
        string memory name,
        string memory fields,
        string memory parts
    ) private pure returns (Kind memory) {
        return Kind(ledger, call, recorded, name, string.concat(fields, STATEMENT), parts);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OrderBook} from "./OrderBook.sol";
import {Batch, Loop} from "./SignedLedger.sol";
import {RIGHT_ORDER, RIGHT_RECEIVE, ROLES_KNOWN} from "./interfaces/IParticipants.sol";
import {
    AcceptMilestone,
    EndReport,
    IProcurement,
    MilestoneKey,
    MilestoneStatus,
    ReportMilestone
} from "./interfaces/IProcurement.sol";
import {Authorisation, Reason, Touched} from "./interfaces/ISignedLedger.sol";
import {ProcurementActions} from "./libraries/ProcurementActions.sol";
import {FLAG_CLOSED, Record} from "./types/Record.sol";

/// @title Milestones of service lines: reported by the supplier, accepted by the buyer.
abstract contract Milestones is OrderBook {
    using ProcurementActions for *;

    /// @dev What a milestone's last report said.
    struct Report {
        bytes32 hash;
        uint40 lapsesAt;
        bool last;
    }

    mapping(bytes32 milestone => Report report) private _reports;

    /// @inheritdoc IProcurement
    function reportOf(bytes32 milestone) external view returns (bytes32 report, uint40 lapsesAt, bool last) {
        Report memory reported = _reports[milestone];
        return (reported.hash, reported.lapsesAt, reported.last);
    }

    /// @inheritdoc IProcurement
    function reportMilestones(ReportMilestone[] calldata actions, Authorisation calldata authorisation)
        external
    {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        uint256 first;
        assembly ("memory-safe") {
            first := actions.offset
        }
        _recordAll(
            hashes,
            authorisation,
            Loop(
                ProcurementActions.REPORT_MILESTONE_BATCH,
                first,
                ProcurementActions.REPORT_MILESTONE_SIZE,
                _report
            )
        );
    }

    function _report(Batch memory batch, uint256 index, bytes32 hash, uint256 place)
        private
        returns (Reason reason)
    {
        ReportMilestone calldata action;
        assembly ("memory-safe") {
            action := place
        }
        bytes32 id = action.milestone.id();
        Record record = _records[id];
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_ORDER), _refusesMoment(action.occurredAt));
        if (reason == Reason.None && record.seq() != action.seq) reason = Reason.StaleSeq;
        if (reason == Reason.None && record.status() == uint8(MilestoneStatus.Reported)) {
            reason = Reason.ProposalPending;
        }
        if (reason == Reason.None && record.has(FLAG_CLOSED)) reason = Reason.Closed;
        reason = _or(reason, _refusesFull(record));
        if (reason == Reason.None) reason = _refusesWork(batch.standing.organisation, action.milestone);
        reason = _or(reason, _refusesLapse(action.lapsesAt));
        if (reason != Reason.None) return reason;

        _reports[id] = Report(action.report, uint40(action.lapsesAt), action.last);
        Touched[] memory touched =
            _writeOne(batch, hash, id, action.milestone.order.supplier, uint8(MilestoneStatus.Reported), 0);
        emit MilestoneReported(batch.digest, hash, index, action, touched);
    }

    /// @dev Refusals of work on a line that its supplier reports.
    function _refusesWork(uint24 organisation, MilestoneKey calldata milestone)
        private
        view
        returns (Reason reason)
    {
        bytes32 id = milestone.order.id();
        if (!_records[id].exists()) return Reason.NotFound;
        if (milestone.order.supplier != organisation) return Reason.WrongActor;
        reason = _refusesUnconfirmed(_records[id]);
        uint256 service = _lines[id].services & (uint256(1) << milestone.line);
        if (reason == Reason.None && _lines[id].open & service == 0) reason = Reason.LineClosed;
    }

    /// @inheritdoc IProcurement
    function acceptMilestones(AcceptMilestone[] calldata actions, Authorisation calldata authorisation)
        external
    {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        uint256 first;
        assembly ("memory-safe") {
            first := actions.offset
        }
        _recordAll(
            hashes,
            authorisation,
            Loop(
                ProcurementActions.ACCEPT_MILESTONE_BATCH,
                first,
                ProcurementActions.ACCEPT_MILESTONE_SIZE,
                _accept
            )
        );
    }

    function _accept(Batch memory batch, uint256 index, bytes32 hash, uint256 place)
        private
        returns (Reason reason)
    {
        AcceptMilestone calldata action;
        assembly ("memory-safe") {
            action := place
        }
        bytes32 id = action.milestone.id();
        bytes32 order = action.milestone.order.id();
        Record record = _records[id];
        Report memory reported = _reports[id];
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_RECEIVE), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesHead(record, action.agreesTo));
        if (reason == Reason.None && record.status() != uint8(MilestoneStatus.Reported)) {
            reason = Reason.WrongState;
        }
        if (reason == Reason.None && action.milestone.order.buyer != batch.standing.organisation) {
            reason = Reason.WrongActor;
        }
        if (reason == Reason.None && block.timestamp > reported.lapsesAt) reason = Reason.Lapsed;
        if (reason == Reason.None && action.report != reported.hash) reason = Reason.WrongAgreesTo;

        // A line that was closed meanwhile stays as it is, and so does its order.
        uint256 closing = reported.last ? _lines[order].open & (uint256(1) << action.milestone.line) : 0;
        if (reason == Reason.None && closing != 0) {
            reason = _or(_refusesUnsettled(_records[order]), _refusesFull(_records[order]));
        }
        if (reason != Reason.None) return reason;

        Touched memory accepted =
            _write(batch, hash, id, record.holder(), uint8(MilestoneStatus.Accepted), FLAG_CLOSED);
        Touched[] memory touched =
            closing == 0 ? _alone(accepted) : _both(accepted, _closeLines(batch, hash, order, closing));
        emit MilestoneAccepted(batch.digest, hash, index, action, touched, _terms[order], _lines[order].open);
    }

    /// @inheritdoc IProcurement
    function endReports(EndReport[] calldata actions, Authorisation calldata authorisation) external {
        bytes32[] memory hashes = new bytes32[](actions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = actions[i].hash();
        }
        uint256 first;
        assembly ("memory-safe") {
            first := actions.offset
        }
        _recordAll(
            hashes,
            authorisation,
            Loop(ProcurementActions.END_REPORT_BATCH, first, ProcurementActions.END_REPORT_SIZE, _endReport)
        );
    }

    function _endReport(Batch memory batch, uint256 index, bytes32 hash, uint256 place)
        private
        returns (Reason reason)
    {
        EndReport calldata action;
        assembly ("memory-safe") {
            action := place
        }
        bytes32 id = action.milestone.id();
        Record record = _records[id];
        reason = _or(_may(batch, ROLES_KNOWN, RIGHT_ORDER | RIGHT_RECEIVE), _refusesMoment(action.occurredAt));
        reason = _or(reason, _refusesSeq(record, action.seq));
        if (reason == Reason.None && record.status() != uint8(MilestoneStatus.Reported)) {
            reason = Reason.WrongState;
        }
        if (
            reason == Reason.None && block.timestamp <= _reports[id].lapsesAt
                && !_isParty(action.milestone.order, batch.standing.organisation)
        ) {
            reason = Reason.WrongActor;
        }
        if (reason != Reason.None) return reason;

        Touched[] memory touched =
            _writeOne(batch, hash, id, record.holder(), uint8(MilestoneStatus.Ended), 0);
        emit ReportEnded(batch.digest, hash, index, action, touched);
    }

    function _both(Touched memory first, Touched memory second)
        private
        pure
        returns (Touched[] memory touched)
    {
        touched = new Touched[](2);
        touched[0] = first;
        touched[1] = second;
    }
}

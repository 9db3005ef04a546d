// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SuspendOrganisation} from "../../src/interfaces/IParticipants.sol";
import {
    AcceptMilestone,
    AgreeChange,
    CloseLines,
    ConfirmOrder,
    EndProposal,
    EndReport,
    IssueOrder,
    MilestoneKey,
    MilestoneStatus,
    OrderKey,
    OrderStatus,
    ProposeChange,
    ReportMilestone
} from "../../src/interfaces/IProcurement.sol";
import {LedgerMode} from "../../src/interfaces/ISignedLedger.sol";
import {ConfirmMode, ScheduleMode} from "../../src/interfaces/ISuccession.sol";
import {Record} from "../../src/types/Record.sol";
import {DealKinds} from "./DealKinds.sol";
import {Goods} from "./Goods.sol";
import {Kinds} from "./Kinds.sol";
import {vm} from "./Vm.sol";

/// @notice A park where a tenant orders from suppliers.
abstract contract Ordering is Goods {
    /// @dev The n-th order of a buyer at a supplier.
    function orderOf(uint24 buyer, uint24 supplier, uint256 n) internal pure returns (OrderKey memory) {
        return OrderKey(buyer, supplier, keccak256(abi.encode("salted number of the order", n)));
    }

    function idOf(OrderKey memory order) internal pure returns (bytes32) {
        return vm.eip712HashStruct(DealKinds.ORDER, abi.encode(order));
    }

    function idOf(MilestoneKey memory milestone) internal pure returns (bytes32) {
        return vm.eip712HashStruct(DealKinds.MILESTONE, abi.encode(milestone));
    }

    function recordOf(OrderKey memory order) internal view returns (Record) {
        return procurement.recordOf(idOf(order));
    }

    function recordOf(MilestoneKey memory milestone) internal view returns (Record) {
        return procurement.recordOf(idOf(milestone));
    }

    function assertStatus(OrderStatus expected, OrderKey memory order) internal view {
        vm.assertEq(uint8(expected), recordOf(order).status());
    }

    function assertStatus(MilestoneStatus expected, MilestoneKey memory milestone) internal view {
        vm.assertEq(uint8(expected), recordOf(milestone).status());
    }

    function suspend(uint24 organisation) internal {
        SuspendOrganisation memory action = SuspendOrganisation(organisation, time(), 1, root());
        record(Kinds.suspendOrganisation(), OPERATOR, abi.encode(action));
    }

    /// @dev The ledgers begin nothing new from now on.
    function finishLedgers() internal {
        ScheduleMode memory action =
            ScheduleMode(uint8(LedgerMode.Finishing), time() + MODE_DELAY, 0, time(), 1, root());
        record(Kinds.scheduleMode(), OPERATOR, abi.encode(action));
        bytes24 head = succession.recordOf(vm.eip712HashStruct("PlatformKey()", "")).head();
        record(Kinds.confirmMode(), AUTHORITY, abi.encode(ConfirmMode(head, time(), 1, root())));
        pass(MODE_DELAY);
    }

    function openLines(OrderKey memory order) internal view returns (uint256) {
        return procurement.linesOf(idOf(order)).open;
    }

    // ---------------------------------------------------------------------------------------------- orders

    function issuing(OrderKey memory order, uint16 lines, uint256 services)
        internal
        returns (IssueOrder memory)
    {
        return IssueOrder(order, lines, services, 0, time() + 1 days, time(), 1, root());
    }

    function confirming(OrderKey memory order) internal returns (ConfirmOrder memory) {
        return ConfirmOrder(order, recordOf(order).head(), time() + 30 days, time(), 1, root());
    }

    function proposing(OrderKey memory order, uint256 cancelled) internal returns (ProposeChange memory) {
        return ProposeChange(
            order, recordOf(order).seq(), cancelled, time() + 60 days, time() + 1 days, time(), 1, root()
        );
    }

    function agreeing(OrderKey memory order) internal returns (AgreeChange memory) {
        return AgreeChange(order, recordOf(order).head(), time(), 1, root());
    }

    function ending(OrderKey memory order) internal returns (EndProposal memory) {
        return EndProposal(order, recordOf(order).seq(), time(), 1, root());
    }

    function closing(OrderKey memory order, uint256 lines) internal returns (CloseLines memory) {
        return CloseLines(order, recordOf(order).seq(), lines, time(), 1, root());
    }

    function issue(OrderKey memory order, uint16 lines, uint256 services) internal {
        record(DealKinds.issueOrder(), order.buyer, abi.encode(issuing(order, lines, services)));
    }

    function confirm(OrderKey memory order) internal {
        record(DealKinds.confirmOrder(), order.supplier, abi.encode(confirming(order)));
    }

    function propose(uint24 by, OrderKey memory order, uint256 cancelled) internal {
        record(DealKinds.proposeChange(), by, abi.encode(proposing(order, cancelled)));
    }

    function agree(uint24 by, OrderKey memory order) internal {
        record(DealKinds.agreeChange(), by, abi.encode(agreeing(order)));
    }

    function end(uint24 by, OrderKey memory order) internal {
        record(DealKinds.endProposal(), by, abi.encode(ending(order)));
    }

    function close(OrderKey memory order, uint256 lines) internal {
        record(DealKinds.closeLines(), order.buyer, abi.encode(closing(order, lines)));
    }

    // ------------------------------------------------------------------------------------------ milestones

    function reporting(MilestoneKey memory milestone, bool last) internal returns (ReportMilestone memory) {
        return ReportMilestone(
            milestone,
            recordOf(milestone).seq(),
            last,
            reportOf(milestone),
            time() + 1 days,
            time(),
            1,
            root()
        );
    }

    /// @dev What is reported of a milestone; the same each time.
    function reportOf(MilestoneKey memory milestone) internal pure returns (bytes32) {
        return keccak256(abi.encode("report of", milestone));
    }

    function accepting(MilestoneKey memory milestone) internal returns (AcceptMilestone memory) {
        return AcceptMilestone(milestone, recordOf(milestone).head(), reportOf(milestone), time(), 1, root());
    }

    function ending(MilestoneKey memory milestone) internal returns (EndReport memory) {
        return EndReport(milestone, recordOf(milestone).seq(), time(), 1, root());
    }

    function report(MilestoneKey memory milestone, bool last) internal {
        uint24 supplier = milestone.order.supplier;
        record(DealKinds.reportMilestone(), supplier, abi.encode(reporting(milestone, last)));
    }

    function acceptReport(MilestoneKey memory milestone) internal {
        record(DealKinds.acceptMilestone(), milestone.order.buyer, abi.encode(accepting(milestone)));
    }

    function endReport(uint24 by, MilestoneKey memory milestone) internal {
        record(DealKinds.endReport(), by, abi.encode(ending(milestone)));
    }
}

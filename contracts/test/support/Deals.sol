// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

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
    OrderLines,
    OrderStatus,
    ProposeChange,
    ReportMilestone
} from "../../src/interfaces/IProcurement.sol";
import {Record} from "../../src/types/Record.sol";
import {Terms} from "../../src/types/Terms.sol";
import {DealKinds} from "./DealKinds.sol";
import {Kind} from "./Kinds.sol";
import {Ordering} from "./Ordering.sol";
import {Envelope} from "./Envelope.sol";
import {vm, Vm} from "./Vm.sol";

/// @notice Four members who try everything with a few orders, entitled or not, while a model says of each act whether
/// it may be recorded. The model knows lines, one by one, and derives from them where their order stands.
contract Deals is Ordering {
    enum Line {
        None,
        Open,
        Done,
        Cancelled
    }

    /// @dev What waits for an answer; `by` is 0 if nothing does.
    struct Proposal {
        uint24 by;
        uint64 lapsesAt;
        uint64 promisedAt;
        uint256 cancelled;
    }

    struct Deal {
        OrderKey key;
        bool issued;
        bool agreed;
        uint64 firstPromisedAt;
        uint64 promisedAt;
        uint256 services;
        Line[4] lines;
        Proposal proposal;
    }

    struct Work {
        MilestoneStatus status;
        bool last;
        uint64 lapsesAt;
    }

    uint256 private constant DEALS = 3;
    uint8 private constant LINES = 4;
    uint8 private constant MILESTONES = 2;

    /// @notice Acts that were recorded, and acts that were refused.
    uint256 public accepted;
    uint256 public refused;

    Deal[DEALS] private _deals;
    mapping(bytes32 milestone => Work work) private _works;
    uint256 private _number;

    constructor() {
        setUp();
        for (uint256 i; i < DEALS; ++i) {
            _renew(i);
        }
    }

    // ----------------------------------------------------------------------------------------------- model

    function _anyIs(Deal memory deal, Line state) private pure returns (bool) {
        for (uint256 i; i < LINES; ++i) {
            if (deal.lines[i] == state) return true;
        }
        return false;
    }

    function _thatAre(Deal memory deal, Line state) private pure returns (uint256 lines) {
        for (uint256 i; i < LINES; ++i) {
            if (deal.lines[i] == state) lines |= uint256(1) << i;
        }
    }

    /// @dev An order is what its lines are, once it is agreed and nothing waits.
    function _statusOf(Deal memory deal) private pure returns (OrderStatus) {
        if (!deal.issued) return OrderStatus.None;
        if (!deal.agreed) return deal.proposal.by == 0 ? OrderStatus.Ended : OrderStatus.Offered;
        if (deal.proposal.by != 0) return OrderStatus.Changing;
        if (_anyIs(deal, Line.Open)) return OrderStatus.Confirmed;
        return _anyIs(deal, Line.Done) ? OrderStatus.Closed : OrderStatus.Cancelled;
    }

    function _is(Deal memory deal, OrderStatus status) private pure returns (bool) {
        return _statusOf(deal) == status;
    }

    function _isParty(Deal memory deal, uint24 by) private pure returns (bool) {
        return by == deal.key.buyer || by == deal.key.supplier;
    }

    function _set(Deal storage deal, uint256 lines, Line state) private {
        for (uint256 i; i < LINES; ++i) {
            if (lines >> i & 1 != 0) deal.lines[i] = state;
        }
    }

    // --------------------------------------------------------------------------------------- acts on orders

    function issueIt(uint256 which, uint16 lines, uint256 services, uint256 who) external {
        Deal storage deal = _deals[which % DEALS];
        (uint24 by, bool fresh) = _by(deal.key.buyer, who);
        IssueOrder memory action = issuing(deal.key, lines % (LINES + 1), services % 2 ** LINES);
        if (!fresh) action.order.supplier = 99; // Nobody.
        bool may = !deal.issued && by == deal.key.buyer && action.lines != 0
            && action.services >> action.lines == 0 && fresh;
        if (!_attempt(may, DealKinds.issueOrder(), by, abi.encode(action))) return;
        deal.issued = true;
        deal.services = action.services;
        deal.proposal = Proposal(by, action.lapsesAt, 0, 0);
        _set(deal, 2 ** uint256(action.lines) - 1, Line.Open);
    }

    function confirmIt(uint256 which, uint256 who) external {
        Deal storage deal = _deals[which % DEALS];
        (uint24 by, bool fresh) = _by(deal.key.supplier, who);
        ConfirmOrder memory action = confirming(deal.key);
        if (!fresh) action.agreesTo = ~action.agreesTo;
        bool may = _is(deal, OrderStatus.Offered) && by == deal.key.supplier && _inTime(deal) && fresh;
        if (!_attempt(may, DealKinds.confirmOrder(), by, abi.encode(action))) return;
        deal.agreed = true;
        (deal.firstPromisedAt, deal.promisedAt) = (action.promisedAt, action.promisedAt);
        delete deal.proposal;
    }

    function proposeIt(uint256 which, uint256 cancelled, uint256 who) external {
        Deal storage deal = _deals[which % DEALS];
        (uint24 by, bool fresh) = _by(who % 2 == 0 ? deal.key.buyer : deal.key.supplier, who);
        uint256 open = _thatAre(deal, Line.Open);
        // Most often lines that are open; all of them now and then.
        uint256 lines =
            cancelled % 4 == 0 ? cancelled % 64 : cancelled % 4 == 1 ? open : open & cancelled >> 2;
        ProposeChange memory action = proposing(deal.key, lines);
        if (!fresh) ++action.seq;
        bool may = _is(deal, OrderStatus.Confirmed) && _isParty(deal, by) && lines & ~open == 0 && fresh;
        if (!_attempt(may, DealKinds.proposeChange(), by, abi.encode(action))) return;
        deal.proposal = Proposal(by, action.lapsesAt, action.promisedAt, lines);
    }

    function agreeIt(uint256 which, uint256 who) external {
        Deal storage deal = _deals[which % DEALS];
        uint24 other = deal.proposal.by == deal.key.buyer ? deal.key.supplier : deal.key.buyer;
        (uint24 by, bool fresh) = _by(other, who);
        AgreeChange memory action = agreeing(deal.key);
        if (!fresh) action.agreesTo = ~action.agreesTo;
        bool may = _is(deal, OrderStatus.Changing) && by == other && _inTime(deal) && fresh;
        if (!_attempt(may, DealKinds.agreeChange(), by, abi.encode(action))) return;
        deal.promisedAt = deal.proposal.promisedAt;
        _set(deal, deal.proposal.cancelled, Line.Cancelled);
        delete deal.proposal;
    }

    function endIt(uint256 which, uint256 who) external {
        Deal storage deal = _deals[which % DEALS];
        (uint24 by, bool fresh) = _by(who % 2 == 0 ? deal.key.buyer : deal.key.supplier, who);
        EndProposal memory action = ending(deal.key);
        if (!fresh) ++action.seq;
        bool waits = deal.proposal.by != 0;
        bool may = waits && (_isParty(deal, by) || !_inTime(deal)) && fresh;
        if (_attempt(may, DealKinds.endProposal(), by, abi.encode(action))) delete deal.proposal;
    }

    function closeSome(uint256 which, uint256 lines, uint256 who) external {
        Deal storage deal = _deals[which % DEALS];
        (uint24 by, bool fresh) = _by(deal.key.buyer, who);
        uint256 open = _thatAre(deal, Line.Open);
        lines = lines % 4 == 0 ? lines % 64 : open & lines >> 2;
        CloseLines memory action = closing(deal.key, lines);
        if (!fresh) ++action.seq;
        bool may = _is(deal, OrderStatus.Confirmed) && by == deal.key.buyer && lines != 0
            && lines & ~open == 0 && fresh;
        if (_attempt(may, DealKinds.closeLines(), by, abi.encode(action))) _set(deal, lines, Line.Done);
    }

    // ----------------------------------------------------------------------------------- acts on milestones

    function reportIt(uint256 which, uint256 what, uint256 who) external {
        Deal storage deal = _deals[which % DEALS];
        (uint24 by, bool fresh) = _by(deal.key.supplier, who);
        MilestoneKey memory milestone = _milestone(deal, what);
        Work storage work = _works[idOf(milestone)];
        ReportMilestone memory action = reporting(milestone, what % 3 == 0);
        if (!fresh) ++action.seq;
        bool service = deal.services >> milestone.line & 1 != 0 && deal.lines[milestone.line] == Line.Open;
        bool open = _is(deal, OrderStatus.Confirmed) || _is(deal, OrderStatus.Changing);
        bool free = work.status == MilestoneStatus.None || work.status == MilestoneStatus.Ended;
        bool may = open && service && free && by == deal.key.supplier && fresh;
        if (!_attempt(may, DealKinds.reportMilestone(), by, abi.encode(action))) return;
        (work.status, work.last, work.lapsesAt) = (MilestoneStatus.Reported, action.last, action.lapsesAt);
    }

    function acceptIt(uint256 which, uint256 what, uint256 who) external {
        Deal storage deal = _deals[which % DEALS];
        (uint24 by, bool fresh) = _by(deal.key.buyer, who);
        MilestoneKey memory milestone = _reported(deal, what);
        Work storage work = _works[idOf(milestone)];
        AcceptMilestone memory action = accepting(milestone);
        if (!fresh) action.report = ~action.report;
        bool closes = work.last && deal.lines[milestone.line] == Line.Open;
        bool may = work.status == MilestoneStatus.Reported && by == deal.key.buyer && time() <= work.lapsesAt
            && (!closes || _is(deal, OrderStatus.Confirmed)) && fresh;
        if (!_attempt(may, DealKinds.acceptMilestone(), by, abi.encode(action))) return;
        work.status = MilestoneStatus.Accepted;
        if (closes) deal.lines[milestone.line] = Line.Done;
    }

    function endReportOf(uint256 which, uint256 what, uint256 who) external {
        Deal storage deal = _deals[which % DEALS];
        (uint24 by, bool fresh) = _by(who % 2 == 0 ? deal.key.buyer : deal.key.supplier, who);
        MilestoneKey memory milestone = _reported(deal, what);
        Work storage work = _works[idOf(milestone)];
        EndReport memory action = ending(milestone);
        if (!fresh) ++action.seq;
        bool may = work.status == MilestoneStatus.Reported && (_isParty(deal, by) || time() > work.lapsesAt)
            && fresh;
        if (_attempt(may, DealKinds.endReport(), by, abi.encode(action))) {
            work.status = MilestoneStatus.Ended;
        }
    }

    function wait(uint256 duration) external {
        pass(duration % 1 days);
    }

    /// @dev An order at its end makes room for the next one.
    function renew(uint256 which) external {
        OrderStatus status = _statusOf(_deals[which % DEALS]);
        if (status >= OrderStatus.Closed) _renew(which % DEALS);
    }

    // ---------------------------------------------------------------------------------------------- trying

    function _attempt(bool may, Kind memory kind, uint24 by, bytes memory action)
        private
        returns (bool done)
    {
        Envelope memory batch = envelope(kind, keyOf(by), action);
        bytes memory data = batch.relay();
        vm.recordLogs();
        (done,) = batch.ledger.call(data);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (done != may) revert(string.concat(may ? "refused a " : "recorded a ", kind.name));
        if (!done) {
            ++refused;
            return false;
        }
        ++accepted;
        vm.assertEq(0, read(kind, logs));
        (bool again,) = batch.ledger.call(data);
        vm.assertFalse(again, "recorded once more");
    }

    /// @notice The ledger says of every order and milestone what the model says.
    function compareAll() external view {
        for (uint256 i; i < DEALS; ++i) {
            _compare(_deals[i]);
        }
    }

    function _compare(Deal memory deal) private view {
        bytes32 id = idOf(deal.key);
        OrderStatus status = _statusOf(deal);
        Record actual = procurement.recordOf(id);
        vm.assertEq(uint8(status), actual.status(), "status");
        vm.assertEq(deal.issued ? deal.key.buyer : 0, actual.holder(), "holder");
        vm.assertEq(status >= OrderStatus.Closed ? 64 : 0, actual.flags(), "flags");
        vm.assertEq(deal.proposal.by != 0, procurement.awaitsAnswer(id));
        OrderLines memory lines = procurement.linesOf(id);
        vm.assertEq(_thatAre(deal, Line.Open), lines.open, "open lines");
        vm.assertEq(deal.services, lines.services, "services");
        Terms terms = procurement.termsOf(id);
        vm.assertEq(deal.firstPromisedAt, terms.firstPromisedAt(), "first promise");
        vm.assertEq(deal.promisedAt, terms.promisedAt(), "promise");
        vm.assertEq(deal.proposal.lapsesAt, terms.lapsesAt(), "lapses at");
        vm.assertEq(deal.proposal.promisedAt, terms.nextPromisedAt(), "next promise");
        vm.assertEq(status == OrderStatus.Changing ? deal.proposal.by : 0, terms.proposer(), "proposer");
        vm.assertEq(_anyIs(deal, Line.Done), terms.done());
        for (uint256 i; i < uint256(LINES) * MILESTONES; ++i) {
            bytes32 milestone = idOf(_milestoneAt(deal, i));
            vm.assertEq(uint8(_works[milestone].status), procurement.recordOf(milestone).status(), "work");
        }
    }

    /// @notice Nothing is stuck: what waits is ended by somebody else once it lapsed, what is open closed by its buyer.
    function finishAll() external {
        pass(2 days);
        for (uint256 i; i < DEALS; ++i) {
            Deal memory deal = _deals[i];
            if (deal.proposal.by != 0) end(CARRIER, deal.key);
            for (uint256 j; j < uint256(LINES) * MILESTONES; ++j) {
                MilestoneKey memory milestone = _milestoneAt(deal, j);
                if (procurement.awaitsAnswer(idOf(milestone))) endReport(CARRIER, milestone);
                vm.assertEq(false, procurement.awaitsAnswer(idOf(milestone)));
            }
            if (deal.agreed && openLines(deal.key) != 0) close(deal.key, openLines(deal.key));
            uint8 status = recordOf(deal.key).status();
            vm.assertTrue(status == 0 || status >= uint8(OrderStatus.Closed), "stuck");
        }
    }

    // ------------------------------------------------------------------------------------------- who, which

    /// @dev Most of the time whoever is entitled, who most of the time has seen the latest.
    function _by(uint24 entitled, uint256 who) private view returns (uint24 by, bool fresh) {
        uint256 mixed = uint256(keccak256(abi.encode(who, accepted, refused)));
        by = mixed % 4 != 0 ? entitled : [TENANT, SUPPLIER, RIVAL, CARRIER][(mixed >> 8) % 4];
        fresh = (mixed >> 16) % 8 != 0;
    }

    function _inTime(Deal memory deal) private view returns (bool) {
        return time() <= deal.proposal.lapsesAt;
    }

    function _milestone(Deal memory deal, uint256 what) private view returns (MilestoneKey memory) {
        uint256 mixed = uint256(keccak256(abi.encode(what, accepted, refused)));
        return _milestoneAt(deal, mixed % (uint256(LINES) * MILESTONES));
    }

    function _milestoneAt(Deal memory deal, uint256 i) private pure returns (MilestoneKey memory) {
        return MilestoneKey(deal.key, [uint8(0), 1, 2, 3][i % LINES], [uint8(0), 1][i / LINES]);
    }

    /// @dev The next milestone that was reported, if any is.
    function _reported(Deal memory deal, uint256 what) private view returns (MilestoneKey memory milestone) {
        for (uint256 step; step < uint256(LINES) * MILESTONES; ++step) {
            milestone = _milestoneAt(deal, (what % 8 + step) % (uint256(LINES) * MILESTONES));
            if (_works[idOf(milestone)].status == MilestoneStatus.Reported) return milestone;
        }
    }

    function _renew(uint256 i) private {
        delete _deals[i];
        uint24 supplier = i == 0 ? RIVAL : SUPPLIER;
        _deals[i].key = orderOf(i == 2 ? RIVAL : TENANT, supplier, ++_number);
    }
}
